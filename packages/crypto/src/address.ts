// An account's address: the last 20 bytes of the hash of its public key (docs/protocol/crypto.md 4).

import type { Hash } from '@hexapod/protocol/rules';

const ADDRESS_LENGTH = 20;

/** In memory of its own. @param publicKey X ‖ Y, 64 bytes */
export function addressOf(hash: Hash, publicKey: Uint8Array): Uint8Array {
  return hash(publicKey).slice(-ADDRESS_LENGTH);
}
