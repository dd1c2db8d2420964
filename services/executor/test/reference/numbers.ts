/** Integers and their bytes, big-endian throughout. */
import { fromHex, toHex } from '@hexapod/protocol/bytes';

export const TWO_256 = 1n << 256n;

export function toInteger(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** The lowest `length` bytes of an integer. */
export function toBytes(value: bigint, length: number): Uint8Array {
  return fromHex(
    BigInt.asUintN(8 * length, value)
      .toString(16)
      .padStart(2 * length, '0'),
  );
}

/** Without leading zero bytes; zero has none at all. */
export function minimalBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array(0);
  const digits = value.toString(16);
  return fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
}

/** ceil(length / 32): the w(l) of 5.3. */
export function words(length: bigint): bigint {
  return (length + 31n) / 32n;
}

/** `length` bytes of a source from an offset on; what lies beyond its end are zeros. */
export function slicePadded(source: Uint8Array, offset: bigint, length: bigint): Uint8Array {
  const result = new Uint8Array(Number(length));
  if (offset < BigInt(source.length)) {
    const start = Number(offset);
    result.set(source.subarray(start, start + result.length));
  }
  return result;
}
