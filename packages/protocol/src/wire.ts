// The wire format of protobuf with the rules of the original's encoder and decoder (docs/protocol/wire.md 6): what the
// generated codecs are made of, and slicing of messages without decoding them.

import type { MessageCodec } from './codec.ts';

/** Bytes that are not an encoding of the message they should be. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Names of a message's fields by number: a field of another number is unknown, and skipped. */
export type FieldNames = Readonly<Record<number, string>>;

/** Submessages, or groups of unknown fields, inside one another; the original's limit. */
export const MAX_NESTING = 100;

/**
 * Elements of repeated fields in one message, all together. An element takes two bytes on the wire but some hundred in
 * memory: without a bound a message that a link carries could exhaust the process. A block of 256 MiB has fewer.
 */
export const MAX_ELEMENTS = 1 << 20;

const WireType = { varint: 0, fixed64: 1, delimited: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const;

const EMPTY = new Uint8Array(0);
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
const TWO_POW_32 = 0x1_0000_0000;
/** Strings up to this length are read by a loop, which is faster than the decoder for the usual nonce. */
const SHORT_STRING = 40;
/** Byte strings up to this length are copied by a loop, which is faster than `set` for a hash or an address. */
const SHORT_BYTES = 40;

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

/** Reads a message from front to back. Every method throws DecodeError for bytes that break the rules. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #typeName: string;
  #position = 0;
  /** Where the message being read ends; a submessage ends before its parent. */
  #end: number;
  #depth = 0;
  #elements = 0;
  /** The two halves of the last varint, 32 bits each. */
  #low = 0;
  #high = 0;

  /** @param typeName what the bytes should be, for the text of errors. */
  constructor(bytes: Uint8Array, typeName: string) {
    // A plain Uint8Array, so that the views handed out are plain ones too, also when the input is a Buffer.
    this.#bytes =
      bytes.constructor === Uint8Array
        ? bytes
        : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#typeName = typeName;
    this.#end = bytes.length;
  }

  /** True until the end of the message being read. */
  more(): boolean {
    return this.#position < this.#end;
  }

  /** The key of the next field: `number << 3 | wire type`. */
  key(): number {
    this.#varint();
    if (this.#high !== 0) throw this.#error('a field number has more than 29 bits');
    return this.#low;
  }

  /** The low 32 bits of a varint. */
  uint32(): number {
    this.#varint();
    return this.#low;
  }

  /** The low 32 bits of a varint, signed: the value of an enum. */
  int32(): number {
    this.#varint();
    return this.#low | 0;
  }

  uint64(): bigint {
    this.#varint();
    const high = this.#high;
    if (high < 0x20_0000) return BigInt(high * TWO_POW_32 + this.#low);
    return (BigInt(high) << 32n) | BigInt(this.#low);
  }

  bool(): boolean {
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** A view into the input. */
  bytes(): Uint8Array {
    const length = this.#length();
    if (length === 0) return EMPTY;
    const start = this.#position;
    this.#position = start + length;
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const length = this.#length();
    const start = this.#position;
    const end = start + length;
    this.#position = end;
    if (length <= SHORT_STRING) {
      let text = '';
      let position = start;
      for (; position < end; position++) {
        const byte = this.#bytes[position] as number;
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (position === end) return text;
    }
    try {
      return utf8Decoder.decode(this.#bytes.subarray(start, end));
    } catch (cause) {
      throw this.#error('a string is not UTF-8', { cause });
    }
  }

  /** A submessage. What is there already is merged with what is read, field by field. */
  message<T>(codec: MessageCodec<T>, into: T | undefined): T {
    const length = this.#length();
    const outerEnd = this.#end;
    this.#nest();
    this.#end = this.#position + length;
    const message = codec.merge(this, into === undefined ? codec.create() : into);
    this.#end = outerEnd;
    this.#depth--;
    return message;
  }

  /** An element of a repeated field of messages. */
  element<T>(codec: MessageCodec<T>): T {
    this.#count();
    return this.message(codec, undefined);
  }

  /** An element of a repeated field of bytes. */
  bytesElement(): Uint8Array {
    this.#count();
    return this.bytes();
  }

  /** An element of a repeated field of strings. */
  stringElement(): string {
    this.#count();
    return this.string();
  }

  /** Passes over a field that is none of `known`. A field of `known` was written with another wire type than declared. */
  skip(key: number, known: FieldNames): void {
    const name = known[key >>> 3];
    if (name !== undefined) {
      throw this.#error(
        `field ${key >>> 3} (${name}) has wire type ${key & 7}, which is not that of its type`,
      );
    }
    this.#skip(key);
  }

  #skip(key: number): void {
    const number = key >>> 3;
    if (number === 0) throw this.#error('a field has number 0');
    this.#nest();
    switch (key & 7) {
      case WireType.varint:
        this.#varint();
        break;
      case WireType.fixed64:
        this.#advance(8);
        break;
      case WireType.delimited:
        this.#advance(this.#length());
        break;
      case WireType.startGroup:
        this.#skipGroup(number);
        break;
      case WireType.fixed32:
        this.#advance(4);
        break;
      case WireType.endGroup:
        throw this.#error(`group ${number} ends without having begun`);
      default:
        throw this.#error(`field ${number} has wire type ${key & 7}, which does not exist`);
    }
    this.#depth--;
  }

  #skipGroup(number: number): void {
    for (;;) {
      const key = this.key();
      if ((key & 7) !== WireType.endGroup) {
        this.#skip(key);
      } else if (key >>> 3 === number) {
        return;
      } else {
        throw this.#error(`group ${number} ends as group ${key >>> 3}`);
      }
    }
  }

  #nest(): void {
    if (this.#depth >= MAX_NESTING) throw this.#error(`fields are nested deeper than ${MAX_NESTING}`);
    this.#depth++;
  }

  #count(): void {
    if (this.#elements >= MAX_ELEMENTS)
      throw this.#error(`repeated fields have more than ${MAX_ELEMENTS} elements`);
    this.#elements++;
  }

  #advance(length: number): void {
    if (length > this.#end - this.#position) throw this.#truncated();
    this.#position += length;
  }

  /** The length of what follows, which is all there. */
  #length(): number {
    this.#varint();
    if (this.#high !== 0 || this.#low > this.#end - this.#position) throw this.#truncated();
    return this.#low;
  }

  #varint(): void {
    const position = this.#position;
    if (position < this.#end) {
      const byte = this.#bytes[position] as number;
      if (byte < 0x80) {
        this.#position = position + 1;
        this.#low = byte;
        this.#high = 0;
        return;
      }
    }
    this.#longVarint();
  }

  #longVarint(): void {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index++) {
      if (this.#position >= this.#end) throw this.#truncated();
      const byte = bytes[this.#position++] as number;
      const bits = byte & 0x7f;
      if (index < 4) {
        low |= bits << (7 * index);
      } else if (index === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else {
        high |= bits << (7 * index - 32);
      }
      if (byte < 0x80) {
        if (index === 9 && byte > 1) break;
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw this.#error('a varint has more than 64 bits');
  }

  #truncated(): DecodeError {
    return this.#error(`something is longer than the ${this.#end - this.#position} bytes that are left`);
  }

  #error(text: string, options?: ErrorOptions): DecodeError {
    const where = `at byte ${this.#position} of ${this.#bytes.length}`;
    return new DecodeError(`${this.#typeName}: ${text}, ${where}`, options);
  }
}

/**
 * Writes a message from back to front: the last field first, and a submessage before its length, which is then known
 * and needs no second pass. Methods named after a type leave out its default; `key` is `number << 3 | wire type`.
 * A value outside its type's range throws RangeError.
 */
export class Writer {
  #buffer: Uint8Array;
  /** Index of the first byte written. */
  #position: number;

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity);
    this.#position = capacity;
  }

  get capacity(): number {
    return this.#buffer.length;
  }

  /** A copy of what was written. The writer is empty afterwards. */
  finish(): Uint8Array {
    const bytes = this.#buffer.slice(this.#position);
    this.#position = this.#buffer.length;
    return bytes;
  }

  /** Forgets what was written. */
  reset(): void {
    this.#position = this.#buffer.length;
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
    const distance = this.#buffer.length - this.#position;
    codec.write(this, value);
    this.#varint(this.#buffer.length - this.#position - distance);
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

  #raw(value: Uint8Array): void {
    const length = value.length;
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

  #reserve(length: number): void {
    if (this.#position >= length) return;
    const used = this.#buffer.length - this.#position;
    const buffer = new Uint8Array(Math.max(this.#buffer.length * 2, used + length));
    buffer.set(this.#buffer.subarray(this.#position), buffer.length - used);
    this.#position = buffer.length - used;
    this.#buffer = buffer;
  }
}

/**
 * The content of the bytes, string or message field `number`, a view; undefined if it is absent. Throws DecodeError if it
 * occurs twice: no canonical encoding has that, and whether the last one counts or all are merged only a codec knows.
 */
export function fieldBytes(message: Uint8Array, number: number): Uint8Array | undefined {
  const found = repeatedFields(message, number);
  if (found.length > 1) throw new DecodeError(`field ${number} occurs ${found.length} times instead of once`);
  return found[0];
}

/** The contents of all elements of the repeated bytes, string or message field `number`, in order; views. */
export function repeatedFields(message: Uint8Array, number: number): Uint8Array[] {
  const reader = new Reader(message, `a message with field ${number}`);
  const wanted = (number << 3) | WireType.delimited;
  const names: FieldNames = { [number]: 'to be sliced' };
  const found: Uint8Array[] = [];
  while (reader.more()) {
    const key = reader.key();
    if (key === wanted) found.push(reader.bytesElement());
    else reader.skip(key, names);
  }
  return found;
}

/** The bytes, string or message field `number` with this content, as it stands in a message; also if it is empty. */
export function delimited(number: number, content: Uint8Array): Uint8Array {
  const writer = new Writer(content.length + 10);
  writer.bytesElement((number << 3) | WireType.delimited, content);
  return writer.finish();
}
