import { concatBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import fc from 'fast-check';
import { sm2 as otherSm2 } from 'sm-crypto';
import { describe, expect, test } from 'vitest';
import { Point, signWith, verifiesByStandard } from '../test/sm2-reference.ts';
import { SM2 } from '../test/vectors.ts';
import { addressOf } from './address.ts';
import { publicKeyOf, signerOf, verifyAsOriginal, verifyStrict } from './sm2.ts';
import { N, P } from './sm2-curve.ts';
import { publicKeyIn, zaOf } from './sm2-key.ts';
import { digestByOriginal } from './sm2-openssl.ts';
import { sm3 } from './sm3.ts';

/** The k with which V1 to V4 and V6 were made; V5 has 1. */
const K = 0x59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21n;
const KEY = fromHex('ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690');
const MESSAGE = new Uint8Array(32).fill(5);

const bytes32 = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));
const number = (hex: string | Uint8Array): bigint =>
  BigInt(`0x${typeof hex === 'string' ? hex : toHex(hex)}`);

function codeOf(call: () => unknown): Code | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
  return undefined;
}

describe.each(SM2)('$name', ({ privateKey, publicKey, message, za, e, r, s, address }) => {
  const signature = fromHex(r + s + publicKey);

  test('verifies by both rules, and with one bit changed by none', () => {
    for (const verify of [verifyStrict, verifyAsOriginal]) {
      expect(verify(message, signature)).toBe(true);
      expect(verify(concatBytes(message, Uint8Array.of(0)), signature)).toBe(false);
      for (const index of [0, 31, 32, 63, 64, 127]) {
        const changed = signature.slice();
        changed[index] = (changed[index] ?? 0) ^ 1;
        expect(verify(message, changed)).toBe(false);
      }
    }
  });

  test('has its keys, digests and address', () => {
    const key = fromHex(publicKey);
    if (privateKey !== undefined) expect(publicKeyOf(fromHex(privateKey)).toHex()).toBe(publicKey);
    if (za !== undefined) expect(zaOf(key).toHex()).toBe(za);
    if (e !== undefined) expect(sm3(concatBytes(zaOf(key), message)).toHex()).toBe(e);
    if (address !== undefined) expect(addressOf(sm3, key).toHex()).toBe(address);
    expect(publicKeyIn(signature)).toEqual(key);
  });
});

test('a signature made with the k of the specification is the published one', () => {
  for (const { name, privateKey, e, r, s } of SM2) {
    if (privateKey === undefined || e === undefined || !name.startsWith('V')) continue;
    const made = signWith(number(privateKey), name.startsWith('V5') ? 1n : K, number(e));
    expect(made).toEqual({ r: number(r), s: number(s) });
  }
});

describe('signing', () => {
  test('differs each time and verifies here, in sm-crypto, and by the formulas', () => {
    const { sign, publicKey } = signerOf(KEY);
    const point = Point.fromAffine({
      x: number(publicKey.subarray(0, 32)),
      y: number(publicKey.subarray(32)),
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (message) => {
        const signature = sign(message);
        expect(signature.length).toBe(128);
        expect(signature).not.toEqual(sign(message));
        expect(publicKeyIn(signature)).toEqual(publicKey);
        expect(verifyStrict(message, signature)).toBe(true);
        const numbers = toHex(signature.subarray(0, 64));
        const other = otherSm2.doVerifySignature([...message], numbers, `04${toHex(publicKey)}`, {
          hash: true,
        });
        expect(other).toBe(true);
        const e = number(sm3(concatBytes(zaOf(publicKey), message)));
        const [r, s] = [number(signature.subarray(0, 32)), number(signature.subarray(32, 64))];
        expect(verifiesByStandard(e, r, s, point)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('of sm-crypto verifies here', () => {
    const publicKey = publicKeyOf(KEY);
    const numbers = otherSm2.doSignature([...MESSAGE], toHex(KEY), {
      hash: true,
      publicKey: `04${toHex(publicKey)}`,
    });
    const signature = concatBytes(fromHex(numbers), publicKey);
    expect(verifyStrict(MESSAGE, signature)).toBe(true);
    expect(verifyAsOriginal(MESSAGE, signature)).toBe(true);
  });

  test('of a long message pauses, and is a signature of all of it', async () => {
    const message = new Uint8Array(3 * (1 << 20) + 5).fill(3);
    let pauses = 0;
    const signature = await signerOf(KEY).signLong(message, async () => {
      pauses++;
    });
    expect(pauses).toBe(4);
    expect(verifyStrict(message, signature)).toBe(true);
    expect(verifyStrict(message.subarray(1), signature)).toBe(false);
  });
});

describe('private keys', () => {
  test.each([
    ['0', 0n],
    ['the order', N],
  ])('%s is none', (_what, key) => {
    expect(codeOf(() => publicKeyOf(bytes32(key)))).toBe(Code.ConstructKeyPairError);
    expect(codeOf(() => signerOf(bytes32(key)))).toBe(Code.ConstructKeyPairError);
  });

  test('order - 1 has a public key but cannot sign, also plus the order', () => {
    expect(publicKeyOf(bytes32(N - 1n)).length).toBe(64);
    expect(codeOf(() => signerOf(bytes32(N - 1n)))).toBe(Code.ConstructKeyPairError);
  });

  test('one above the order counts modulo the order', () => {
    expect(publicKeyOf(bytes32(N + 5n))).toEqual(publicKeyOf(bytes32(5n)));
    const signature = signerOf(bytes32(N + 5n)).sign(MESSAGE);
    expect(verifyStrict(MESSAGE, signature)).toBe(true);
    expect(publicKeyIn(signature)).toEqual(publicKeyOf(bytes32(5n)));
  });

  test.each([0, 31, 33])('one of %i bytes is none', (length) => {
    expect(codeOf(() => signerOf(new Uint8Array(length).fill(1)))).toBe(Code.ConstructKeyPairError);
  });
});

describe('signatures made on purpose', () => {
  const good = signerOf(KEY).sign(MESSAGE);
  const replace = (index: 0 | 1 | 2 | 3, value: bigint): Uint8Array => {
    const signature = good.slice();
    signature.set(bytes32(value), 32 * index);
    return signature;
  };
  const edges = [0n, 1n, N - 1n, N, N + 1n, P, (1n << 256n) - 1n, 1n << 255n];
  const cases = ([0, 1, 2, 3] as const).flatMap((index) =>
    edges.map((value) => ['rsxy'[index], value.toString(16), replace(index, value)] as const),
  );

  test.each(cases)('%s = %s is refused by both rules, without an error', (_part, _value, signature) => {
    expect(verifyStrict(MESSAGE, signature)).toBe(false);
    expect(verifyAsOriginal(MESSAGE, signature)).toBe(false);
  });

  test('the digest for the original is of the reduced coordinates', () => {
    const y = 0x9f7a091433a81e3f218f405f792355bf2aa98b5ffa95982f03870800065279a3n;
    const za = zaOf(concatBytes(bytes32(1n), bytes32(y)));
    const digest = number(sm3(concatBytes(za, MESSAGE)));
    expect(digestByOriginal(MESSAGE, { x: 1n + P, y })).toBe(digest);
    expect(digestByOriginal(MESSAGE, { x: 1n, y })).toBe(digest);
  });

  test('random bytes are refused by both rules, without an error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 128, maxLength: 128 }),
        fc.uint8Array(),
        (signature, message) => {
          expect(verifyStrict(message, signature)).toBe(false);
          expect(verifyAsOriginal(message, signature)).toBe(false);
        },
      ),
    );
  });

  test('with the key of somebody else they are refused', () => {
    const signature = concatBytes(good.subarray(0, 64), publicKeyOf(bytes32(7n)));
    expect(verifyStrict(MESSAGE, signature)).toBe(false);
    expect(verifyAsOriginal(MESSAGE, signature)).toBe(false);
  });
});

test('more keys than are remembered verify all the same', () => {
  const first = signerOf(bytes32(1n)).sign(MESSAGE);
  expect(verifyStrict(MESSAGE, first)).toBe(true);
  const numbers = concatBytes(bytes32(3n), bytes32(5n));
  let point = Point.BASE;
  for (let count = 0; count < 1100; count++) {
    // Any point of the curve is a key that takes a place.
    point = point.add(Point.BASE);
    const { x, y } = point.toAffine();
    expect(verifyStrict(MESSAGE, concatBytes(numbers, bytes32(x), bytes32(y)))).toBe(false);
  }
  expect(verifyStrict(MESSAGE, first)).toBe(true);
});
