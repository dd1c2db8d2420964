// From message and signature to the address of who signed, beside the packages: theirs with the same conversion and the same hash.

import { keccak256 } from '@hexapod/crypto/keccak';
import { loadSuite } from '@hexapod/crypto/suite';
import { be64, concatBytes, equalBytes } from '@hexapod/protocol/bytes';
import { secp256k1 as noble } from '@noble/curves/secp256k1.js';
import native from 'secp256k1';
import { ratioRows } from './measure.ts';

const SIGNATURES = 64;

const addressOf = (publicKey: Uint8Array): Uint8Array => keccak256(publicKey.subarray(1)).slice(-20);

export async function secp256k1Rows(): Promise<object[]> {
  const suite = await loadSuite('eth');
  const signatures = Array.from({ length: SIGNATURES }, (_, index) => {
    const message = suite.hash(be64(BigInt(index)));
    return { message, signature: suite.sign(suite.hash(message), message) };
  });
  let turn = 0;
  const next = () => signatures[turn++ % SIGNATURES] as (typeof signatures)[number];
  const ways = [
    { name: 'ours', recover: suite.recover },
    {
      name: 'secp256k1 (native)',
      recover: (message: Uint8Array, signature: Uint8Array) =>
        addressOf(native.ecdsaRecover(signature.subarray(0, 64), signature[64] ?? 0, message, false)),
    },
    {
      name: '@noble/curves',
      recover: (message: Uint8Array, signature: Uint8Array) => {
        const recovered = concatBytes(signature.subarray(64), signature.subarray(0, 64));
        const compressed = noble.recoverPublicKey(recovered, message, { prehash: false });
        return addressOf(noble.Point.fromBytes(compressed).toBytes(false));
      },
    },
  ];
  const { message, signature } = next();
  const address = suite.recover(message, signature);
  for (const { name, recover } of ways) {
    if (!equalBytes(recover(message, signature), address)) throw new Error(`${name} has another address`);
  }
  const measured = ways.map(({ name, recover }) => ({
    name,
    run: () => {
      const one = next();
      return recover(one.message, one.signature);
    },
  }));
  return ratioRows('secp256k1: address from signature', measured);
}
