/**
 * The part of bincode 1.3 that bft speaks (docs/protocol/consensus.md 3.3): fixed-width little-endian integers, u64
 * counts, one-byte options, and fixed hashes written as texts: `0x` and lower-case hex digits behind a u64 length.
 *
 * The reader is as lenient as the original's: upper-case digits, no `0x`, blanks between digits; what follows the value
 * is not looked at. Whoever needs the canonical form encodes again and compares.
 */

/** The bytes are no such value. */
export class BincodeError extends Error {
  override readonly name = 'BincodeError';
}

const BLANKS = ' \r\n\t';

export class BincodeReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** Number of elements of a sequence or map, each of at least `size` bytes: no more than can be there. */
  count(size: number): number {
    const count = this.u64();
    if (count * BigInt(size) > BigInt(this.remaining)) {
      throw new BincodeError(
        `${count} elements of ${size} bytes and more cannot be in ${this.remaining} bytes`,
      );
    }
    return Number(count);
  }

  /** A view into the input. */
  bytes(): Uint8Array {
    const length = this.count(1);
    const from = this.#advance(length);
    return this.#bytes.subarray(from, from + length);
  }

  option<T>(read: () => T): T | null {
    const tag = this.u8();
    if (tag > 1) throw new BincodeError(`${tag} is no tag of an optional value, 0 or 1`);
    return tag === 1 ? read() : null;
  }

  sequence<T>(size: number, read: () => T): T[] {
    const length = this.count(size);
    return Array.from({ length }, read);
  }

  /** A fixed hash of `length` bytes as lower-case hex digits. */
  fixedHash(length: number): string {
    const text = Buffer.from(this.bytes()).toString('latin1');
    const digits = text.startsWith('0x') ? text.slice(2) : text;
    if (digits.length !== 2 * length) {
      throw new BincodeError(
        `wanted ${2 * length} hex digits after 0x, got a text of ${text.length} characters`,
      );
    }
    return /^[0-9a-f]*$/.test(digits) ? digits : unblank(digits, length);
  }

  #advance(length: number): number {
    if (length > this.remaining) {
      throw new BincodeError(`wanted ${length} bytes at ${this.#position}, there are ${this.remaining}`);
    }
    const from = this.#position;
    this.#position += length;
    return from;
  }
}

/** Blanks are skipped, and the bytes they leave over are zero at the end; half a byte there is dropped. */
function unblank(text: string, length: number): string {
  let digits = '';
  for (const character of text) {
    if (BLANKS.includes(character)) continue;
    if (!/[0-9a-fA-F]/.test(character))
      throw new BincodeError(`${JSON.stringify(character)} is no hex digit`);
    digits += character;
  }
  const whole = digits.length - (digits.length % 2);
  return digits
    .slice(0, whole)
    .toLowerCase()
    .padEnd(2 * length, '0');
}

export class BincodeWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  u64(value: bigint): this {
    const at = this.#grow(8);
    this.#buffer.writeBigUInt64LE(value, at);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#buffer.writeUInt32LE(value, at);
    return this;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#buffer.writeUInt8(value, at);
    return this;
  }

  count(value: number): this {
    return this.u64(BigInt(value));
  }

  bytes(value: Uint8Array): this {
    this.count(value.length);
    const at = this.#grow(value.length);
    this.#buffer.set(value, at);
    return this;
  }

  option<T>(value: T | null, write: (value: T) => void): this {
    this.u8(value === null ? 0 : 1);
    if (value !== null) write(value);
    return this;
  }

  sequence<T>(values: readonly T[], write: (value: T) => void): this {
    this.count(values.length);
    for (const value of values) write(value);
    return this;
  }

  /** Lower-case hex digits without `0x`. */
  fixedHash(digits: string): this {
    this.count(digits.length + 2);
    const at = this.#grow(digits.length + 2);
    this.#buffer.write(`0x${digits}`, at, 'latin1');
    return this;
  }

  /** What was written, in memory of its own. */
  finish(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length));
  }

  /** Makes room, and only then may `#buffer` be named: it may be another one afterwards. */
  #grow(length: number): number {
    const from = this.#length;
    this.#length += length;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, from));
      this.#buffer = larger;
    }
    return from;
  }
}
