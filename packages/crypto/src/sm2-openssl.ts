// SM2 verification without the kernel: by OpenSSL, and in BigInt where a number is out of the ranges that OpenSSL demands.
// For a machine where the kernel does not run; and a second opinion on it.

import { createPublicKey, createVerify, type KeyObject } from 'node:crypto';
import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { BoundedCache } from './bounded-cache.ts';
import { isAcceptedByOriginal, isInStandardRange, type SignatureNumbers } from './sm2-acceptance.ts';
import { P } from './sm2-curve.ts';
import { encodeSignature, publicKeyInfo } from './sm2-der.ts';
import { publicKeyIn, SIGNATURE_LENGTH, toBytes, toNumber, zaOf } from './sm2-key.ts';
import { sm3 } from './sm3.ts';

/** Senders repeat: importing a key costs a tenth of a verification. A key takes about 2 KiB. */
const MAX_CACHED_KEYS = 1024;

interface VerificationKey {
  readonly key: KeyObject;
  readonly za: Uint8Array;
}

const verificationKeys = new BoundedCache<string, VerificationKey>(MAX_CACHED_KEYS);

/** Is this a signature of the message by the standard? @param signature 128 bytes, the public key included */
export function verifyStrict(message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_LENGTH) return false;
  return isInStandardRange(numbersOf(signature)) && verifyInRange(message, signature);
}

/** Does the original take it for a signature of the message? @param signature 128 bytes, the public key included */
export function verifyAsOriginal(message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_LENGTH) return false;
  const numbers = numbersOf(signature);
  if (isInStandardRange(numbers)) return verifyInRange(message, signature);
  return isAcceptedByOriginal(digestByOriginal(message, numbers), numbers);
}

/** e, from the coordinates reduced, though the address is a hash of the coordinates as sent (docs/protocol/crypto.md 8). */
export function digestByOriginal(message: Uint8Array, { x, y }: Pick<SignatureNumbers, 'x' | 'y'>): bigint {
  const za = zaOf(concatBytes(toBytes(x % P), toBytes(y % P)));
  return toNumber(sm3(concatBytes(za, message)));
}

/** @param signature all of its numbers are in the standard's ranges */
function verifyInRange(message: Uint8Array, signature: Uint8Array): boolean {
  const { key, za } = verificationKey(publicKeyIn(signature));
  return createVerify('sm3').update(za).update(message).verify(key, encodeSignature(signature));
}

function verificationKey(publicKey: Uint8Array): VerificationKey {
  const name = toHex(publicKey);
  const known = verificationKeys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: publicKeyInfo(publicKey), format: 'der', type: 'spki' });
  return verificationKeys.set(name, { key, za: zaOf(publicKey) });
}

export function numbersOf(signature: Uint8Array): SignatureNumbers {
  const number = (index: number) => toNumber(signature.subarray(32 * index, 32 * index + 32));
  return { r: number(0), s: number(1), x: number(2), y: number(3) };
}
