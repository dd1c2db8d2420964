import { toHex } from '@hexapod/protocol/bytes';
import { describe, expect, it } from 'vitest';
import {
  parseAddress,
  parseAmount,
  parseData,
  parseHash,
  parseUnsigned,
  parseValidatorAddress,
} from './parse-value.ts';

const digits = (length: number): string => '5a'.repeat(length);

describe('values from a command line', () => {
  it.each([
    ['0x', ''],
    ['', ''],
    ['0xABcd', 'abcd'],
    ['06661abd', '06661abd'],
  ])('data %s', (text, hex) => {
    expect(toHex(parseData(text))).toBe(hex);
  });

  it.each(['0x1', 'xyz', '0x 12', '1'.repeat(39)])('data %s is refused', (text) => {
    expect(() => parseData(text)).toThrow('invalid hex input');
  });

  it('takes addresses and hashes of their length only', () => {
    expect(parseAddress(digits(20))).toHaveLength(20);
    expect(parseHash(`0x${digits(32)}`)).toHaveLength(32);
    expect(() => parseAddress(digits(21))).toThrow('length mismatched, expected: `20`, got: `21`');
    expect(() => parseHash('0x')).toThrow('length mismatched, expected: `32`, got: `0`');
  });

  it('takes validator addresses of both kinds', () => {
    expect(parseValidatorAddress(digits(20))).toHaveLength(20);
    expect(parseValidatorAddress(digits(48))).toHaveLength(48);
    expect(() => parseValidatorAddress(digits(32))).toThrow('Invalid length of validator address: 32');
  });

  it.each([
    ['0x0', 0n],
    ['5', 5n],
    ['0xfff', 4095n],
    ['f'.repeat(64), 2n ** 256n - 1n],
  ])('amount %s', (text, value) => {
    const bytes = parseAmount(text);
    expect(bytes).toHaveLength(32);
    expect(BigInt(`0x${toHex(bytes)}`)).toBe(value);
  });

  it('refuses an amount of more than 32 bytes', () => {
    expect(() => parseAmount('1'.repeat(65))).toThrow('too long');
  });

  it('takes numbers up to their bound', () => {
    expect(parseUnsigned('18446744073709551615', 'quota')).toBe(2n ** 64n - 1n);
    expect(() => parseUnsigned('18446744073709551616', 'quota')).toThrow(
      'invalid quota: `18446744073709551616`',
    );
    expect(() => parseUnsigned('65536', 'port', 65_535n)).toThrow('invalid port');
    expect(() => parseUnsigned('-1', 'height')).toThrow('invalid height');
  });
});
