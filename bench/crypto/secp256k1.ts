// From message and signature to the address of who signed, beside the packages: theirs with the same conversion and the same hash.

import { keccak256 } from '@hexapod/crypto/keccak';
import { loadSuite } from '@hexapod/crypto/suite';
import { be64, concatBytes, equalBytes } from '@hexapod/protocol/bytes';
import { secp256k1 as noble } from '@noble/curves/secp256k1.js';
import native from 'secp256k1';
import { ratioRows } from './measure.ts';

const addressOf = (publicKey: Uint8Array): Uint8Array => keccak256(publicKey.subarray(1)).slice(-20);

export async function secp256k1Rows(): Promise<object[]> {
  const suite = await loadSuite('eth');
  const message = suite.hash(be64(1n));
  const signature = suite.sign(suite.hash(be64(2n)), message);
  const ways = [
    { name: 'ours', recover: suite.recover },
    {
      name: 'secp256k1 (native)',
      recover: (digest: Uint8Array, bytes: Uint8Array) =>
        addressOf(native.ecdsaRecover(bytes.subarray(0, 64), bytes[64] ?? 0, digest, false)),
    },
    {
      name: '@noble/curves',
      recover: (digest: Uint8Array, bytes: Uint8Array) => {
        const recovered = concatBytes(bytes.subarray(64), bytes.subarray(0, 64));
        const compressed = noble.recoverPublicKey(recovered, digest, { prehash: false });
        return addressOf(noble.Point.fromBytes(compressed).toBytes(false));
      },
    },
  ];
  const address = suite.recover(message, signature);
  for (const { name, recover } of ways) {
    if (!equalBytes(recover(message, signature), address)) throw new Error(`${name} has another address`);
  }
  const measured = ways.map(({ name, recover }) => ({
    name,
    run: () => recover(message, signature),
  }));
  return ratioRows('secp256k1: address from signature', measured);
}
