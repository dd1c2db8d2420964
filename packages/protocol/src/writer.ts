// Writes the wire format of protobuf with the rules of the original's encoder (docs/protocol/wire.md 6).

import { joinBytes } from './bytes.ts';
import type { MessageCodec } from './codec.ts';

const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
/** Byte strings up to this length are copied by a loop, which is faster than `set`. */
const SHORT_BYTES = 8;

const utf8Encoder = new TextEncoder();

/** Bytes of a chunk. */
const CHUNK = 1 << 17;
/** Byte strings from this length on are not copied into a chunk, but are one. */
const LONG_BYTES = 1 << 14;

/**
 * Writes a message from back to front: the last field first, and a submessage before its length, which is then known
 * and needs no second pass. Methods named after a type leave out its default; `key` is `number << 3 | wire type`.
 * A value outside its type's range throws RangeError.
 *
 * What is written lies in chunks, so that a large message is copied once, and the writer stays small after it.
 */
export class Writer {
  readonly #first = new Uint8Array(CHUNK);
  /** Full chunks, the last bytes of the message first. */
  #chunks: Uint8Array[] = [];
  /** Bytes in the full chunks. */
  #chunked = 0;
  /** The chunk being filled; it holds bytes from `#position` to `#end`. */
  #buffer = this.#first;
  #end = CHUNK;
  #position = CHUNK;

  /** A copy of what was written. The writer is empty afterwards. */
  finish(): Uint8Array {
    const bytes = this.#chunks.length === 0 ? this.#buffer.slice(this.#position, this.#end) : this.#join();
    this.reset();
    return bytes;
  }

  /** Forgets what was written. */
  reset(): void {
    this.#chunks = [];
    this.#chunked = 0;
    this.#buffer = this.#first;
    this.#end = CHUNK;
    this.#position = CHUNK;
  }

  uint32(key: number, value: number): void {
    if (value === 0) return;
    if (value >>> 0 !== value) throw new RangeError(`${value} is not an unsigned 32-bit integer`);
    this.#varint(value);
    this.#varint(key);
  }

  int32(key: number, value: number): void {
    if (value === 0) return;
    if ((value | 0) !== value) throw new RangeError(`${value} is not a signed 32-bit integer`);
    if (value > 0) this.#varint(value);
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
    this.#varint(key);
  }

  uint64(key: number, value: bigint): void {
    if (value === 0n) return;
    const number = Number(value);
    if (number > 0 && number <= Number.MAX_SAFE_INTEGER) {
      this.#varint(number);
    } else {
      if (value < 0n || value > MAX_UINT64)
        throw new RangeError(`${value} is not an unsigned 64-bit integer`);
      this.#bigVarint(value);
    }
    this.#varint(key);
  }

  bool(key: number, value: boolean): void {
    if (!value) return;
    this.#varint(1);
    this.#varint(key);
  }

  bytes(key: number, value: Uint8Array): void {
    if (value.length > 0) this.bytesElement(key, value);
  }

  string(key: number, value: string): void {
    if (value.length > 0) this.stringElement(key, value);
  }

  message<T>(key: number, codec: MessageCodec<T>, value: T | undefined): void {
    if (value !== undefined) this.element(key, codec, value);
  }

  /** A submessage, or element of a repeated field, also if it is empty. */
  element<T>(key: number, codec: MessageCodec<T>, value: T): void {
    const before = this.#length;
    codec.write(this, value);
    this.#varint(this.#length - before);
    this.#varint(key);
  }

  /** All elements of a repeated field. */
  elements<T>(key: number, codec: MessageCodec<T>, values: readonly T[]): void {
    for (let index = values.length - 1; index >= 0; index--) this.element(key, codec, values[index] as T);
  }

  /** An element of a repeated field, also if it is empty. */
  bytesElement(key: number, value: Uint8Array): void {
    this.#raw(value);
    this.#varint(value.length);
    this.#varint(key);
  }

  bytesElements(key: number, values: readonly Uint8Array[]): void {
    for (let index = values.length - 1; index >= 0; index--) {
      this.bytesElement(key, values[index] as Uint8Array);
    }
  }

  /** An element of a repeated field, also if it is empty. */
  stringElement(key: number, value: string): void {
    const length = value.length;
    this.#reserve(length);
    const start = this.#position - length;
    let index = 0;
    for (; index < length; index++) {
      const unit = value.charCodeAt(index);
      if (unit >= 0x80) break;
      this.#buffer[start + index] = unit;
    }
    if (index < length) {
      this.bytesElement(key, utf8Encoder.encode(value));
      return;
    }
    this.#position = start;
    this.#varint(length);
    this.#varint(key);
  }

  stringElements(key: number, values: readonly string[]): void {
    for (let index = values.length - 1; index >= 0; index--) this.stringElement(key, values[index] as string);
  }

  /** Bytes written. */
  get #length(): number {
    return this.#chunked + this.#end - this.#position;
  }

  #raw(value: Uint8Array): void {
    const length = value.length;
    if (length >= LONG_BYTES) {
      this.#closeChunk();
      this.#chunks.push(value);
      this.#chunked += length;
      return;
    }
    this.#reserve(length);
    this.#position -= length;
    const buffer = this.#buffer;
    const start = this.#position;
    if (length > SHORT_BYTES) {
      buffer.set(value, start);
    } else {
      for (let index = 0; index < length; index++) buffer[start + index] = value[index] as number;
    }
  }

  /** @param value an integer from 0 to 2^53 - 1. */
  #varint(value: number): void {
    this.#reserve(10);
    if (value < 0x80) {
      this.#buffer[--this.#position] = value;
      return;
    }
    let size = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#position -= size;
    let index = this.#position;
    let rest = value;
    for (; rest >= 0x8000_0000; rest = Math.floor(rest / 0x80)) this.#buffer[index++] = (rest % 0x80) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) this.#buffer[index++] = (rest & 0x7f) | 0x80;
    this.#buffer[index] = rest;
  }

  /** @param value from 2^53 to 2^64 - 1. */
  #bigVarint(value: bigint): void {
    this.#reserve(10);
    const groups: number[] = [];
    for (let rest = value; rest > 0n; rest >>= 7n) groups.push(Number(rest & 0x7fn));
    for (let index = groups.length - 1; index >= 0; index--) {
      const isLast = index === groups.length - 1;
      this.#buffer[--this.#position] = (groups[index] as number) | (isLast ? 0 : 0x80);
    }
  }

  /** Makes room for so many bytes in one piece. */
  #reserve(length: number): void {
    if (this.#position >= length) return;
    this.#closeChunk();
    this.#buffer = new Uint8Array(Math.max(CHUNK, length));
    this.#end = this.#buffer.length;
    this.#position = this.#end;
  }

  /** Ends the chunk being filled; what is left of its buffer is the next one. */
  #closeChunk(): void {
    if (this.#position === this.#end) return;
    this.#chunks.push(this.#buffer.subarray(this.#position, this.#end));
    this.#chunked += this.#end - this.#position;
    this.#end = this.#position;
  }

  #join(): Uint8Array {
    this.#closeChunk();
    return joinBytes(this.#chunks.reverse());
  }
}

/** Kept from message to message; taken away while it is in use. */
let spare: Writer | undefined = new Writer();

/** What `write` writes about the value. */
export function written<T>(write: (writer: Writer, value: T) => void, value: T): Uint8Array {
  const writer = spare ?? new Writer();
  spare = undefined;
  try {
    write(writer, value);
    return writer.finish();
  } finally {
    // Also after a RangeError half-way.
    writer.reset();
    spare = writer;
  }
}
