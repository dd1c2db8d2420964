/** All opcodes that are written as JavaScript; the others, rare or not simple, are run by the interpreter's code. */
import type { InstructionName } from '../instructions.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { BITS } from './bits.ts';
import { CONTROL } from './control.ts';
import { DATA } from './data.ts';
import { ENVIRONMENT } from './environment.ts';
import type { Rule } from './rule.ts';

export const RULES: Partial<Record<InstructionName, Rule>> = {
  ...ARITHMETIC,
  ...BITS,
  ...CONTROL,
  ...DATA,
  ...ENVIRONMENT,
};
