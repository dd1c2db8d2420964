// The arithmetic of the SM2 kernel at its limits: limbs as large as its formulas make them, in every pattern of signs.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { P } from '../src/sm2-curve.ts';
import {
  integerOf,
  type Limbs,
  mod,
  type Pair,
  pairAt,
  parts,
  R,
  readPair,
  writeNumbers,
  writePair,
} from './sm2-parts.ts';

/** The largest limb of a pair that `norm` made: half of 2^52, and what 16 p that it took away left in the second limb. */
const TIGHT = 1.13 * 2 ** 51;
/** Where doubles stop being exact: limbs of sums that only `norm` takes. */
const LOOSE = 2 ** 53;
const A = pairAt(0);
const B = pairAt(1);
const OUT = pairAt(2);

const limb = (limit: number) =>
  fc.oneof(
    fc.constantFrom(
      0,
      1,
      -1,
      limit,
      -limit,
      limit - 1,
      1 - limit,
      2 ** 51,
      -(2 ** 51),
      2 ** 51 - 1,
      2 ** 50,
      -(2 ** 50),
    ),
    fc.maxSafeInteger().map((value) => Math.trunc((value / Number.MAX_SAFE_INTEGER) * limit)),
  );
const limbs = (limit: number) => fc.array(limb(Math.floor(limit)), { minLength: 5, maxLength: 5 });
const pair = (limit: number) => fc.record({ low: limbs(limit), high: limbs(limit) });

/** All 32 numbers whose limbs are as large as can be. */
const corners: readonly Limbs[] = Array.from({ length: 32 }, (_, signs) =>
  Array.from({ length: 5 }, (_, index) => Math.floor(TIGHT) * ((signs >> index) & 1 ? -1 : 1)),
);

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

function expectProduct(out: Limbs, a: Limbs, b: Limbs): void {
  expect(mod(integerOf(out) * R)).toBe(mod(integerOf(a) * integerOf(b)));
  // What a product leaves may be a factor again.
  expect(abs(integerOf(out)) <= abs(integerOf(a) * integerOf(b)) / R + P).toBe(true);
  for (const value of out) expect(Number.isInteger(value) && Math.abs(value) <= 2 ** 51).toBe(true);
}

function expectProducts(a: Pair, b: Pair): void {
  writePair(A, a);
  writePair(B, b);
  parts.mul(OUT, A, B);
  const out = readPair(OUT);
  expectProduct(out.low, a.low, b.low);
  expectProduct(out.high, a.high, b.high);
}

describe('a product', () => {
  test('of the largest limbs, in all patterns of signs', () => {
    for (const low of corners)
      for (const high of corners) expectProducts({ low, high }, { low: high, high: low });
  });

  test('of limbs of all kinds', () => {
    fc.assert(fc.property(pair(TIGHT), pair(TIGHT), expectProducts), { numRuns: 3000 });
  });

  test('of a number as it is read, whose limbs have 52 bits, with one of 51', () => {
    const digit = fc.constantFrom(0, 1, 2 ** 52 - 1, 2 ** 51, 2 ** 51 + 1);
    const asRead = fc
      .tuple(digit, digit, digit, digit, fc.constantFrom(0, 1, 2 ** 48 - 1, 2 ** 47))
      .map((limbs): Limbs => limbs);
    const read = fc.record({ low: asRead, high: asRead });
    fc.assert(fc.property(read, pair(2 ** 51), expectProducts), { numRuns: 1000 });
  });

  test('may be written over its factors', () => {
    fc.assert(
      fc.property(pair(TIGHT), (a) => {
        writePair(A, a);
        parts.mul(A, A, A);
        expectProduct(readPair(A).low, a.low, a.low);
        expectProduct(readPair(A).high, a.high, a.high);
      }),
    );
  });
});

describe('a square', () => {
  const expectSquares = (a: Pair): void => {
    writePair(A, a);
    parts.sqr(OUT, A);
    expectProduct(readPair(OUT).low, a.low, a.low);
    expectProduct(readPair(OUT).high, a.high, a.high);
  };

  test('of the largest limbs, in all patterns of signs', () => {
    for (const low of corners) for (const high of corners) expectSquares({ low, high });
  });

  test('of limbs of all kinds', () => {
    fc.assert(fc.property(pair(TIGHT), expectSquares), { numRuns: 3000 });
  });
});

describe('what is made tight', () => {
  const tightened = (a: Pair): Pair => {
    writePair(A, a);
    parts.tightened(OUT, A);
    return readPair(OUT);
  };
  /** Values up to 16 p: the top limb has no more than four bits above 2^48. */
  const loose = fc
    .tuple(limbs(LOOSE), limb(2 ** 52 - 2 ** 48))
    .map(([rest, top]): Limbs => [...rest.slice(0, 4), top]);

  test('keeps its number, in limbs that can be multiplied', () => {
    fc.assert(
      fc.property(loose, loose, (low, high) => {
        const out = tightened({ low, high });
        expect(mod(integerOf(out.low))).toBe(mod(integerOf(low)));
        expect(mod(integerOf(out.high))).toBe(mod(integerOf(high)));
        for (const value of [...out.low, ...out.high]) expect(Math.abs(value)).toBeLessThanOrEqual(TIGHT);
      }),
      { numRuns: 3000 },
    );
  });

  test('is zero in every limb for each multiple of p in whatever limbs, and only for those', () => {
    const carries = fc.array(fc.integer({ min: -1, max: 1 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.integer({ min: -14, max: 14 }),
        carries,
        fc.integer({ min: -2, max: 2 }),
        (times, moved, rest) => {
          // The limbs of times * p + rest: as in p's own, then with parts of a limb moved to the one below.
          const multiple = [-1, -(2 ** 44 - 2 ** 12), 0, 0, 2 ** 48 - 2 ** 16].map((value) => value * times);
          const low = multiple.map(
            (value, index) =>
              value + (index === 0 ? rest : 0) + (moved[index] ?? 0) * 2 ** 52 - (moved[index - 1] ?? 0),
          );
          expect(integerOf(low)).toBe(BigInt(times) * P + BigInt(rest));
          const out = tightened({ low, high: multiple });
          writePair(OUT, out);
          expect(parts.isZero(OUT, 0)).toBe(rest === 0 ? 1 : 0);
          expect(parts.isZero(OUT, 8)).toBe(1);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('every number of 256 bits is read modulo p', () => {
  const number = fc.oneof(
    fc.constantFrom(0n, 1n, P - 1n, P, P + 1n, (1n << 256n) - 1n, 1n << 255n),
    fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
  );
  fc.assert(
    fc.property(number, number, (low, high) => {
      writeNumbers(OUT, low, high);
      const out = readPair(OUT);
      expect(mod(integerOf(out.low))).toBe(mod(low * R));
      expect(mod(integerOf(out.high))).toBe(mod(high * R));
    }),
    { numRuns: 1000 },
  );
});
