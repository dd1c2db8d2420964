// How a password hides a secret key in an account's file (docs/protocol/cldi.md 9). The format is the original's and weak:
// no salt and no check, so a wrong password is seen only by the public key that does not fit.

import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Suite } from '@hexapod/crypto/suite';

const CIPHERS = { sm: 'sm4-cfb', eth: 'aes-128-ctr' } as const;

function cipherKey(
  suite: Suite,
  password: string,
): readonly [algorithm: string, key: Uint8Array, iv: Uint8Array] {
  const digest = suite.hash(new TextEncoder().encode(password));
  return [CIPHERS[suite.name], digest.subarray(0, 16), digest.subarray(16, 32)];
}

/** As many bytes as the secret has. */
export function encryptSecret(suite: Suite, password: string, secret: Uint8Array): Uint8Array {
  const cipher = createCipheriv(...cipherKey(suite, password));
  return new Uint8Array(Buffer.concat([cipher.update(secret), cipher.final()]));
}

export function decryptSecret(suite: Suite, password: string, encrypted: Uint8Array): Uint8Array {
  const decipher = createDecipheriv(...cipherKey(suite, password));
  return new Uint8Array(Buffer.concat([decipher.update(encrypted), decipher.final()]));
}
