/**
 * A 256-bit machine word.
 *
 * Most words a contract handles are small: counters, offsets, flags, selectors. Those are JavaScript numbers;
 * everything that does not fit in 53 bits is a bigint. The form is canonical, so `===` is equality:
 *
 *   number  0 … 2^53 − 1
 *   bigint  2^53 … 2^256 − 1
 *
 * Addresses (160 bits), storage slots, gas amounts and hashes are words, too.
 */
export type Word = number | bigint;

export const MAX_SMALL = Number.MAX_SAFE_INTEGER;
export const MAX_U64: Word = 2n ** 64n - 1n;
export const WORD_BYTES = 32;
export const ADDRESS_BYTES = 20;

const MAX_SMALL_BIG = BigInt(MAX_SMALL);
const TWO_32 = 2 ** 32;

/** The canonical form of a bigint in 0 … 2^256 − 1. */
export function normalize(value: bigint): Word {
  return value <= MAX_SMALL_BIG ? Number(value) : value;
}

/** The canonical form of the low 256 bits of any bigint, negative ones in two's complement. */
export function wrap(value: bigint): Word {
  return normalize(BigInt.asUintN(256, value));
}

/** The word as a number; words that do not fit become Infinity, which is right for every comparison with a bound. */
export function toNumber(word: Word): number {
  return typeof word === 'number' ? word : Number.POSITIVE_INFINITY;
}

/** The low 160 bits: what an opcode takes as an address. */
export function toAddress(word: Word): Word {
  return typeof word === 'number' ? word : normalize(BigInt.asUintN(160, word));
}

/** The low 64 bits: all that counts of the gas a contract asks for a call (docs/protocol/executor.md 5.3). */
export function low64(word: Word): Word {
  return typeof word === 'number' ? word : normalize(BigInt.asUintN(64, word));
}

const scratch = new Uint8Array(WORD_BYTES);
const scratchView = new DataView(scratch.buffer);

/** Reads 32 big-endian bytes at an offset of a view. */
export function readWord(view: DataView, offset: number): Word {
  const high =
    view.getUint32(offset) |
    view.getUint32(offset + 4) |
    view.getUint32(offset + 8) |
    view.getUint32(offset + 12) |
    view.getUint32(offset + 16) |
    view.getUint32(offset + 20);
  if (high === 0) {
    const small = view.getUint32(offset + 24) * TWO_32 + view.getUint32(offset + 28);
    return small <= MAX_SMALL ? small : view.getBigUint64(offset + 24);
  }
  const upper = (view.getBigUint64(offset) << 64n) | view.getBigUint64(offset + 8);
  return (upper << 128n) | (view.getBigUint64(offset + 16) << 64n) | view.getBigUint64(offset + 24);
}

/** Writes a word as 32 big-endian bytes at an offset of a view. */
export function writeWord(view: DataView, offset: number, word: Word): void {
  if (typeof word === 'number') {
    view.setFloat64(offset, 0);
    view.setFloat64(offset + 8, 0);
    view.setFloat64(offset + 16, 0);
    view.setUint32(offset + 24, Math.floor(word / TWO_32));
    view.setUint32(offset + 28, word);
    return;
  }
  // setBigUint64 stores the low 64 bits and ignores the rest.
  view.setBigUint64(offset, word >> 192n);
  view.setBigUint64(offset + 8, word >> 128n);
  view.setBigUint64(offset + 16, word >> 64n);
  view.setBigUint64(offset + 24, word);
}

/** Up to 32 big-endian bytes as a word. */
export function wordFromBytes(bytes: Uint8Array): Word {
  if (bytes.length <= 6) {
    let small = 0;
    for (let i = 0; i < bytes.length; i++) small = small * 256 + (bytes[i] as number);
    return small;
  }
  if (bytes.length > WORD_BYTES) throw new RangeError(`a word has at most 32 bytes, not ${bytes.length}`);
  // A loop: for so few bytes fill and set cost more to call than to run.
  const pad = WORD_BYTES - bytes.length;
  for (let i = 0; i < pad; i++) scratch[i] = 0;
  for (let i = 0; i < bytes.length; i++) scratch[pad + i] = bytes[i] as number;
  return readWord(scratchView, 0);
}

/** The 32 big-endian bytes at an offset as a word; what lies beyond the end reads as zeros. */
export function wordAt(bytes: Uint8Array, offset: number): Word {
  const end = Math.min(WORD_BYTES, bytes.length - offset);
  if (end <= 0) return 0;
  for (let i = 0; i < end; i++) scratch[i] = bytes[offset + i] as number;
  for (let i = end; i < WORD_BYTES; i++) scratch[i] = 0;
  return readWord(scratchView, 0);
}

/** The word as 32 big-endian bytes. */
export function wordToBytes(word: Word): Uint8Array {
  writeWord(scratchView, 0, word);
  return scratch.slice();
}

/** An address word as its 20 bytes. */
export function addressToBytes(address: Word): Uint8Array {
  writeWord(scratchView, 0, address);
  return scratch.slice(WORD_BYTES - ADDRESS_BYTES);
}

/** The word as big-endian bytes without leading zeros; zero is the empty string (the integer form of RLP). */
export function wordToMinimalBytes(word: Word): Uint8Array {
  writeWord(scratchView, 0, word);
  let start = 0;
  while (start < WORD_BYTES && scratch[start] === 0) start++;
  return scratch.slice(start);
}

/** Length in bytes of the word without leading zeros; 0 for zero. */
export function byteLength(word: Word): number {
  if (typeof word === 'number') {
    let length = 0;
    for (let rest = word; rest > 0; rest = Math.floor(rest / 256)) length++;
    return length;
  }
  writeWord(scratchView, 0, word);
  let start = 0;
  while (scratch[start] === 0) start++;
  return WORD_BYTES - start;
}
