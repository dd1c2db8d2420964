/**
 * Pieces of random programs. Each leaves the stack as it found it, if nothing goes wrong; what goes wrong on purpose is
 * in `mishap`. Results end where a difference shows: in storage, in logs, in memory that is returned.
 */
import type { CodeWriter, Label } from './code-writer.ts';
import type { Random } from './random.ts';

/** Addresses worth talking to. */
export interface Places {
  readonly contracts: readonly bigint[];
  readonly others: readonly bigint[];
}

export interface Pen {
  readonly random: Random;
  readonly places: Places;
  readonly writer: CodeWriter;
  /** Bodies of subroutines, written when the program proper has ended. */
  readonly subroutines: { readonly label: Label; readonly depth: number }[];
  /** How deep code inside code may still go: init codes, nested blocks. */
  readonly nesting: number;
}

type Statement = (pen: Pen) => void;

const SLOTS = 6;
const SAFE_BORDER = 2n ** 53n - 1n;
const SCRATCH = 320;
const SMALL_MEMORY = 256;
const BINARY =
  'ADD MUL SUB DIV SDIV MOD SMOD EXP SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR'.split(' ');
const TERNARY = ['ADDMOD', 'MULMOD'];
const UNARY = ['ISZERO', 'NOT'];
const CONTEXT =
  'ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER DIFFICULTY GASLIMIT CHAINID SELFBALANCE BASEFEE PC MSIZE GAS GAS GAS'.split(
    ' ',
  );
const ABSURD = [
  2n ** 30n - 32n,
  2n ** 30n - 31n,
  2n ** 30n,
  2n ** 32n,
  2n ** 53n,
  2n ** 64n,
  2n ** 255n,
  2n ** 256n - 1n,
];

/** A word from anywhere: a constant, call data, storage, memory, the environment. */
export function operand({ random, writer, places }: Pen): void {
  switch (
    random.weighted([
      [8, 'word'],
      [3, 'opaque'],
      [2, 'data'],
      [2, 'slot'],
      [2, 'memory'],
      [2, 'context'],
      [1, 'address'],
    ])
  ) {
    case 'word':
      writer.push(random.word());
      return;
    case 'opaque':
      // Not to be seen through by a compiler, and where doubles end to be exact.
      writer.push(
        random.chance(0.5)
          ? SAFE_BORDER / BigInt(random.pick([1, 2, 3])) + BigInt(random.below(3))
          : random.word(),
      );
      writer.text(`${SCRATCH} MSTORE ${SCRATCH} MLOAD`);
      return;
    case 'data':
      writer.push(random.pick([0, 32, 64, 1, 31, random.below(100)]));
      writer.text('CALLDATALOAD');
      return;
    case 'slot':
      writer.push(random.below(SLOTS));
      writer.text('SLOAD');
      return;
    case 'memory':
      writer.push(random.below(SMALL_MEMORY));
      writer.text('MLOAD');
      return;
    case 'context':
      writer.text(random.pick(CONTEXT));
      return;
    default:
      writer.push(address(random, places));
  }
}

export function address(random: Random, { contracts, others }: Places): bigint {
  const chosen = contracts.length > 0 && random.chance(0.7) ? random.pick(contracts) : random.pick(others);
  // The upper 12 bytes mean nothing.
  return random.chance(0.05) ? chosen + (BigInt(random.bits()) << 160n) : chosen;
}

/** Takes the top of the stack to where it can be seen. */
export function sink({ random, writer }: Pen): void {
  switch (
    random.weighted([
      [3, 'memory'],
      [3, 'storage'],
      [1, 'log'],
      [1, 'byte'],
      [1, 'pop'],
    ])
  ) {
    case 'memory':
      writer.push(random.below(SMALL_MEMORY));
      writer.text('MSTORE');
      return;
    case 'byte':
      writer.push(random.below(SMALL_MEMORY));
      writer.text('MSTORE8');
      return;
    case 'storage':
      writer.push(random.below(SLOTS));
      writer.text('SSTORE');
      return;
    case 'log':
      writer.text('0 0 LOG1');
      return;
    default:
      writer.text('POP');
  }
}

function arithmetic(pen: Pen): void {
  const { random, writer } = pen;
  const [count, name] = random.weighted([
    [8, [2, random.pick(BINARY)] as const],
    [2, [3, random.pick(TERNARY)] as const],
    [1, [1, random.pick(UNARY)] as const],
  ]);
  for (let i = 0; i < count; i++) operand(pen);
  writer.text(name);
  sink(pen);
}

/** A few words, moved about and combined. */
function juggling(pen: Pen): void {
  const { random, writer } = pen;
  let size = random.between(1, 6);
  for (let i = 0; i < size; i++) operand(pen);
  for (let steps = random.between(2, 14); steps > 0; steps--) {
    const kind = random.weighted([
      [4, 'dup'],
      [4, 'swap'],
      [4, 'binary'],
      [1, 'unary'],
      [1, 'ternary'],
      [1, 'pop'],
    ]);
    if (kind === 'dup' && size < 30) {
      writer.text(`DUP${random.between(1, Math.min(16, size))}`);
      size++;
    } else if (kind === 'swap' && size >= 2) {
      writer.text(`SWAP${random.between(1, Math.min(16, size - 1))}`);
    } else if (kind === 'binary' && size >= 2) {
      writer.text(random.pick(BINARY));
      size--;
    } else if (kind === 'ternary' && size >= 3) {
      writer.text(random.pick(TERNARY));
      size -= 2;
    } else if (kind === 'unary') {
      writer.text(random.pick(UNARY));
    } else if (kind === 'pop' && size >= 2) {
      writer.text('POP');
      size--;
    }
  }
  for (; size > 0; size--) sink(pen);
}

function storage(pen: Pen): void {
  const { random, writer } = pen;
  if (random.chance(0.5)) writer.push(random.below(3));
  else operand(pen);
  if (random.chance(0.9)) writer.push(random.below(SLOTS));
  else writer.push(random.word());
  writer.text('SSTORE');
}

function memory(pen: Pen): void {
  const { random, writer } = pen;
  const offset = random.weighted([
    [8, random.below(SMALL_MEMORY)],
    [2, random.below(4096)],
    [1, random.below(70_000)],
  ]);
  switch (random.pick(['MSTORE', 'MSTORE8', 'MLOAD'])) {
    case 'MLOAD':
      writer.push(offset);
      writer.text('MLOAD');
      sink(pen);
      return;
    case 'MSTORE8':
      operand(pen);
      writer.push(offset);
      writer.text('MSTORE8');
      return;
    default:
      operand(pen);
      writer.push(offset);
      writer.text('MSTORE');
  }
}

function context(pen: Pen): void {
  pen.writer.text(pen.random.pick(CONTEXT));
  sink(pen);
}

function ofAccount(pen: Pen): void {
  const { random, writer, places } = pen;
  if (random.chance(0.2)) writer.text('ADDRESS');
  else writer.push(address(random, places));
  writer.text(random.pick(['BALANCE', 'EXTCODESIZE', 'EXTCODEHASH', 'EXTCODEHASH']));
  sink(pen);
}

function blockHash(pen: Pen): void {
  const { random, writer } = pen;
  if (random.chance(0.8)) {
    writer.push(random.pick([0, 1, 1, 2, 3, 254, 255, 256, 257, random.below(300)]));
    writer.text('NUMBER SUB');
  } else {
    writer.push(random.word());
  }
  writer.text('BLOCKHASH');
  sink(pen);
}

function hashing(pen: Pen): void {
  const { random, writer } = pen;
  writer.push(random.pick([0, 1, 31, 32, 33, 64, random.below(300)]));
  writer.push(random.below(SMALL_MEMORY));
  writer.text('SHA3');
  sink(pen);
}

function copying({ random, writer, places }: Pen): void {
  const name = random.pick(['CALLDATACOPY', 'CODECOPY', 'EXTCODECOPY']);
  const length = random.pick([0, 1, 32, 33, random.below(200)]);
  writer.push(length);
  writer.push(random.chance(0.8) ? BigInt(random.below(120)) : random.word());
  // Without length the offset is not looked at.
  writer.push(length === 0 && random.chance(0.5) ? random.word() : BigInt(random.below(SMALL_MEMORY)));
  if (name === 'EXTCODECOPY') writer.push(address(random, places));
  writer.text(name);
}

/** The whole of it, or, sometimes, more than there is. */
function returnDataCopy({ random, writer }: Pen): void {
  if (random.chance(0.9)) {
    writer.text('RETURNDATASIZE 0');
    writer.push(random.below(SMALL_MEMORY));
  } else {
    writer.push(random.below(40));
    writer.push(random.below(40));
    writer.push(random.below(SMALL_MEMORY));
  }
  writer.text('RETURNDATACOPY');
}

function log(pen: Pen): void {
  const { random, writer } = pen;
  const topics = random.below(5);
  for (let i = 0; i < topics; i++) operand(pen);
  writer.push(random.pick([0, 1, 32, random.below(150)]));
  writer.push(random.below(SMALL_MEMORY));
  writer.text(`LOG${topics}`);
}

/** What ends a frame badly, or nearly. */
export function mishap({ random, writer }: Pen): void {
  switch (random.below(9)) {
    case 0:
      writer.raw(random.below(256));
      return;
    case 1:
      writer.text(random.pick(['POP', 'ADD', 'SWAP16', 'DUP16', 'ADDMOD', 'LOG4', 'CALL', 'SSTORE']));
      return;
    case 2:
      writer.push(random.word());
      writer.text('JUMP');
      return;
    case 3:
      // To 1024 items or one more, on top of what is there.
      for (let left = random.between(1020, 1025); left > 0; left--)
        writer.text(left % 2 === 0 ? 'PC' : 'DUP1');
      return;
    case 4:
      writer.push(random.pick(ABSURD));
      writer.text(
        random.pick(['MLOAD POP', '1 SWAP1 MSTORE', '32 SWAP1 SHA3 POP', '32 SWAP1 LOG0', '32 SWAP1 RETURN']),
      );
      return;
    case 5:
      writer.text('1');
      writer.push(random.pick(ABSURD));
      writer.text(random.pick(['0 CODECOPY', '0 CALLDATACOPY', '0 RETURNDATACOPY']));
      return;
    case 6:
      writer.push(random.pick(ABSURD));
      writer.text(
        random.pick([
          '0 0 CODECOPY',
          '0 0 CALLDATACOPY',
          '0 0 RETURNDATACOPY',
          '0 SHA3 POP',
          '0 LOG0',
          '0 RETURN',
        ]),
      );
      return;
    case 7:
      // Most of the gas goes into memory.
      writer.push(random.between(1000, 400_000));
      writer.text('MLOAD POP');
      return;
    default:
      writer.raw(...random.bytes(random.between(1, 4)));
  }
}

export const PLAIN_STATEMENTS: readonly (readonly [number, Statement])[] = [
  [10, arithmetic],
  [12, juggling],
  [8, storage],
  [6, memory],
  [5, context],
  [3, ofAccount],
  [1, blockHash],
  [3, hashing],
  [4, copying],
  [2, returnDataCopy],
  [3, log],
];
