import fc from 'fast-check';
import { sm3 as otherSm3 } from 'sm-crypto';
import { expect, test } from 'vitest';
import { bytesOf, SM3 } from '../test/vectors.ts';
import { sm3 } from './sm3.ts';

test.each(SM3)('vector %#', (data, hash) => {
  expect(sm3(bytesOf(data)).toHex()).toBe(hash);
});

test('agrees with another implementation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      expect(sm3(data).toHex()).toBe(otherSm3([...data]));
    }),
  );
});

test('hashes the bytes of a view, and nothing around it', () => {
  const memory = new Uint8Array(100).fill(7);
  expect(sm3(memory.subarray(3, 10))).toEqual(sm3(new Uint8Array(7).fill(7)));
});
