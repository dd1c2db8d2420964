// The first thing that is tested of a signature (docs/protocol/crypto.md 3).

import { Code, StatusError } from '@hexapod/protocol/status-code';

/** Throws SigLenError. */
export function checkSignatureLength(signature: Uint8Array, length: number): void {
  if (signature.length === length) return;
  throw new StatusError(Code.SigLenError, `a signature has ${length} bytes, this one ${signature.length}`);
}
