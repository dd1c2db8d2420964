// Each line of the table of docs/protocol/crypto.md 8, with numbers made for it: the digest is chosen to fit, which
// nobody can do with a message, so these stand where the digest is a parameter.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerOfKernel } from '../test/sm2-answers.ts';
import { Point, pointR, verifiesByStandard } from '../test/sm2-reference.ts';
import * as bigint from './sm2-acceptance.ts';
import { isInStandardRange, type SignatureNumbers } from './sm2-acceptance.ts';
import { N, P } from './sm2-curve.ts';

const MAX = (1n << 256n) - 1n;
const mod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;

/** The published case N1 and N2: a small s, and a small r. */
const KEY = {
  x: 0x3cbb3d1177ffa1a21bb054ae613455eb409a77593d17221808977ecbfb058647n,
  y: 0x9cf75393c8d257997f3fc1df9e952449746fd75ed1307e4dd493ae3dd0a800bdn,
};
const N1 = {
  e: 0x23edb316320446f12b0898457c431bc23df1f79741a69877241d846447543261n,
  r: 0x28d9af87c0915e898d0cca6c0abb1a787f5026754fadd486738193317568ccd4n,
  s: 0x1234n,
};
const N2 = {
  e: 0xfb14038d7172e8679dfbcdd97188014930a5b08d13bec91c0457e53c0bc0b8e4n,
  r: 0x1234n,
  s: 0xc4a1c8880b905a1d5bc94bb376a6a7a52b239e603451bf7ef59081a9a07f9081n,
};
/** Points with a small x, and with a small y. */
const SMALL_X = { x: 1n, y: 0x9f7a091433a81e3f218f405f792355bf2aa98b5ffa95982f03870800065279a3n };
const SMALL_Y = { x: 0x9c17043effe1a805a74a9a5e70b9d659705d3242094a566dc016f49311178d1fn, y: 1n };

/** By BigInt and by the kernel, which agree; and by the kernel in strict mode what is in range, and nothing else. */
function isAcceptedByOriginal(e: bigint, numbers: SignatureNumbers): boolean {
  const isAccepted = bigint.isAcceptedByOriginal(e, numbers);
  expect(answerOfKernel(e, numbers, false)).toBe(isAccepted);
  expect(answerOfKernel(e, numbers, true)).toBe(isAccepted && isInStandardRange(numbers));
  return isAccepted;
}

/** A digest for which the original accepts r and s with that key; undefined if there is none. */
function fittingDigest(r: bigint, s: bigint, key: { x: bigint; y: bigint }): bigint | undefined {
  const sum = pointR(r, s, Point.fromAffine({ x: key.x % P, y: key.y % P }));
  if (sum.is0()) return undefined;
  const { x } = sum.toAffine();
  // w is r - E for E <= r, and r - E + n for E > r: whichever gives x.
  return [r - x, r - x - P, r - x + N].find((e, index) => e >= 0n && e < N && (index < 2 ? e <= r : e > r));
}

describe('digests of the specification', () => {
  test.each([
    ['N1', N1, { s: N1.s + N }],
    ['N2', N2, { r: N2.r + N }],
  ])(
    '%s is valid by the standard, and for the original also plus the order',
    (_name, { e, r, s }, shifted) => {
      const standard = { r, s, ...KEY };
      expect(isInStandardRange(standard)).toBe(true);
      expect(verifiesByStandard(e, r, s, Point.fromAffine(KEY))).toBe(true);
      expect(isAcceptedByOriginal(e, standard)).toBe(true);
      expect(isInStandardRange({ ...standard, ...shifted })).toBe(false);
      expect(isAcceptedByOriginal(e, { ...standard, ...shifted })).toBe(true);
      expect(isAcceptedByOriginal(e + 1n, { ...standard, ...shifted })).toBe(false);
    },
  );
});

describe('what the original lets pass and the standard does not', () => {
  const s = 0x5678_1234n;
  test.each([
    ['r + n where r < E', (1n << 200n) + N, s, KEY],
    ['r from n on where r >= E: w = r - E', N + 5n, s, KEY],
    ['r and s from n on, the sum wrapped', MAX - 3n, MAX - 9n, KEY],
    ['r = 0', 0n, s, KEY],
    ['s = 0', 0x9abcn, 0n, KEY],
    ['r + s = n', N - 77n, 77n, KEY],
    ['x + p', 0x9abcn, s, { x: SMALL_X.x + P, y: SMALL_X.y }],
    ['y + p', 0x9abcn, s, { x: SMALL_Y.x, y: SMALL_Y.y + P }],
    ['x + p and s + n', 0x9abcn, s + N, { x: SMALL_X.x + P, y: SMALL_X.y }],
  ])('%s', (_what, r, sValue, key) => {
    const e = fittingDigest(r, sValue, key);
    if (e === undefined) throw new Error('no digest fits: choose other numbers');
    const numbers = { r, s: sValue, ...key };
    expect(isInStandardRange(numbers)).toBe(false);
    expect(isAcceptedByOriginal(e, numbers)).toBe(true);
    // The rule takes the digest modulo the order.
    if (e + N <= MAX) expect(isAcceptedByOriginal(e + N, numbers)).toBe(true);
    expect(isAcceptedByOriginal((e + 1n) % N, numbers)).toBe(false);
  });
});

describe('what both refuse', () => {
  test.each([
    ['a key off the curve', { ...KEY, y: KEY.y + 1n }],
    ['the key (0, 0)', { x: 0n, y: 0n }],
    ['the key (p, p), which is (0, 0) reduced', { x: P, y: P }],
    ['coordinates of all ones', { x: MAX, y: MAX }],
  ])('%s', (_what, key) => {
    const numbers = { r: N1.r, s: N1.s, ...key };
    expect(isInStandardRange(numbers)).toBe(false);
    expect(isAcceptedByOriginal(N1.e, numbers)).toBe(false);
  });

  test('all-zero r and s, for R is infinity', () => {
    const numbers = { r: 0n, s: 0n, ...KEY };
    expect(isInStandardRange(numbers)).toBe(false);
    for (const e of [0n, 1n, N1.e]) expect(isAcceptedByOriginal(e, numbers)).toBe(false);
  });

  test('an R that is infinity by other numbers', () => {
    // s·G + (r + s)·P with P = G is infinity for r = -2s.
    const s = 0x1234n;
    const numbers = { r: mod(-2n * s, N), s, x: Point.BASE.x, y: Point.BASE.y };
    for (const e of [0n, 1n, numbers.r]) expect(isAcceptedByOriginal(e, numbers)).toBe(false);
  });
});

test('agrees with the formulas on another curve library, for numbers of all kinds', () => {
  const number = fc.oneof(
    fc.constantFrom(0n, 1n, N - 1n, N, N + 1n, P - 1n, P, P + 1n, MAX, MAX - N),
    fc.bigInt({ min: 0n, max: MAX }),
    fc.bigInt({ min: 0n, max: MAX - N }),
    fc.bigInt({ min: N, max: MAX }),
  );
  const key = fc.oneof(
    fc.constantFrom(KEY, SMALL_X, SMALL_Y),
    fc.bigInt({ min: 1n, max: N - 1n }).map((d) => Point.BASE.multiplyUnsafe(d).toAffine()),
  );
  fc.assert(
    fc.property(number, number, key, number, (r, s, publicKey, other) => {
      const numbers = { r, s, ...publicKey };
      const point = Point.fromAffine(publicKey);
      const e = fittingDigest(r, s, publicKey);
      if (e !== undefined) {
        expect(isAcceptedByOriginal(e, numbers)).toBe(true);
        if (isInStandardRange(numbers)) expect(verifiesByStandard(e, r, s, point)).toBe(true);
      }
      if (e !== other % N) expect(isAcceptedByOriginal(other, numbers)).toBe(false);
    }),
    { numRuns: 60 },
  );
});
