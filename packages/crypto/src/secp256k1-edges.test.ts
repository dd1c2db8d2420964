// Signatures that nobody makes by accident (SEC 1, 4.1.6; docs/protocol/crypto.md 6): each library must recover what the other
// one recovers, and refuse what has no key.

import { concatBytes, fromHex, Z32 } from '@hexapod/protocol/bytes';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, test } from 'vitest';
import { addressOf } from './address.ts';
import { keccak256 } from './keccak.ts';
import { loadNative, loadPortable, loadSecp256k1, recoverPublicKey, type Secp256k1 } from './secp256k1.ts';
import { ethSuite } from './suite-eth.ts';

const P = 2n ** 256n - 2n ** 32n - 977n;
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const MAX = 2n ** 256n - 1n;
const { x: G_X } = secp256k1.Point.BASE.toAffine();

const { curve } = await loadSecp256k1();
const libraries = [
  ['what the suite uses', curve],
  ['libsecp256k1', await loadNative()],
  ['@noble/curves', await loadPortable()],
] as const;

const bytes32 = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));
const signatureOf = (r: bigint, s: bigint, v: number): Uint8Array =>
  concatBytes(bytes32(r), bytes32(s), Uint8Array.of(v));
const modulo = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;
const inverse = (value: bigint): bigint => secp256k1.Point.Fn.inv(modulo(value, N));

/** Is there a point with this x? By Euler's criterion. */
function isOnCurve(x: bigint): boolean {
  let power = 1n;
  let base = modulo(x * x * x + 7n, P);
  for (let exponent = (P - 1n) / 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) power = (power * base) % P;
    base = (base * base) % P;
  }
  return power === 1n;
}

/** r, s and v that have a key, unless it is the point at infinity. */
function hasKey(r: bigint, s: bigint, v: number): boolean {
  if (r <= 0n || r >= N || s <= 0n || s >= N || v > 3) return false;
  const x = v >= 2 ? r + N : r;
  return x < P && isOnCurve(x);
}

/** The first number from here on that is no x of a point. */
function offCurveFrom(x: bigint): bigint {
  return isOnCurve(x) ? offCurveFrom(x + 1n) : x;
}

const message = keccak256(new TextEncoder().encode('edge'));
const R_EDGES: readonly (readonly [string, bigint])[] = [
  ['0', 0n],
  ['1', 1n],
  ['4', 4n],
  ['the first that is on no point', offCurveFrom(1n)],
  ['x of G', G_X],
  ['p - n - 1', P - N - 1n],
  ['p - n', P - N],
  ['2^255', 2n ** 255n],
  ['n - 1', N - 1n],
  ['n', N],
  ['n + 1', N + 1n],
  ['p - 1', P - 1n],
  ['p', P],
  ['p + 1', P + 1n],
  ['2^256 - 1', MAX],
];
const S_EDGES: readonly (readonly [string, bigint])[] = [
  ['0', 0n],
  ['1', 1n],
  ['half of n', N / 2n],
  ['half of n, and 1', N / 2n + 1n],
  ['2^255', 2n ** 255n],
  ['n - 1', N - 1n],
  ['n', N],
  ['n + 1', N + 1n],
  ['p', P],
  ['2^256 - 1', MAX],
];

describe.each(R_EDGES)('r = %s', (_name, r) => {
  test.each(S_EDGES)('s = %s: all agree, and with the rule', (_what, s) => {
    for (const v of [0, 1, 2, 3]) {
      const keys = libraries.map(([, library]) => recoverPublicKey(library, message, signatureOf(r, s, v)));
      const [first] = keys.map((key) => key?.toHex());
      expect(keys.map((key) => key?.toHex())).toEqual(keys.map(() => first));
      expect(first !== undefined).toBe(hasKey(r, s, v));
    }
  });
});

/** e of the message, made so that s R = e G: the key would be r^-1 (s R - e G), the point at infinity. */
function infinite(k: bigint, digest: bigint): readonly [signature: Uint8Array, digest: Uint8Array] {
  const { x, y } = secp256k1.Point.BASE.multiply(k).toAffine();
  const s = modulo(digest * inverse(k), N);
  return [signatureOf(modulo(x, N), s, Number(y & 1n)), bytes32(digest)];
}

describe.each(libraries)('%s', (_name, library: Secp256k1) => {
  const address = (digest: Uint8Array, signature: Uint8Array): string | undefined => {
    const key = recoverPublicKey(library, digest, signature);
    return key && addressOf(keccak256, key).toHex();
  };

  test.each([
    [1n, 1n],
    [2n, 12345n],
    [N - 1n, 7n],
    [3n, N - 1n],
  ])('a key at infinity is refused: nonce %s, digest %s', (k, e) => {
    const [signature, digest] = infinite(k, e);
    expect(address(digest, signature)).toBeUndefined();
    // The other point with the same x has a key.
    const other = signature.with(64, (signature[64] ?? 0) ^ 1);
    expect(address(digest, other)).toHaveLength(40);
  });

  test('a digest from the order on counts modulo the order', () => {
    const signature = signatureOf(G_X, 5n, 0);
    expect(address(bytes32(N), signature)).toBe(address(Z32, signature));
    expect(address(bytes32(N + 1n), signature)).toBe(address(bytes32(1n), signature));
    expect(address(bytes32(MAX), signature)).toBe(address(bytes32(MAX - N), signature));
  });

  test('recovery ids from 4 to 255 have no key', () => {
    const signature = library.sign(bytes32(7n), message);
    for (let v = 4; v < 256; v++) expect(address(message, signature.with(64, v))).toBeUndefined();
  });

  test('s and n - s have the same key with the other recovery id', () => {
    const signature = library.sign(bytes32(7n), message);
    const s = BigInt(`0x${signature.subarray(32, 64).toHex()}`);
    const v = signature[64] ?? 0;
    const high = concatBytes(signature.subarray(0, 32), bytes32(N - s), Uint8Array.of(v ^ 1));
    expect(address(message, high)).toBe(address(message, signature));
  });
});

describe.each(libraries)('the suite with %s', (_name, library: Secp256k1) => {
  const suite = ethSuite(library);
  const key = bytes32(7n);
  const signature = suite.sign(key, message);
  const answer = (digest: Uint8Array, bytes: Uint8Array): string => {
    const codes = [suite.recover, suite.recoverStrict].map((recover) => {
      try {
        return recover(digest, bytes).toHex();
      } catch (error) {
        if (error instanceof StatusError) return codeName(error.code);
        throw error;
      }
    });
    const [code = ''] = codes;
    // For secp256k1 there is but one rule.
    expect(codes).toEqual([code, code]);
    return code;
  };
  const LENGTH = codeName(Code.SigLenError);
  const CHECK = codeName(Code.SigCheckError);

  test.each([0, 1, 32, 63, 64, 66, 128, 130, 1000])('a signature of %d bytes: SigLenError', (length) => {
    const bytes = new Uint8Array(length);
    bytes.set(signature.subarray(0, Math.min(length, 65)));
    expect(answer(message, bytes)).toBe(LENGTH);
    // Also before the message is looked at.
    expect(answer(message.subarray(1), bytes)).toBe(LENGTH);
  });

  test.each([0, 1, 31, 33, 64])('a message of %d bytes: SigCheckError', (length) => {
    expect(answer(new Uint8Array(length), signature)).toBe(CHECK);
  });

  test('what has no key: SigCheckError', () => {
    const [atInfinity, digest] = infinite(2n, 12345n);
    expect(answer(digest, atInfinity)).toBe(CHECK);
    expect(answer(message, new Uint8Array(65))).toBe(CHECK);
    expect(answer(message, new Uint8Array(65).fill(0xff))).toBe(CHECK);
    expect(answer(message, signatureOf(offCurveFrom(1n), 1n, 0))).toBe(CHECK);
    expect(answer(message, signatureOf(P - N, 1n, 2))).toBe(CHECK);
    for (const v of [4, 27, 28, 31, 128, 255]) expect(answer(message, signature.with(64, v))).toBe(CHECK);
  });

  test('a good one: the address of the key', () => {
    expect(answer(message, signature)).toBe(suite.signer(key).address.toHex());
  });
});
