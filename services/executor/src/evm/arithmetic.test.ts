import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as arithmetic from './arithmetic.ts';
import { MAX_SMALL, normalize, type Word } from './word.ts';

const MODULUS = 1n << 256n;
const signed = (value: bigint): bigint => BigInt.asIntN(256, value);
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (const bit of exponent.toString(2)) result = (result * result * (bit === '1' ? base : 1n)) % MODULUS;
  return result;
};

/** What each operation means, on plain bigints; results are taken modulo 2^256. */
const UNARY: Readonly<Record<string, (a: bigint) => bigint>> = {
  not: (a) => ~a,
  isZero: (a) => (a === 0n ? 1n : 0n),
};
const BINARY: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  mod: (a, b) => (b === 0n ? 0n : a % b),
  sdiv: (a, b) => (b === 0n ? 0n : signed(a) / signed(b)),
  smod: (a, b) => (b === 0n ? 0n : signed(a) % signed(b)),
  exp: power,
  signextend: (index, word) => (index > 30n ? word : BigInt.asIntN(Number(index) * 8 + 8, word)),
  lt: (a, b) => (a < b ? 1n : 0n),
  gt: (a, b) => (a > b ? 1n : 0n),
  slt: (a, b) => (signed(a) < signed(b) ? 1n : 0n),
  sgt: (a, b) => (signed(a) > signed(b) ? 1n : 0n),
  eq: (a, b) => (a === b ? 1n : 0n),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  byte: (index, word) => (index > 31n ? 0n : (word >> (8n * (31n - index))) & 0xffn),
  shl: (shift, word) => (shift > 255n ? 0n : word << shift),
  shr: (shift, word) => (shift > 255n ? 0n : word >> shift),
  sar: (shift, word) => (shift > 255n ? (signed(word) < 0n ? -1n : 0n) : signed(word) >> shift),
};
const TERNARY: Readonly<Record<string, (a: bigint, b: bigint, c: bigint) => bigint>> = {
  addmod: (a, b, c) => (c === 0n ? 0n : (a + b) % c),
  mulmod: (a, b, c) => (c === 0n ? 0n : (a * b) % c),
};

/** Words of all sizes, and often ones beside a border: 0, 2^32, 2^53, 2^255, 2^256. */
const word = fc.oneof(
  fc.bigInt(0n, 300n),
  fc.bigInt(0n, MODULUS - 1n),
  fc.tuple(fc.integer({ min: 0, max: 256 }), fc.bigInt(-3n, 3n)).map(([bit, offset]) => {
    const value = (1n << BigInt(bit)) + offset;
    return value < 0n ? 0n : value % MODULUS;
  }),
);

type Operation = (...words: Word[]) => Word;
const operations: Readonly<Record<string, unknown>> = arithmetic;

function check(name: string, inputs: readonly bigint[], wanted: bigint): void {
  const result = (operations[name] as Operation)(...inputs.map(normalize));
  const expected = BigInt.asUintN(256, wanted);
  expect(BigInt(result)).toBe(expected);
  expect(typeof result, 'the canonical form').toBe(expected <= BigInt(MAX_SMALL) ? 'number' : 'bigint');
}

test('every operation is tested', () => {
  expect(Object.keys({ ...UNARY, ...BINARY, ...TERNARY }).sort()).toEqual(Object.keys(operations).sort());
});

describe('operations agree with plain bigints', () => {
  test.each(Object.entries(UNARY))('%s', (name, meaning) => {
    fc.assert(fc.property(word, (a) => check(name, [a], meaning(a))));
  });
  test.each(Object.entries(BINARY))('%s', (name, meaning) => {
    fc.assert(
      fc.property(word, word, (a, b) => check(name, [a, b], meaning(a, b))),
      { numRuns: 500 },
    );
  });
  test.each(Object.entries(TERNARY))('%s', (name, meaning) => {
    fc.assert(fc.property(word, word, word, (a, b, c) => check(name, [a, b, c], meaning(a, b, c))));
  });
});
