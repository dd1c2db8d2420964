/** What ecrecover asks: secp256k1 and Keccak on every chain, also where the chain's own suite is another. */
import { keccak256 } from '@hexapod/crypto/keccak';
import { recover } from '@hexapod/crypto/secp256k1';

/** The 20-byte address that signed; undefined if no key can have. */
export function recoverSigner(messageHash: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  const publicKey = recover(messageHash, signature);
  return publicKey && keccak256(publicKey).subarray(12);
}
