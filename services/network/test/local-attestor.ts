// A node's key in this process, in place of a crypto process.

import { loadSuite, type SuiteName } from '@hexapod/crypto/suite';
import { StatusError } from '@hexapod/protocol/status-code';
import type { Attestor } from '../src/attestor.ts';

/** The attestor of the key whose 32 bytes are all `seed`, 1..254. */
export async function localAttestor(seed: number, name: SuiteName = 'eth'): Promise<Attestor> {
  const suite = await loadSuite(name);
  const privateKey = new Uint8Array(32).fill(seed);
  return {
    address: new Uint8Array(suite.address(suite.publicKey(privateKey))),
    sign: async (bytes) => suite.sign(privateKey, suite.hash(bytes)),
    recover: async (bytes, signature) => {
      try {
        return suite.recoverStrict(suite.hash(bytes), signature);
      } catch (error) {
        if (error instanceof StatusError) return undefined;
        throw error;
      }
    },
  };
}
