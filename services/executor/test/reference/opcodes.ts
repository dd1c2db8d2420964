/** The instruction set: byte, name, stack items taken, stack items left, gas of the tier (docs/protocol/executor.md 5.2). */

export interface Opcode {
  readonly name: string;
  /** The n of PUSHn, DUPn, SWAPn, LOGn; 0 for all others. */
  readonly n: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly tierGas: bigint;
}

const TIERS = {
  Zero: [0n, 'STOP RETURN REVERT'],
  Base: [
    2n,
    'ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER DIFFICULTY GASLIMIT BASEFEE POP PC MSIZE GAS',
  ],
  VeryLow: [
    3n,
    'ADD SUB NOT LT GT SLT SGT EQ ISZERO AND OR XOR BYTE SHL SHR SAR CALLDATALOAD CALLDATACOPY CODECOPY RETURNDATACOPY CHAINID MLOAD MSTORE MSTORE8 PUSH DUP SWAP',
  ],
  Low: [5n, 'MUL DIV SDIV MOD SMOD SIGNEXTEND SELFBALANCE'],
  Mid: [8n, 'ADDMOD MULMOD JUMP'],
  High: [10n, 'JUMPI'],
  Ext: [20n, 'BLOCKHASH'],
  Special: [
    0n,
    'EXP SHA3 BALANCE EXTCODESIZE EXTCODECOPY EXTCODEHASH SLOAD SSTORE JUMPDEST LOG CREATE CREATE2 CALL CALLCODE DELEGATECALL STATICCALL SELFDESTRUCT',
  ],
} as const;

/** Opcodes from a first byte on, one byte each: name, inputs, outputs. */
const ROWS: readonly [first: number, opcodes: string][] = [
  [0x00, 'STOP 0 0, ADD 2 1, MUL 2 1, SUB 2 1, DIV 2 1, SDIV 2 1, MOD 2 1, SMOD 2 1'],
  [0x08, 'ADDMOD 3 1, MULMOD 3 1, EXP 2 1, SIGNEXTEND 2 1'],
  [0x10, 'LT 2 1, GT 2 1, SLT 2 1, SGT 2 1, EQ 2 1, ISZERO 1 1, AND 2 1, OR 2 1'],
  [0x18, 'XOR 2 1, NOT 1 1, BYTE 2 1, SHL 2 1, SHR 2 1, SAR 2 1'],
  [0x20, 'SHA3 2 1'],
  [0x30, 'ADDRESS 0 1, BALANCE 1 1, ORIGIN 0 1, CALLER 0 1, CALLVALUE 0 1, CALLDATALOAD 1 1'],
  [0x36, 'CALLDATASIZE 0 1, CALLDATACOPY 3 0, CODESIZE 0 1, CODECOPY 3 0, GASPRICE 0 1'],
  [0x3b, 'EXTCODESIZE 1 1, EXTCODECOPY 4 0, RETURNDATASIZE 0 1, RETURNDATACOPY 3 0, EXTCODEHASH 1 1'],
  [0x40, 'BLOCKHASH 1 1, COINBASE 0 1, TIMESTAMP 0 1, NUMBER 0 1, DIFFICULTY 0 1'],
  [0x45, 'GASLIMIT 0 1, CHAINID 0 1, SELFBALANCE 0 1, BASEFEE 0 1'],
  [0x50, 'POP 1 0, MLOAD 1 1, MSTORE 2 0, MSTORE8 2 0, SLOAD 1 1, SSTORE 2 0'],
  [0x56, 'JUMP 1 0, JUMPI 2 0, PC 0 1, MSIZE 0 1, GAS 0 1, JUMPDEST 0 0'],
  [0xf0, 'CREATE 3 1, CALL 7 1, CALLCODE 7 1, RETURN 2 0, DELEGATECALL 6 1, CREATE2 4 1'],
  [0xfa, 'STATICCALL 6 1'],
  [0xfd, 'REVERT 2 0'],
  [0xff, 'SELFDESTRUCT 1 0'],
];

function tierGasOf(name: string): bigint {
  const tier = Object.values(TIERS).find(([, names]) => names.split(' ').includes(name));
  if (tier === undefined) throw new Error(`opcode ${name} has no tier`);
  return tier[0];
}

function family(name: string, n: number, inputs: number, outputs: number): Opcode {
  return { name, n, inputs, outputs, tierGas: tierGasOf(name) };
}

/** By byte; undefined: no opcode. */
export const OPCODES: readonly (Opcode | undefined)[] = (() => {
  const table = new Array<Opcode | undefined>(256).fill(undefined);
  for (const [first, opcodes] of ROWS) {
    opcodes.split(', ').forEach((text, offset) => {
      const [name = '', inputs, outputs] = text.split(' ');
      table[first + offset] = family(name, 0, Number(inputs), Number(outputs));
    });
  }
  for (let n = 1; n <= 32; n++) table[0x5f + n] = family('PUSH', n, 0, 1);
  for (let n = 1; n <= 16; n++) table[0x7f + n] = family('DUP', n, n, n + 1);
  for (let n = 1; n <= 16; n++) table[0x8f + n] = family('SWAP', n, n + 1, n + 1);
  for (let n = 0; n <= 4; n++) table[0xa0 + n] = family('LOG', n, n + 2, 0);
  return table;
})();
