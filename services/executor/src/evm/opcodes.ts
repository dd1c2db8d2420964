/**
 * The instruction set as data: name, stack items taken and left, gas tier (docs/protocol/executor.md 5.1, 5.2). What
 * an opcode charges beyond its tier is in gas.ts, what it does in ops/.
 */
import { STACK_LIMIT } from './stack.ts';

const TIER = { zero: 0, base: 2, veryLow: 3, low: 5, mid: 8, high: 10, ext: 20, special: 0 } as const;

type Row = readonly [byte: number, name: string, inputs: number, outputs: number, tier: keyof typeof TIER];

const SINGLE = [
  [0x00, 'STOP', 0, 0, 'zero'],
  [0x01, 'ADD', 2, 1, 'veryLow'],
  [0x02, 'MUL', 2, 1, 'low'],
  [0x03, 'SUB', 2, 1, 'veryLow'],
  [0x04, 'DIV', 2, 1, 'low'],
  [0x05, 'SDIV', 2, 1, 'low'],
  [0x06, 'MOD', 2, 1, 'low'],
  [0x07, 'SMOD', 2, 1, 'low'],
  [0x08, 'ADDMOD', 3, 1, 'mid'],
  [0x09, 'MULMOD', 3, 1, 'mid'],
  [0x0a, 'EXP', 2, 1, 'special'],
  [0x0b, 'SIGNEXTEND', 2, 1, 'low'],
  [0x10, 'LT', 2, 1, 'veryLow'],
  [0x11, 'GT', 2, 1, 'veryLow'],
  [0x12, 'SLT', 2, 1, 'veryLow'],
  [0x13, 'SGT', 2, 1, 'veryLow'],
  [0x14, 'EQ', 2, 1, 'veryLow'],
  [0x15, 'ISZERO', 1, 1, 'veryLow'],
  [0x16, 'AND', 2, 1, 'veryLow'],
  [0x17, 'OR', 2, 1, 'veryLow'],
  [0x18, 'XOR', 2, 1, 'veryLow'],
  [0x19, 'NOT', 1, 1, 'veryLow'],
  [0x1a, 'BYTE', 2, 1, 'veryLow'],
  [0x1b, 'SHL', 2, 1, 'veryLow'],
  [0x1c, 'SHR', 2, 1, 'veryLow'],
  [0x1d, 'SAR', 2, 1, 'veryLow'],
  [0x20, 'SHA3', 2, 1, 'special'],
  [0x30, 'ADDRESS', 0, 1, 'base'],
  [0x31, 'BALANCE', 1, 1, 'special'],
  [0x32, 'ORIGIN', 0, 1, 'base'],
  [0x33, 'CALLER', 0, 1, 'base'],
  [0x34, 'CALLVALUE', 0, 1, 'base'],
  [0x35, 'CALLDATALOAD', 1, 1, 'veryLow'],
  [0x36, 'CALLDATASIZE', 0, 1, 'base'],
  [0x37, 'CALLDATACOPY', 3, 0, 'veryLow'],
  [0x38, 'CODESIZE', 0, 1, 'base'],
  [0x39, 'CODECOPY', 3, 0, 'veryLow'],
  [0x3a, 'GASPRICE', 0, 1, 'base'],
  [0x3b, 'EXTCODESIZE', 1, 1, 'special'],
  [0x3c, 'EXTCODECOPY', 4, 0, 'special'],
  [0x3d, 'RETURNDATASIZE', 0, 1, 'base'],
  [0x3e, 'RETURNDATACOPY', 3, 0, 'veryLow'],
  [0x3f, 'EXTCODEHASH', 1, 1, 'special'],
  [0x40, 'BLOCKHASH', 1, 1, 'ext'],
  [0x41, 'COINBASE', 0, 1, 'base'],
  [0x42, 'TIMESTAMP', 0, 1, 'base'],
  [0x43, 'NUMBER', 0, 1, 'base'],
  [0x44, 'DIFFICULTY', 0, 1, 'base'],
  [0x45, 'GASLIMIT', 0, 1, 'base'],
  [0x46, 'CHAINID', 0, 1, 'veryLow'],
  [0x47, 'SELFBALANCE', 0, 1, 'low'],
  [0x48, 'BASEFEE', 0, 1, 'base'],
  [0x50, 'POP', 1, 0, 'base'],
  [0x51, 'MLOAD', 1, 1, 'veryLow'],
  [0x52, 'MSTORE', 2, 0, 'veryLow'],
  [0x53, 'MSTORE8', 2, 0, 'veryLow'],
  [0x54, 'SLOAD', 1, 1, 'special'],
  [0x55, 'SSTORE', 2, 0, 'special'],
  [0x56, 'JUMP', 1, 0, 'mid'],
  [0x57, 'JUMPI', 2, 0, 'high'],
  [0x58, 'PC', 0, 1, 'base'],
  [0x59, 'MSIZE', 0, 1, 'base'],
  [0x5a, 'GAS', 0, 1, 'base'],
  [0x5b, 'JUMPDEST', 0, 0, 'special'],
  [0xf0, 'CREATE', 3, 1, 'special'],
  [0xf1, 'CALL', 7, 1, 'special'],
  [0xf2, 'CALLCODE', 7, 1, 'special'],
  [0xf3, 'RETURN', 2, 0, 'zero'],
  [0xf4, 'DELEGATECALL', 6, 1, 'special'],
  [0xf5, 'CREATE2', 4, 1, 'special'],
  [0xfa, 'STATICCALL', 6, 1, 'special'],
  [0xfd, 'REVERT', 2, 0, 'zero'],
  [0xff, 'SELFDESTRUCT', 1, 0, 'special'],
] as const satisfies readonly Row[];

/** Names of the opcodes that are one of a kind; the numbered families are PUSH, DUP, SWAP and LOG. */
export type OpcodeName = (typeof SINGLE)[number][1];

export const FAMILIES = {
  PUSH: { first: 0x60, count: 32 },
  DUP: { first: 0x80, count: 16 },
  SWAP: { first: 0x90, count: 16 },
  LOG: { first: 0xa0, count: 5 },
} as const;

export const OPCODES: ReadonlyMap<OpcodeName, number> = new Map(SINGLE.map(([byte, name]) => [name, byte]));

/** A byte that is no opcode passes these three checks and then fails in its handler, as 5.1 orders it. */
export const INPUTS = new Uint8Array(256);
/** The deepest stack on which the opcode still ends within 1024 items. */
export const DEEPEST = new Uint16Array(256).fill(STACK_LIMIT);
export const OUTPUTS = new Uint8Array(256);
export const TIER_GAS = new Uint8Array(256);

function define(byte: number, inputs: number, outputs: number, tier: keyof typeof TIER): void {
  INPUTS[byte] = inputs;
  OUTPUTS[byte] = outputs;
  DEEPEST[byte] = STACK_LIMIT + inputs - outputs;
  TIER_GAS[byte] = TIER[tier];
}

for (const [byte, , inputs, outputs, tier] of SINGLE) define(byte, inputs, outputs, tier);
for (let n = 0; n < 32; n++) define(FAMILIES.PUSH.first + n, 0, 1, 'veryLow');
for (let n = 0; n < 16; n++) define(FAMILIES.DUP.first + n, n + 1, n + 2, 'veryLow');
for (let n = 0; n < 16; n++) define(FAMILIES.SWAP.first + n, n + 2, n + 2, 'veryLow');
for (let n = 0; n < 5; n++) define(FAMILIES.LOG.first + n, n + 2, 0, 'special');
