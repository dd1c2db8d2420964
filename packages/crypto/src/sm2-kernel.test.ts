// Verification by the kernel with chosen scalars: the digest is chosen to fit, so that every sum s·G + t·P can be asked for.

import { fromHex } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerOfKernel, bytesOf, kernel } from '../test/sm2-answers.ts';
import { Point, pointR, verifiesByStandard } from '../test/sm2-reference.ts';
import { SM2 } from '../test/vectors.ts';
import type { KeyTable } from './key-tables.ts';
import { isAcceptedByOriginal } from './sm2-acceptance.ts';
import { N, P } from './sm2-curve.ts';
import { Sm2Kernel } from './sm2-kernel.ts';

const MAX = (1n << 256n) - 1n;
const mod = (value: bigint): bigint => ((value % N) + N) % N;

/** A digest with which the original accepts r and s if x is the coordinate of R. */
const fittingDigest = (r: bigint, x: bigint): bigint => mod(r - x);

describe('sums', () => {
  const D = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdefn;
  /** Private keys: also those whose key meets G's multiples on the way. */
  const keys = [1n, N - 1n, 2n, N - 2n, 3n, (N + 1n) / 2n, 1n << 16n, 1n << 64n, D];
  const scalars = [
    ...[0n, 1n, 2n, 3n, 5n, 15n, 16n, N - 1n, N - 2n, (N - 1n) / 2n, (N + 1n) / 2n],
    ...[1n << 15n, 1n << 16n, 1n << 64n, (1n << 64n) - 1n, 1n << 255n, D],
  ];

  test.each(keys)('of all edge scalars with the key of %i', (key) => {
    const { x, y } = Point.BASE.multiply(key).toAffine();
    for (const s of scalars) {
      // Also what makes both summands equal, and opposite.
      for (const t of [...scalars, mod(s * inverse(key)), mod(-s * inverse(key))]) {
        const r = mod(t - s);
        const sum = mod(s + t * key);
        const numbers = { r, s, x, y };
        if (sum === 0n) {
          for (const e of [0n, 1n, r, D]) expect(answerOfKernel(e, numbers, false)).toBe(false);
          continue;
        }
        const e = fittingDigest(r, Point.BASE.multiply(sum).toAffine().x);
        if (!isFitting(e, r, sum)) continue;
        expect(answerOfKernel(e, numbers, false)).toBe(true);
        expect(answerOfKernel(mod(e + 1n), numbers, false)).toBe(false);
        expect(answerOfKernel(e, numbers, true)).toBe(r !== 0n && s !== 0n && t !== 0n);
      }
    }
  });

  function inverse(value: bigint): bigint {
    return Point.Fn.inv(value);
  }

  /** Only x in [n, p), one of 2^128, fits no digest by the original's rule. */
  function isFitting(e: bigint, r: bigint, sum: bigint): boolean {
    const w = r >= e ? r - e : r - e + N;
    return w === Point.BASE.multiply(sum).toAffine().x;
  }
});

test.each(SM2)('$name verifies, as message and as digest', ({ message, e, r, s, publicKey }) => {
  const signature = fromHex(r + s + publicKey);
  for (const isStrict of [true, false]) {
    if (message.length === 32) expect(kernel.verify(message, signature, { isStrict })).toBe(true);
    if (e !== undefined) {
      expect(kernel.verify(fromHex(e), signature, { isStrict, isDigest: true })).toBe(true);
    }
  }
});

test('judges as the formulas of the standard and of the original do, numbers of all kinds', () => {
  const number = fc.oneof(
    fc.constantFrom(0n, 1n, N - 1n, N, N + 1n, P - 1n, P, P + 1n, MAX, MAX - N),
    fc.bigInt({ min: 0n, max: MAX }),
    fc.bigInt({ min: 0n, max: MAX - N }),
    fc.bigInt({ min: N, max: MAX }),
  );
  const key = fc.bigInt({ min: 1n, max: N - 1n }).map((d) => Point.BASE.multiplyUnsafe(d).toAffine());
  fc.assert(
    fc.property(number, number, key, number, (r, s, publicKey, other) => {
      const point = Point.fromAffine(publicKey);
      const sum = pointR(r, s, point);
      const fitting = sum.is0() ? 0n : fittingDigest(r, sum.toAffine().x);
      for (const e of [fitting, other]) {
        const numbers = { r, s, ...publicKey };
        expect(answerOfKernel(e, numbers, false)).toBe(isAcceptedByOriginal(e, numbers));
        expect(answerOfKernel(e, numbers, true)).toBe(verifiesByStandard(e % N, r, s, point));
      }
    }),
    { numRuns: 60 },
  );
});

describe('what is no signature at all', () => {
  const signature = bytesOf({ r: 1n, s: 1n, x: 1n, y: 1n });

  const newTable = (): KeyTable => {
    const table = kernel.allocate('small');
    if (table === undefined) throw new Error('no memory for a table');
    return table;
  };

  test.each([0, 31, 33])('a message of %i bytes is not taken', (length) => {
    expect(() => kernel.verify(new Uint8Array(length), signature, { isStrict: true })).toThrow(RangeError);
  });

  test.each([0, 127, 129])('a signature of %i bytes is not taken', (length) => {
    const wrong = new Uint8Array(length);
    expect(() => kernel.verify(new Uint8Array(32), wrong, { isStrict: true })).toThrow(RangeError);
    expect(() => kernel.build(newTable(), wrong)).toThrow(RangeError);
    expect(() => kernel.digestOfKey(wrong)).toThrow(RangeError);
  });

  test('a key off the curve has no table', () => {
    expect(() => kernel.build(newTable(), signature)).toThrow('not on the curve');
  });
});

test('tables lie apart from each other, however many', () => {
  const other = new Sm2Kernel();
  const before = other.memoryBytes;
  const tables = Array.from({ length: 40 }, (_, index) => other.allocate(index % 3 === 0 ? 'big' : 'small'));
  expect(other.memoryBytes).toBeGreaterThan(before);
  const known = SM2.filter(({ message }) => message.length === 32).map(({ message, r, s, publicKey }) => ({
    message,
    signature: fromHex(r + s + publicKey),
  }));
  const owner = (index: number) =>
    known[index % known.length] ?? { message: new Uint8Array(32), signature: new Uint8Array() };
  tables.forEach((table, index) => {
    if (table !== undefined) other.build(table, owner(index).signature);
  });
  tables.forEach((table, index) => {
    const { message, signature } = owner(index);
    expect(other.verify(message, signature, { isStrict: true, table })).toBe(true);
  });
});
