// Reads the wire format of protobuf with the rules of the original's decoder (docs/protocol/wire.md 6). Also what is
// common to reading and writing.

import { EMPTY } from './bytes.ts';
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

export const WireType = {
  varint: 0,
  fixed64: 1,
  delimited: 2,
  startGroup: 3,
  endGroup: 4,
  fixed32: 5,
} as const;

const TWO_POW_32 = 0x1_0000_0000;
/** The upper half of a negative enum. */
const NEGATIVE = 0xffff_ffff;
/** Strings up to this length, bytes, are read without the decoder, which is slow to start: a nonce, a module's name. */
const SHORT_STRING = 40;
const asciiCodes: number[] = [];

const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  /** The key of the last field of the message being read, and whether it was an element of a repeated field. */
  #lastKey = 0;
  #isElement = false;
  #isCanonical = true;

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

  /** Is all that was read so far in the one form in which it would be written (docs/protocol/wire.md 6)? */
  get isCanonical(): boolean {
    return this.#isCanonical;
  }

  /** The key of the next field: `number << 3 | wire type`. */
  key(): number {
    this.#varint();
    if (this.#high !== 0) throw this.#error('a field number has more than 29 bits');
    const key = this.#low;
    // Fields ascend; only elements of one repeated field follow each other.
    if (key <= this.#lastKey && !(key === this.#lastKey && this.#isElement)) this.#isCanonical = false;
    this.#lastKey = key;
    this.#isElement = false;
    return key;
  }

  /** The low 32 bits of a varint. */
  uint32(): number {
    this.#varint();
    if (this.#low === 0 || this.#high !== 0) this.#isCanonical = false;
    return this.#low;
  }

  /** The low 32 bits of a varint, signed: the value of an enum. */
  int32(): number {
    this.#varint();
    const value = this.#low | 0;
    if (value === 0 || this.#high !== (value < 0 ? NEGATIVE : 0)) this.#isCanonical = false;
    return value;
  }

  uint64(): bigint {
    this.#varint();
    const high = this.#high;
    if (high === 0 && this.#low === 0) this.#isCanonical = false;
    if (high < 0x20_0000) return BigInt(high * TWO_POW_32 + this.#low);
    return (BigInt(high) << 32n) | BigInt(this.#low);
  }

  bool(): boolean {
    this.#varint();
    if (this.#low !== 1 || this.#high !== 0) this.#isCanonical = false;
    return this.#low !== 0 || this.#high !== 0;
  }

  /** A view into the input. */
  bytes(): Uint8Array {
    const bytes = this.#view();
    if (bytes.length === 0) this.#isCanonical = false;
    return bytes;
  }

  #view(): Uint8Array {
    const length = this.#length();
    if (length === 0) return EMPTY;
    const start = this.#position;
    this.#position = start + length;
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const text = this.#text();
    if (text.length === 0) this.#isCanonical = false;
    return text;
  }

  #text(): string {
    const length = this.#length();
    const start = this.#position;
    const end = start + length;
    this.#position = end;
    if (length <= SHORT_STRING && this.#isAscii(start, end)) {
      asciiCodes.length = length;
      for (let index = 0; index < length; index++) asciiCodes[index] = this.#bytes[start + index] as number;
      return String.fromCharCode.apply(null, asciiCodes);
    }
    try {
      return utf8Decoder.decode(this.#bytes.subarray(start, end));
    } catch (cause) {
      throw this.#error('a string is not UTF-8', { cause });
    }
  }

  #isAscii(start: number, end: number): boolean {
    for (let index = start; index < end; index++) if ((this.#bytes[index] as number) >= 0x80) return false;
    return true;
  }

  /** A submessage. What is there already is merged with what is read, field by field. */
  message<T>(codec: MessageCodec<T>, into: T | undefined): T {
    const length = this.#length();
    const outerEnd = this.#end;
    const outerKey = this.#lastKey;
    this.#nest();
    this.#end = this.#position + length;
    this.#lastKey = 0;
    const message = codec.merge(this, into === undefined ? codec.empty() : into);
    this.#end = outerEnd;
    this.#lastKey = outerKey;
    this.#isElement = false;
    this.#depth--;
    return message;
  }

  /** An element of a repeated field of messages. */
  element<T>(codec: MessageCodec<T>): T {
    this.#count();
    const message = this.message(codec, undefined);
    this.#isElement = true;
    return message;
  }

  /** An element of a repeated field of bytes. */
  bytesElement(): Uint8Array {
    this.#count();
    this.#isElement = true;
    return this.#view();
  }

  /** An element of a repeated field of strings. */
  stringElement(): string {
    this.#count();
    this.#isElement = true;
    return this.#text();
  }

  /** Comes before a member of a oneof is read. @param before what was read of the oneof so far: of two members one is lost */
  alternative(before: object | undefined): void {
    if (before !== undefined) this.#isCanonical = false;
  }

  /** Passes over a field that is none of `known`. A field of `known` was written with another wire type than declared. */
  skip(key: number, known: FieldNames): void {
    const name = known[key >>> 3];
    if (name !== undefined) {
      throw this.#error(
        `field ${key >>> 3} (${name}) has wire type ${key & 7}, which is not that of its type`,
      );
    }
    this.#isCanonical = false;
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
      if (position + 1 < this.#end) {
        const second = this.#bytes[position + 1] as number;
        if (second < 0x80) {
          if (second === 0) this.#isCanonical = false;
          this.#position = position + 2;
          this.#low = (byte & 0x7f) | (second << 7);
          this.#high = 0;
          return;
        }
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
        if (byte === 0) this.#isCanonical = false;
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
