/**
 * RLP without an allocation per item: written from back to front, so that a list's length is known when its header is
 * due. What is encoded by the thousand (trie nodes, accounts, receipts) goes through this; the last item of a list is
 * written first.
 */
import { WORD_BYTES, type Word, writeWord } from '../evm/word.ts';

const SHORT = 55;
const SHORT_COPY = 40;

export class RlpWriter {
  #buffer = new Uint8Array(4096);
  #view = new DataView(this.#buffer.buffer);
  /** Index of the first byte written. */
  #position = this.#buffer.length;

  /** How much is written: what `list` takes as its end. */
  get mark(): number {
    return this.#buffer.length - this.#position;
  }

  string(bytes: Uint8Array): void {
    this.raw(bytes);
    if (bytes.length !== 1 || (bytes[0] as number) >= 0x80) this.#header(0x80, bytes.length);
  }

  integer(value: number | bigint): void {
    if (typeof value === 'bigint' && value > Number.MAX_SAFE_INTEGER) {
      this.#bigInteger(value);
      return;
    }
    const mark = this.mark;
    this.#reserve(8);
    let rest = Number(value);
    for (; rest > 0xff; rest = Math.floor(rest / 256)) this.#buffer[--this.#position] = rest % 256;
    if (rest > 0) this.#buffer[--this.#position] = rest;
    const length = this.mark - mark;
    if (length !== 1 || rest >= 0x80) this.#header(0x80, length);
  }

  /** The low `size` bytes of a word as a string. */
  word(word: Word, size: 20 | 32): void {
    this.#reserve(WORD_BYTES + 1);
    writeWord(this.#view, this.#position - WORD_BYTES, word);
    this.#position -= size;
    this.#header(0x80, size);
  }

  /** Bytes that are encoded already. */
  raw(encoded: Uint8Array): void {
    const { length } = encoded;
    this.#reserve(length);
    this.#position -= length;
    if (length > SHORT_COPY) this.#buffer.set(encoded, this.#position);
    else for (let i = 0; i < length; i++) this.#buffer[this.#position + i] = encoded[i] as number;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[--this.#position] = value;
  }

  /** Makes one list of everything written since `mark` was read. */
  list(mark: number): void {
    this.#header(0xc0, this.mark - mark);
  }

  /** What was written since `mark` was read: a view, until more is written. */
  since(mark: number): Uint8Array {
    return this.#buffer.subarray(this.#position, this.#buffer.length - mark);
  }

  /** Forgets what was written since `mark` was read. */
  cut(mark: number): void {
    this.#position = this.#buffer.length - mark;
  }

  /** A copy of all that was written; the writer is empty afterwards. */
  finish(): Uint8Array {
    const bytes = this.#buffer.slice(this.#position);
    this.#position = this.#buffer.length;
    return bytes;
  }

  #bigInteger(value: bigint): void {
    const mark = this.mark;
    for (let rest = value; rest > 0n; rest >>= 8n) this.byte(Number(rest & 0xffn));
    this.#header(0x80, this.mark - mark);
  }

  #header(base: 0x80 | 0xc0, length: number): void {
    this.#reserve(9);
    if (length <= SHORT) {
      this.#buffer[--this.#position] = base + length;
      return;
    }
    let count = 0;
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256), count++) {
      this.#buffer[--this.#position] = rest % 256;
    }
    this.#buffer[--this.#position] = base + SHORT + count;
  }

  #reserve(length: number): void {
    if (this.#position >= length) return;
    const used = this.mark;
    const buffer = new Uint8Array(Math.max(this.#buffer.length * 2, used + length));
    buffer.set(this.#buffer.subarray(this.#position), buffer.length - used);
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer);
    this.#position = buffer.length - used;
  }
}
