// SM2 keys as bytes and numbers, and the hash of a key that stands before every message (docs/protocol/crypto.md 5).

import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { A, B, G } from './sm2-curve.ts';
import { sm3 } from './sm3.ts';

export const PUBLIC_KEY_LENGTH = 64;
export const SIGNATURE_LENGTH = 128;

/** ENTL ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy: what ZA hashes before the public key. */
const ZA_HEAD = concatBytes(
  Uint8Array.of(0x00, 0x80),
  new TextEncoder().encode('1234567812345678'),
  ...[A, B, G.x, G.y].map(toBytes),
);

/** The last 64 of the 128 bytes. */
export function publicKeyIn(signature: Uint8Array): Uint8Array {
  return signature.subarray(SIGNATURE_LENGTH - PUBLIC_KEY_LENGTH);
}

/** The hash of signer and curve. @param publicKey 64 bytes */
export function zaOf(publicKey: Uint8Array): Uint8Array {
  return sm3(concatBytes(ZA_HEAD, publicKey));
}

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

/** 32 bytes. */
export function toBytes(number: bigint): Uint8Array {
  return Uint8Array.fromHex(number.toString(16).padStart(64, '0'));
}
