// Nonces. The chain only wants transactions to differ; it keeps no sequence per account (docs/protocol/wire.md 11).

import { randomBytes } from 'node:crypto';

/** The decimal digits of 64 random bits, the form the original client uses (docs/protocol/cldi.md 10). */
export function randomNonce(): string {
  return randomBytes(8).readBigUInt64BE().toString();
}
