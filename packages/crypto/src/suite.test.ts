import { fromHex, zero } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadPortable } from './secp256k1.ts';
import { isSuiteName, loadSuite } from './suite.ts';
import { ethSuite } from './suite-eth.ts';

const KEY = fromHex('ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690');
const MESSAGE = new Uint8Array(32).fill(1);

function codeOf(call: () => unknown): Code | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
  return undefined;
}

const suites = [
  {
    name: 'sm',
    suite: await loadSuite('sm'),
    signatureLength: 128,
    hashOfNothing: '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b',
    address: '14a0d0eb5538d1c5cc69d0f54c18bafec75ba95c',
  },
  {
    name: 'eth',
    suite: await loadSuite('eth'),
    signatureLength: 65,
    hashOfNothing: 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    address: '9ab7994b45ccba88b4dc4ee07f5ef7fddc088888',
  },
  {
    name: 'eth',
    suite: ethSuite(await loadPortable()),
    signatureLength: 65,
    hashOfNothing: 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    address: '9ab7994b45ccba88b4dc4ee07f5ef7fddc088888',
  },
] as const;

describe.each(suites)('suite $name', ({ name, suite, signatureLength, hashOfNothing, address }) => {
  test('names itself and its lengths', () => {
    const { hashLength, addressLength } = suite;
    expect([suite.name, hashLength, suite.signatureLength, addressLength]).toEqual([
      name,
      32,
      signatureLength,
      20,
    ]);
    expect(suite.hash(zero(0)).toHex()).toBe(hashOfNothing);
  });

  test('gives the signer of what it signed, by both rules', () => {
    const signature = suite.sign(KEY, MESSAGE);
    expect(signature.length).toBe(signatureLength);
    expect(suite.address(suite.publicKey(KEY)).toHex()).toBe(address);
    expect(suite.recover(MESSAGE, signature).toHex()).toBe(address);
    expect(suite.recoverStrict(MESSAGE, signature).toHex()).toBe(address);
    const signer = suite.signer(KEY);
    expect(signer.address.toHex()).toBe(address);
    expect(signer.publicKey).toEqual(suite.publicKey(KEY));
    expect(suite.recover(MESSAGE, signer.sign(MESSAGE)).toHex()).toBe(address);
  });

  test('signs long messages, too, or says why not', async () => {
    const { signLong } = suite.signer(KEY);
    expect(suite.recover(MESSAGE, await signLong(MESSAGE, async () => undefined)).toHex()).toBe(address);
  });

  test.each([0, 1, signatureLength - 1, signatureLength + 1, 1000])(
    'a signature of %i bytes: SigLenError',
    (length) => {
      expect(codeOf(() => suite.recover(MESSAGE, zero(length)))).toBe(Code.SigLenError);
      expect(codeOf(() => suite.recoverStrict(MESSAGE, zero(length)))).toBe(Code.SigLenError);
    },
  );

  test('zero bytes and all ones: SigCheckError', () => {
    expect(codeOf(() => suite.recover(MESSAGE, zero(signatureLength)))).toBe(Code.SigCheckError);
    expect(codeOf(() => suite.recover(MESSAGE, zero(signatureLength).fill(255)))).toBe(Code.SigCheckError);
  });

  test('random signatures end in an address or SigCheckError, nothing else', () => {
    const bytes = fc.uint8Array({ minLength: signatureLength, maxLength: signatureLength });
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 40 }), (signature, message) => {
        expect([undefined, Code.SigCheckError]).toContain(codeOf(() => suite.recover(message, signature)));
      }),
    );
  });

  test('private keys that are none: ConstructKeyPairError', () => {
    for (const key of [zero(32), zero(0), zero(31).fill(1), zero(33).fill(1)]) {
      expect(codeOf(() => suite.signer(key))).toBe(Code.ConstructKeyPairError);
      expect(codeOf(() => suite.sign(key, MESSAGE))).toBe(Code.ConstructKeyPairError);
      expect(codeOf(() => suite.publicKey(key))).toBe(Code.ConstructKeyPairError);
    }
  });
});

describe('what the suites do not have in common', () => {
  test('SM2 signs a message of any length, secp256k1 only 32 bytes', async () => {
    const [sm, eth] = [await loadSuite('sm'), await loadSuite('eth')];
    for (const length of [0, 31, 33, 1000]) {
      const message = zero(length);
      expect(sm.recover(message, sm.sign(KEY, message))).toEqual(sm.signer(KEY).address);
      expect(codeOf(() => eth.sign(KEY, message))).toBe(Code.SignError);
      await expect(eth.signer(KEY).signLong(message, async () => undefined)).rejects.toThrow('32 bytes');
    }
  });

  test('SM2 takes a key of all ones modulo the order, secp256k1 refuses it', async () => {
    const [sm, eth] = [await loadSuite('sm'), await loadSuite('eth')];
    expect(codeOf(() => sm.signer(zero(32).fill(255)))).toBeUndefined();
    expect(codeOf(() => eth.signer(zero(32).fill(255)))).toBe(Code.ConstructKeyPairError);
  });
});

test('suites have names', () => {
  expect(['sm', 'eth', 'SM', '', 'bls'].filter(isSuiteName)).toEqual(['sm', 'eth']);
});
