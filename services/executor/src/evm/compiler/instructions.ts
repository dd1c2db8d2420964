/** Byte code read one instruction at a time. Jumps into push data are legal, so reading can start anywhere. */
import type { Code } from '../code.ts';
import { FAMILIES, OPCODES, type OpcodeName } from '../opcodes.ts';
import { type Word, wordFromBytes } from '../word.ts';

export type InstructionName = OpcodeName | keyof typeof FAMILIES | 'INVALID';

export interface Instruction {
  readonly pc: number;
  readonly opcode: number;
  readonly name: InstructionName;
  /** Of a family: the number in the name, as 3 of DUP3; else 0. */
  readonly number: number;
  /** What a PUSH pushes; else 0. */
  readonly operand: Word;
  /** Where the next one starts. */
  readonly next: number;
}

const NAMES: [name: InstructionName, number: number][] = Array.from({ length: 256 }, () => ['INVALID', 0]);
for (const [name, byte] of OPCODES) NAMES[byte] = [name, 0];
for (const family of ['PUSH', 'DUP', 'SWAP', 'LOG'] as const) {
  const { first, count } = FAMILIES[family];
  for (let n = 0; n < count; n++) NAMES[first + n] = [family, family === 'LOG' ? n : n + 1];
}

/** `pc` may be up to a PUSH32 behind the end of the code: there it is STOP. */
export function instructionAt({ padded }: Code, pc: number): Instruction {
  const opcode = padded[pc] as number;
  const [name, number] = NAMES[opcode] as [InstructionName, number];
  const size = name === 'PUSH' ? number : 0;
  const operand = size === 0 ? 0 : wordFromBytes(padded.subarray(pc + 1, pc + 1 + size));
  return { pc, opcode, name, number, operand, next: pc + 1 + size };
}
