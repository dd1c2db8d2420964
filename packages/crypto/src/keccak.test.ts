import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, KECCAK } from '../test/vectors.ts';
import { keccak256, loadKeccak256 } from './keccak.ts';

const withoutWebAssembly = await loadKeccak256(() => Promise.reject(new Error('WebAssembly is not there')));

describe.each([
  ['WebAssembly', keccak256],
  ['without it', withoutWebAssembly],
])('%s', (_name, hash) => {
  test.each(KECCAK)('vector %#', (data, expected) => {
    expect(hash(bytesOf(data)).toHex()).toBe(expected);
  });

  test('answers memory of its own', () => {
    const first = hash(bytesOf('a'));
    const copy = first.slice();
    hash(bytesOf('b'));
    expect(first).toEqual(copy);
  });
});

test('agrees with another implementation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (data) => {
      expect(keccak256(data)).toEqual(keccak_256(data));
    }),
  );
});
