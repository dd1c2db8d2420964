import { expect, test } from 'vitest';
import { compare } from './compare-sm2.ts';

test('kernel, BigInt, OpenSSL and sm-crypto agree about every signature', () => {
  const { valid, invalid } = compare(100, 1);
  expect(valid).toBeGreaterThan(25);
  expect(invalid).toBeGreaterThan(25);
});
