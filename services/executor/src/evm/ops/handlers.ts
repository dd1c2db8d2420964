/**
 * What each byte does: a table of functions on the frame. They find stack depth and tier gas already checked and
 * charged.
 */
import { Failure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { OPCODES, type OpcodeName } from '../opcodes.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { CALLS } from './calls.ts';
import { CONTROL } from './control.ts';
import { DATA } from './data.ts';
import { ENVIRONMENT } from './environment.ts';
import { FAMILY_HANDLERS } from './families.ts';
import { STORAGE } from './storage.ts';

export type Handler = (frame: Frame) => void;

const NAMED: Record<OpcodeName, Handler> = {
  ...ARITHMETIC,
  ...CALLS,
  ...CONTROL,
  ...DATA,
  ...ENVIRONMENT,
  ...STORAGE,
};

const table = new Array<Handler>(256).fill((frame) => frame.fail(Failure.InvalidOpcode));
for (const [name, byte] of OPCODES) table[byte] = NAMED[name];
for (const [byte, handler] of FAMILY_HANDLERS) table[byte] = handler;

export const HANDLERS: readonly Handler[] = table;
