// What is tested first of a key and of a signature.

import { Code, StatusError } from '@hexapod/protocol/status-code';

export const PRIVATE_KEY_LENGTH = 32;

/** Throws ConstructKeyPairError. */
export function checkPrivateKeyLength(privateKey: Uint8Array): void {
  if (privateKey.length === PRIVATE_KEY_LENGTH) return;
  const text = `a private key has ${PRIVATE_KEY_LENGTH} bytes, this one ${privateKey.length}`;
  throw new StatusError(Code.ConstructKeyPairError, text);
}

/** Throws SigLenError (docs/protocol/crypto.md 3). */
export function checkSignatureLength(signature: Uint8Array, length: number): void {
  if (signature.length === length) return;
  throw new StatusError(Code.SigLenError, `a signature has ${length} bytes, this one ${signature.length}`);
}
