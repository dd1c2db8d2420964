import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressToBytes,
  byteLength,
  low64,
  normalize,
  readWord,
  toAddress,
  wordFromBytes,
  wordToBytes,
  wordToMinimalBytes,
  wrap,
  writeWord,
} from './word.ts';

const word = fc
  .tuple(fc.bigInt(0n, (1n << 256n) - 1n), fc.integer({ min: 0, max: 256 }))
  .map(([value, bits]) => normalize(BigInt.asUintN(bits, value)));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('32 bytes are big-endian and read back as the same word', () => {
  fc.assert(
    fc.property(word, (value) => {
      const bytes = wordToBytes(value);
      expect(hex(bytes)).toBe(value.toString(16).padStart(64, '0'));
      expect(wordFromBytes(bytes)).toBe(value);
    }),
  );
});

test('the minimal form has no leading zeros, and byteLength is its length', () => {
  fc.assert(
    fc.property(word, (value) => {
      const bytes = wordToMinimalBytes(value);
      expect(bytes[0] ?? 1).not.toBe(0);
      expect(wordFromBytes(bytes)).toBe(value);
      expect(byteLength(value)).toBe(bytes.length);
    }),
  );
});

test('a word can be written and read anywhere in a view', () => {
  fc.assert(
    fc.property(word, fc.integer({ min: 0, max: 9 }), (value, offset) => {
      const view = new DataView(new Uint8Array(50).fill(0xee).buffer);
      writeWord(view, offset, value);
      expect(readWord(view, offset)).toBe(value);
      expect(view.getUint8(offset + 32)).toBe(0xee);
    }),
  );
});

test('addresses are the low 160 bits, requested gas the low 64', () => {
  fc.assert(
    fc.property(word, (value) => {
      expect(BigInt(toAddress(value))).toBe(BigInt.asUintN(160, BigInt(value)));
      expect(hex(addressToBytes(toAddress(value)))).toBe(hex(wordToBytes(value).subarray(12)));
      expect(BigInt(low64(value))).toBe(BigInt.asUintN(64, BigInt(value)));
    }),
  );
});

test('wrap takes negative numbers in two’s complement', () => {
  expect(wrap(-1n)).toBe((1n << 256n) - 1n);
  expect(wrap(1n << 256n)).toBe(0);
});

test('more than 32 bytes are no word', () => {
  expect(() => wordFromBytes(new Uint8Array(33))).toThrow('at most 32 bytes, not 33');
});
