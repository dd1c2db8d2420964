/** RLP, writing only: strings and lists. */
import { concatBytes } from '@hexapod/protocol/bytes';
import { minimalBytes } from './numbers.ts';

export function rlpString(bytes: Uint8Array): Uint8Array {
  const isItsOwnCode = bytes.length === 1 && (bytes[0] ?? 0) < 0x80;
  return isItsOwnCode ? bytes : concatBytes(prefix(0x80, bytes.length), bytes);
}

export function rlpInteger(value: bigint): Uint8Array {
  return rlpString(minimalBytes(value));
}

/** Of items that are encoded already. */
export function rlpList(items: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...items);
  return concatBytes(prefix(0xc0, content.length), content);
}

function prefix(base: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length);
  const lengthBytes = minimalBytes(BigInt(length));
  return Uint8Array.of(base + 55 + lengthBytes.length, ...lengthBytes);
}
