// Both libraries against the published values, and against each other where a signature is odd.

import { concatBytes, fromHex } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECP256K1 } from '../test/vectors.ts';
import { addressOf } from './address.ts';
import { keccak256 } from './keccak.ts';
import { loadNative, loadPortable, loadSecp256k1, recoverPublicKey } from './secp256k1.ts';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const native = await loadNative();
const portable = await loadPortable();
const libraries = [
  ['libsecp256k1', native],
  ['@noble/curves', portable],
] as const;

const bytes32 = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));
const address = (publicKey: Uint8Array | undefined): string | undefined =>
  publicKey && addressOf(keccak256, publicKey).toHex();

describe.each(libraries)('%s', (_name, curve) => {
  test.each(SECP256K1)(
    'signs and recovers $message',
    ({ privateKey, message, signature, address: signer }) => {
      expect(curve.sign(fromHex(privateKey), fromHex(message)).toHex()).toBe(signature);
      expect(address(recoverPublicKey(curve, fromHex(message), fromHex(signature)))).toBe(signer);
      expect(address(curve.publicKeyOf(fromHex(privateKey)))).toBe(signer);
    },
  );

  const message = fromHex('456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3');
  const r = 0x9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608n;
  const s = 0x4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852adan;
  const signer = '7156526fbd7a3c72969b54f64e42c10fbb768c8a';
  test.each([
    ['v = 1', r, s, 1, signer],
    ['v = 0', r, s, 0, 'e077fd3c958303e36309b9ee20ae9d3d59817232'],
    ['high s', r, ORDER - s, 0, signer],
    ['v = 2, r too large', r, s, 2, undefined],
    ['v = 4', r, s, 4, undefined],
    ['v = 27', r, s, 27, undefined],
    ['r = 0', 0n, s, 1, undefined],
    ['r = order', ORDER, s, 1, undefined],
    ['s = 0', r, 0n, 1, undefined],
    ['s = order', r, ORDER, 1, undefined],
    ['v = 2, small r', 4n, s, 2, '18a6da558a8da382046397144518a7d9964fdaed'],
  ])('recovers from %s as the original does', (_what, rValue, sValue, v, expected) => {
    const signature = concatBytes(bytes32(rValue), bytes32(sValue), Uint8Array.of(v));
    expect(address(recoverPublicKey(curve, message, signature))).toBe(expected);
  });

  test('recovers nothing for a message that has not 32 bytes', () => {
    const signature = curve.sign(bytes32(7n), message);
    expect(recoverPublicKey(curve, message.subarray(1), signature)).toBeUndefined();
    expect(recoverPublicKey(curve, concatBytes(message, message), signature)).toBeUndefined();
  });

  test.each([
    ['0', 0n, false],
    ['1', 1n, true],
    ['order - 1', ORDER - 1n, true],
    ['order', ORDER, false],
    ['2^256 - 1', (1n << 256n) - 1n, false],
  ])('private key %s', (_what, key, isKey) => {
    expect(curve.isPrivateKey(bytes32(key))).toBe(isKey);
  });
});

test('both libraries recover the same from odd numbers', () => {
  const number = fc.oneof(
    fc.constantFrom(0n, 1n, 2n, ORDER - 1n, ORDER, ORDER + 1n, (1n << 256n) - 1n, 1n << 255n),
    fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
    fc.bigInt({ min: 0n, max: 1n << 128n }),
  );
  const message = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 0, max: 3 }), message, (r, s, v, digest) => {
      const signature = concatBytes(bytes32(r), bytes32(s), Uint8Array.of(v));
      const recovered = recoverPublicKey(native, digest, signature);
      expect(recovered && Buffer.from(recovered)).toEqual(
        ((key) => key && Buffer.from(key))(recoverPublicKey(portable, digest, signature)),
      );
    }),
    { numRuns: 200 },
  );
});

test('a machine without native code computes all the same, and says why it is slow', async () => {
  const { curve, slowBecause } = await loadSecp256k1(() => Promise.reject(new Error('no binary')));
  expect(slowBecause?.message).toBe('no binary');
  const [vector] = SECP256K1;
  expect(vector && curve.sign(fromHex(vector.privateKey), fromHex(vector.message)).toHex()).toBe(
    vector?.signature,
  );
});
