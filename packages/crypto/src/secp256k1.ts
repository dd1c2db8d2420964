// ECDSA on secp256k1 with public key recovery: libsecp256k1 where its prebuilt binary loads, @noble/curves elsewhere.
//
// A signature is r ‖ s ‖ recovery id (0 … 3), 65 bytes, over a digest of 32 bytes (docs/protocol/crypto.md 6).

import { secp256k1 as noble } from '@noble/curves/secp256k1.js';
import native from 'secp256k1';

export const SIGNATURE_LENGTH = 65;

/** True for a private key in 1 … n − 1, 32 bytes. */
export function isPrivateKey(privateKey: Uint8Array): boolean {
  return privateKey.length === 32 && noble.utils.isValidSecretKey(privateKey);
}

/** The public key X ‖ Y, 64 bytes. Throws RangeError for a key out of range. */
export function publicKey(privateKey: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) throw new RangeError('a secp256k1 private key is 32 bytes, from 1 to the order − 1');
  return native.publicKeyCreate(privateKey, false).slice(1);
}

/** Signs a digest of 32 bytes, nonce by RFC 6979, low s. */
export function sign(privateKey: Uint8Array, digest: Uint8Array): Uint8Array {
  const { signature, recid } = native.ecdsaSign(digest, privateKey);
  const bytes = new Uint8Array(SIGNATURE_LENGTH);
  bytes.set(signature);
  bytes[64] = recid;
  return bytes;
}

/** The public key X ‖ Y that made the signature; undefined when there is none. High s is accepted. */
export function recover(digest: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const recoveryId = signature[64] ?? 4;
  if (digest.length !== 32 || signature.length !== SIGNATURE_LENGTH || recoveryId > 3) return undefined;
  try {
    return native.ecdsaRecover(signature.subarray(0, 64), recoveryId, digest, false).slice(1);
  } catch {
    // The library throws for every signature from which no key can be recovered.
    return undefined;
  }
}
