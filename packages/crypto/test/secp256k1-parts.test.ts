// The arithmetic of the secp256k1 kernel at its limits: limbs as large as its formulas make them, in every pattern of signs;
// scalars next to every power of 2.

import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  coordinateAt,
  integerOf,
  LAMBDA,
  type Limbs,
  mod,
  N,
  P,
  type Pair,
  pairAt,
  parts,
  readNumber,
  readPair,
  writeNumber,
  writePair,
} from './secp256k1-parts.ts';

/** The largest limbs: of a product, of what norm made, of a difference of two products, and of what norm takes. */
const PRODUCT = 2 ** 51;
const TIGHT = 2 ** 51 + 2;
const DIFFERENCE = 2 ** 52;
const LOOSE = 2 ** 53;
/** Of the last limb, with values up to 7 p. */
const TOP = 7 * 2 ** 48;
const A = pairAt(0);
const B = pairAt(1);
const C = pairAt(2);
const OUT = pairAt(3);
const NUMBER = pairAt(4);
const OTHER = pairAt(5);

const limb = (limit: number) =>
  fc.oneof(
    fc.constantFrom(0, 1, -1, limit, -limit, limit - 1, 1 - limit, limit / 2, -limit / 2),
    fc.maxSafeInteger().map((value) => Math.trunc((value / Number.MAX_SAFE_INTEGER) * limit)),
  );
const limbs = (limit: number, top = TOP) =>
  fc.tuple(limb(limit), limb(limit), limb(limit), limb(limit), limb(top)).map((values): Limbs => [...values]);
const pair = (limit: number, top = TOP) => fc.record({ low: limbs(limit, top), high: limbs(limit, top) });

/** All 32 numbers whose limbs are as large as can be. */
const corners = (limit: number): readonly Limbs[] =>
  Array.from({ length: 32 }, (_, signs) =>
    Array.from({ length: 5 }, (_, index) => (index === 4 ? TOP : limit) * ((signs >> index) & 1 ? -1 : 1)),
  );

function expectNumber(out: Limbs, value: bigint, limit: number): void {
  expect(mod(integerOf(out), P)).toBe(mod(value, P));
  for (const part of out) expect(Number.isInteger(part) && Math.abs(part) <= limit).toBe(true);
}

/** What a product leaves is half of 2^256, and a little. */
function expectProduct(out: Limbs, a: Limbs, b: Limbs): void {
  expectNumber(out, integerOf(a) * integerOf(b), PRODUCT);
  expect(Math.abs(out[4] ?? Number.NaN)).toBeLessThanOrEqual(2 ** 47 + 64);
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
  test.each([
    ['what norm made', TIGHT, TIGHT],
    ['a difference and a product', DIFFERENCE, PRODUCT],
    ['a product and a difference', PRODUCT, DIFFERENCE],
  ])('of the largest limbs, in all patterns of signs: %s', (_what, a, b) => {
    for (const low of corners(a))
      for (const high of corners(b)) expectProducts({ low, high: low }, { low: high, high });
  });

  test('of limbs of all kinds', () => {
    fc.assert(fc.property(pair(TIGHT), pair(TIGHT), expectProducts), { numRuns: 2000 });
    fc.assert(fc.property(pair(DIFFERENCE), pair(PRODUCT), expectProducts), { numRuns: 2000 });
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
    for (const low of corners(TIGHT)) expectSquares({ low, high: low.map((part) => -part) });
  });

  test('of limbs of all kinds', () => {
    fc.assert(fc.property(pair(TIGHT), expectSquares), { numRuns: 2000 });
  });
});

test('differences, multiples and both at once carry', () => {
  fc.assert(
    fc.property(pair(PRODUCT, TOP / 8), pair(PRODUCT, TOP / 8), pair(PRODUCT, TOP / 8), (a, b, c) => {
      writePair(A, a);
      writePair(B, b);
      writePair(C, c);
      parts.sub(OUT, A, B);
      expectNumber(readPair(OUT).low, integerOf(a.low) - integerOf(b.low), TIGHT);
      parts.subTwice(OUT, A, B, C);
      const rest = integerOf(a.high) - integerOf(b.high) - 2n * integerOf(c.high);
      expectNumber(readPair(OUT).high, rest, TIGHT);
      parts.scale(OUT, A, 3);
      expectNumber(readPair(OUT).low, 3n * integerOf(a.low), TIGHT);
    }),
    { numRuns: 2000 },
  );
});

describe('numbers and limbs', () => {
  const edges = [0n, 1n, P - 1n, N, 2n ** 255n, 2n ** 52n - 1n, 2n ** 52n, 2n ** 208n - 1n];
  const number = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: P - 1n }));

  test('a number that was read is written again', () => {
    fc.assert(
      fc.property(number, number, (low, high) => {
        writeNumber(NUMBER, low);
        writeNumber(OTHER, high);
        parts.toField(OUT, NUMBER, OTHER);
        expectNumber(readPair(OUT).low, low, TIGHT);
        parts.fromField(NUMBER, OUT, 0);
        parts.fromField(OTHER, OUT, 8);
        expect([readNumber(NUMBER), readNumber(OTHER)]).toEqual([low, high]);
      }),
      { numRuns: 1000 },
    );
  });

  test('whatever the limbs, what is written is below p', () => {
    const expectReduced = (low: Limbs): void => {
      writePair(OUT, { low, high: low });
      parts.fromField(NUMBER, OUT, 8);
      expect(readNumber(NUMBER)).toBe(mod(integerOf(low), P));
    };
    fc.assert(fc.property(limbs(LOOSE, TOP), expectReduced), { numRuns: 2000 });
    // Multiples of p, and what is next to them.
    for (let times = -7; times <= 7; times++) {
      for (const rest of [-1, 0, 1]) {
        expectReduced([times * -(2 ** 32 + 977) + rest, 0, 0, 0, times * 2 ** 48]);
      }
    }
  });
});

describe.each([
  ['p', P, parts.MOD_P.value],
  ['n', N, parts.MOD_N.value],
])('inverses modulo %s', (_name, modulus, address) => {
  const expectInverse = (value: bigint): void => {
    writeNumber(NUMBER, value);
    parts.invert(NUMBER, NUMBER, address);
    const inverse = readNumber(NUMBER);
    expect(inverse < modulus).toBe(true);
    expect((inverse * value) % modulus).toBe(value === 0n ? 0n : 1n);
  };

  test('of 0, which is 0, and of numbers next to powers of 2 and to the modulus', () => {
    for (let bit = 0n; bit < 256n; bit++) {
      for (const rest of [-1n, 0n, 1n]) {
        expectInverse(mod(2n ** bit + rest, modulus));
        expectInverse(mod(-(2n ** bit) + rest, modulus));
      }
    }
  });

  test('of any', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: modulus - 1n }), expectInverse), { numRuns: 3000 });
  });
});

test('a scalar is split into two odd halves', () => {
  const expectHalves = (scalar: bigint): void => {
    writeNumber(NUMBER, scalar);
    parts.split(OUT, OTHER, NUMBER);
    const low = BigInt.asIntN(192, readNumber(OUT, 3));
    const high = BigInt.asIntN(192, readNumber(OTHER, 3));
    expect(mod(low + high * LAMBDA, N)).toBe(scalar);
    for (const half of [low, high]) {
      expect(half & 1n).toBe(1n);
      expect(half < 2n ** 129n && half > -(2n ** 129n)).toBe(true);
    }
  };
  for (const base of [0n, LAMBDA, N - LAMBDA, N / 2n, 2n ** 128n, N - 2n ** 128n]) {
    for (let rest = -40n; rest <= 40n; rest++) expectHalves(mod(base + rest, N));
  }
  for (let bit = 0n; bit < 256n; bit++) expectHalves(2n ** bit % N);
  fc.assert(fc.property(fc.bigInt({ min: 0n, max: N - 1n }), expectHalves), { numRuns: 3000 });
});

describe.each([
  { size: 'small', kind: parts.SMALL.value, teeth: 5, columns: 26, depth: 13 },
  { size: 'big', kind: parts.BIG.value, teeth: 7, columns: 19, depth: 5 },
])('a $size table', ({ kind, teeth, columns, depth }) => {
  const { Point } = secp256k1;
  const table = pairAt(10);

  test.each([1n, 2n, N - 1n, LAMBDA, 0x1234567890abcdefn ** 3n])(
    'of %i G has all sums of teeth',
    (scalar) => {
      const key = Point.BASE.multiply(scalar);
      new Uint8Array(parts.memory.buffer).set(key.toBytes(false).subarray(1), parts.KEY.value);
      expect(parts.build(kind, table)).toBe(1);
      const size = 2 ** (teeth - 1);
      const indexes = [0, 1, 2, 5, size / 2 - 1, size / 2, size - 2, size - 1];
      for (let block = 0; block * depth < columns; block++) {
        for (const index of indexes) {
          let sum = 0n;
          for (let tooth = 0; tooth < teeth; tooth++) {
            const isPlus = tooth === teeth - 1 || ((index >> tooth) & 1) === 1;
            sum += (isPlus ? 1n : -1n) << BigInt(tooth * columns + block * depth);
          }
          const entry = table + 80 * (block * size + index);
          expect({ x: coordinateAt(entry), y: coordinateAt(entry + 40) }).toEqual(
            key.multiply(mod(sum, N)).toAffine(),
          );
        }
      }
    },
  );

  test.each([
    ['off the curve', 1n, 1n],
    ['at infinity', 0n, 0n],
    ['with x = p', P, 0n],
    ['with y from p on', 1n, 2n ** 256n - 1n],
  ])('there is none of a key %s', (_what, x, y) => {
    const bytes = Uint8Array.fromHex(x.toString(16).padStart(64, '0') + y.toString(16).padStart(64, '0'));
    new Uint8Array(parts.memory.buffer).set(bytes, parts.KEY.value);
    expect(parts.build(kind, table)).toBe(0);
  });
});
