// Byte strings: hexadecimal, comparison, and big-endian integers as they stand in keys and configuration values.

/** No bytes: what every absent bytes field decodes to. */
export const EMPTY = new Uint8Array(0);
/** Hashes and roots that are not there yet. */
export const Z32 = new Uint8Array(32);
/** The hash before the first change of a system configuration entry: 33 bytes, not 32 (docs/protocol/wire.md 4.3). */
export const Z33 = new Uint8Array(33);
/** The address of nobody. */
export const Z20 = new Uint8Array(20);

/** `length` zero bytes, in memory of their own. */
export function zero(length: number): Uint8Array {
  return new Uint8Array(length);
}

/** Lower-case, without `0x`. */
export function toHex(bytes: Uint8Array): string {
  return bytes.toHex();
}

/** Reads hexadecimal digits of either case, with or without `0x`. Throws for anything else, white space included. */
export function fromHex(text: string): Uint8Array {
  const digits = text.startsWith('0x') || text.startsWith('0X') ? text.slice(2) : text;
  const wrong = /[^0-9a-fA-F]/.exec(digits);
  if (wrong) throw new Error(`${quote(text)} is not hexadecimal: it contains ${JSON.stringify(wrong[0])}`);
  if (digits.length % 2 !== 0) {
    throw new Error(
      `${quote(text)} is not whole bytes: it has ${digits.length} hexadecimal digits, an odd number`,
    );
  }
  return Uint8Array.fromHex(digits);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

/** Negative, 0 or positive, as unsigned bytes compare from the first on; a beginning of the other comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** For a handful of parts; an array of any length is for `joinBytes`, since arguments live on the stack. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts);
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let position = 0;
  for (const part of parts) {
    all.set(part, position);
    position += part.length;
  }
  return all;
}

/** 8 bytes, big-endian. Throws RangeError unless 0 <= value < 2^64. */
export function be64(value: bigint): Uint8Array {
  if (value < 0n || value > 0xffff_ffff_ffff_ffffn) {
    throw new RangeError(`${value} is not an unsigned 64-bit integer`);
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

/** The first 8 bytes, big-endian. Throws RangeError if there are fewer. */
export function readBe64(bytes: Uint8Array): bigint {
  return view(bytes, 8).getBigUint64(0);
}

/** 4 bytes, big-endian. Throws RangeError unless 0 <= value < 2^32. */
export function be32(value: number): Uint8Array {
  if (value >>> 0 !== value) throw new RangeError(`${value} is not an unsigned 32-bit integer`);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** The first 4 bytes, big-endian. Throws RangeError if there are fewer. */
export function readBe32(bytes: Uint8Array): number {
  return view(bytes, 4).getUint32(0);
}

function view(bytes: Uint8Array, length: number): DataView {
  if (bytes.length < length)
    throw new RangeError(`wanted ${length} bytes, got ${bytes.length}: 0x${toHex(bytes)}`);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}
