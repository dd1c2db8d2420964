/** What ecrecover asks: secp256k1 and Keccak on every chain, also where the chain's own suite is another. */
import { loadSuite } from '@hexapod/crypto/suite';
import { StatusError } from '@hexapod/protocol/status-code';
import type { RecoverSigner } from './evm/precompiles.ts';

export async function loadRecoverSigner(): Promise<RecoverSigner> {
  const suite = await loadSuite('eth');
  return (messageHash, signature) => {
    try {
      return suite.recover(messageHash, signature);
    } catch (error) {
      if (error instanceof StatusError) return undefined;
      throw error;
    }
  };
}
