import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  be32,
  be64,
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  joinBytes,
  readBe32,
  readBe64,
  toHex,
  Z20,
  Z32,
  Z33,
  zero,
} from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 40 });

describe('hexadecimal', () => {
  test('there and back', () => {
    fc.assert(fc.property(bytes, (value) => equalBytes(fromHex(toHex(value)), value)));
    expect(toHex(Uint8Array.of(0, 10, 255))).toBe('000aff');
  });

  test.each(['000aff', '0x000aff', '0X000AfF'])('reads %s', (text) => {
    expect(fromHex(text)).toEqual(Uint8Array.of(0, 10, 255));
  });

  test('of nothing', () => {
    expect(fromHex('')).toEqual(new Uint8Array());
    expect(fromHex('0x')).toEqual(new Uint8Array());
  });

  test.each([
    ['0x0g', '"0x0g" is not hexadecimal: it contains "g"'],
    ['00 ', '"00 " is not hexadecimal: it contains " "'],
    ['0x0x00', '"0x0x00" is not hexadecimal: it contains "x"'],
    ['abc', '"abc" is not whole bytes: it has 3 hexadecimal digits, an odd number'],
    [`${'0'.repeat(100)}z`, `"${'0'.repeat(80)}…" is not hexadecimal: it contains "z"`],
  ])('refuses %s', (text, message) => {
    expect(() => fromHex(text)).toThrow(new Error(message));
  });
});

describe('comparison', () => {
  test('agrees with Buffer', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  test('of equal content, of one byte, of lengths', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Buffer.from([1, 2]))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false);
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
    expect(compareBytes(Uint8Array.of(255), Uint8Array.of(1, 0))).toBeGreaterThan(0);
  });
});

test('joining copies', () => {
  const part = Uint8Array.of(1, 2);
  const all = concatBytes(part, new Uint8Array(), Uint8Array.of(3));
  part[0] = 9;
  expect(all).toEqual(Uint8Array.of(1, 2, 3));
  expect(concatBytes()).toEqual(new Uint8Array());
  const many = joinBytes(Array.from({ length: 200_000 }, () => Uint8Array.of(7)));
  expect(equalBytes(many, new Uint8Array(200_000).fill(7))).toBe(true);
});

describe('big-endian integers', () => {
  test('there and back', () => {
    fc.assert(fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (value) => readBe64(be64(value)) === value));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (value) => readBe32(be32(value)) === value),
    );
    expect(toHex(be64(0x0102030405060708n))).toBe('0102030405060708');
    expect(toHex(be32(0xfffefdfc))).toBe('fffefdfc');
  });

  test('read the first bytes, wherever the array lies in its memory', () => {
    const part = Uint8Array.of(9, 9, 0, 0, 0, 0, 0, 0, 1, 0, 77).subarray(2);
    expect(readBe64(part)).toBe(256n);
    expect(readBe32(part.subarray(5))).toBe(0x0001004d);
  });

  test('refuse what does not fit', () => {
    for (const value of [-1n, 2n ** 64n]) expect(() => be64(value)).toThrow(RangeError);
    for (const value of [-1, 2 ** 32, 1.5]) expect(() => be32(value)).toThrow(RangeError);
    expect(() => readBe64(new Uint8Array(7))).toThrow('wanted 8 bytes, got 7: 0x00000000000000');
    expect(() => readBe32(new Uint8Array(0))).toThrow('wanted 4 bytes, got 0: 0x');
  });
});

test('zeros have the length in their name', () => {
  expect([Z20, Z32, Z33, zero(5)].map(toHex)).toEqual([20, 32, 33, 5].map((length) => '00'.repeat(length)));
});
