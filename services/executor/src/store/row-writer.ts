/**
 * Writes keys and values of rows one after the other into memory taken in large pieces: a block has ten thousand small
 * rows, and memory of its own for each costs more than filling it. What `take` returns is never written again.
 */
import { type Word, writeWord } from '../evm/word.ts';

const CHUNK_BYTES = 64 * 1024;
const TWO_32 = 2 ** 32;

export class RowWriter {
  #bytes = new Uint8Array(CHUNK_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #start = 0;
  #at = 0;

  /** Bytes written since the last `take`. */
  get length(): number {
    return this.#at - this.#start;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#at, value);
    this.#at += 2;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  uint48(value: number): void {
    this.uint16(Math.floor(value / TWO_32));
    this.uint32(value % TWO_32);
  }

  uint64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.#at, value);
    this.#at += 8;
  }

  /** An integer from 0 to 2^53 − 1: seven bits to a byte, the lowest first. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#at++] = (rest % 128) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** A few bytes, from one index to before another. */
  range(bytes: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    for (let i = from; i < to; i++) this.#bytes[this.#at++] = bytes[i] as number;
  }

  /** The low `size` bytes of a word. */
  word(word: Word, size: 20 | 32): void {
    this.#reserve(32);
    const start = this.#at;
    writeWord(this.#view, start, word);
    if (size === 20) this.#bytes.copyWithin(start, start + 12, start + 32);
    this.#at = start + size;
  }

  /** An RLP integer from 0 to 2^53 − 1. */
  rlpInteger(value: number): void {
    if (value > 0 && value < 0x80) {
      this.byte(value);
      return;
    }
    const position = this.length;
    this.byte(0);
    this.minimalWord(value);
    this.#bytes[this.#start + position] = 0x80 + this.length - position - 1;
  }

  /** Without leading zeros; nothing for zero. */
  minimalWord(word: Word): void {
    this.#reserve(32);
    const start = this.#at;
    writeWord(this.#view, start, word);
    let skip = 0;
    while (skip < 32 && this.#bytes[start + skip] === 0) skip++;
    this.#bytes.copyWithin(start, start + skip, start + 32);
    this.#at = start + 32 - skip;
  }

  /** Puts the number of bytes written since `position` (a `length` read before two were left free) in front of them. */
  patchLength(position: number): void {
    this.#view.setUint16(this.#start + position, this.length - position - 2);
  }

  /** Everything written since the last `take`. */
  take(): Uint8Array {
    const row = this.#bytes.subarray(this.#start, this.#at);
    this.#start = this.#at;
    return row;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const begun = this.#bytes.subarray(this.#start, this.#at);
    this.#bytes = new Uint8Array(Math.max(CHUNK_BYTES, 2 * (begun.length + size)));
    this.#view = new DataView(this.#bytes.buffer);
    this.#bytes.set(begun);
    this.#start = 0;
    this.#at = begun.length;
  }
}

/** Reads what a RowWriter wrote. Throws RangeError at the end of the bytes. */
export class RowReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  get position(): number {
    return this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError(`a row of ${this.#bytes.length} bytes is too short`);
    return value;
  }

  uint16(): number {
    return this.byte() * 256 + this.byte();
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** A view. */
  bytes(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.length)
      throw new RangeError(`a row of ${this.#bytes.length} bytes ends before byte ${end}`);
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at);
  }
}
