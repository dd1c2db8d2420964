// Both implementations against the published values, and the kernel against @noble/hashes.

import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBytes } from '../test/random-bytes.ts';
import { bytesOf, KECCAK } from '../test/vectors.ts';
import {
  keccak256,
  keccak256Into,
  keccak256Many,
  keccakByKernel,
  keccakByNoble,
  keccakSlowBecause,
  loadKeccak256,
} from './keccak.ts';

describe.each([
  ['the kernel', keccakByKernel()],
  ['@noble/hashes', await keccakByNoble()],
])('%s', (_name, { hash, hashInto, hashMany }) => {
  test.each(KECCAK)('vector %#', (data, expected) => {
    expect(hash(bytesOf(data)).toHex()).toBe(expected);
  });

  test('all vectors at once, in their order', () => {
    const digests = hashMany(KECCAK.map(([data]) => bytesOf(data)));
    expect(digests.map((digest) => digest.toHex())).toEqual(KECCAK.map(([, expected]) => expected));
    expect(hashMany([])).toEqual([]);
  });

  test('answers memory of its own', () => {
    const first = hash(bytesOf('a'));
    const copy = first.slice();
    const [second] = hashMany([bytesOf('b'), bytesOf('c')]);
    const secondCopy = second?.slice();
    hash(bytesOf('d'));
    expect([first, second]).toEqual([copy, secondCopy]);
    expect([first.buffer.byteLength, second?.buffer.byteLength]).toEqual([32, 32]);
  });

  test('hashes the bytes of a view, and nothing around it', () => {
    const memory = new Uint8Array(100).fill(7);
    expect(hash(memory.subarray(3, 10))).toEqual(hash(new Uint8Array(7).fill(7)));
  });

  test('writes into memory of the caller, and nothing around it', () => {
    const out = new Uint8Array(50).fill(9);
    hashInto(bytesOf('a'), out, 10);
    expect(out.subarray(10, 42)).toEqual(hash(bytesOf('a')));
    expect([...out.subarray(0, 10), ...out.subarray(42)]).toEqual(Array(18).fill(9));
    expect(() => hashInto(bytesOf('a'), out, 19)).toThrow(RangeError);
  });
});

test('every length is hashed as by @noble/hashes, whatever was hashed before', () => {
  const data = randomBytes(700);
  const out = new Uint8Array(32);
  // Down, so that the bytes of a longer message lie behind each shorter one.
  for (let length = 600; length >= 0; length--) {
    const part = data.subarray(length % 8, (length % 8) + length);
    keccak256Into(part, out);
    const expected = keccak_256(part);
    if (Buffer.compare(keccak256(part), expected) !== 0) expect.fail(`${length} bytes`);
    if (Buffer.compare(out, expected) !== 0) expect.fail(`${length} bytes, into memory of the caller`);
  }
});

test('lengths around what the kernel takes at once, and a MiB', () => {
  const data = randomBytes(1 << 20);
  const block = 136;
  for (const blocks of [224, 225, 226, 448, 449, 450, 451, 898, 899]) {
    for (const length of [-1, 0, 1, 135].map((more) => blocks * block + more)) {
      const part = data.subarray(1, 1 + length);
      const expected = keccak_256(part);
      expect(Buffer.compare(keccak256(part), expected)).toBe(0);
      const [first, second] = keccak256Many([part, part]);
      expect([first, second].map((digest) => digest?.toHex())).toEqual([expected.toHex(), expected.toHex()]);
    }
  }
  expect(Buffer.compare(keccak256(data), keccak_256(data))).toBe(0);
});

test('random lengths up to a MiB are hashed as by @noble/hashes', () => {
  const data = randomBytes(1 << 20);
  const length = fc.integer({ min: 0, max: data.length });
  fc.assert(
    fc.property(length, length, (a, b) => {
      const part = data.subarray(Math.min(a, b), Math.max(a, b));
      expect(Buffer.compare(keccak256(part), keccak_256(part))).toBe(0);
    }),
    { numRuns: 12 },
  );
});

test('lists are hashed in their order, whatever lengths they mix', () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.constantFrom(135, 136, 532, 40_000));
  const data = randomBytes(40_000);
  fc.assert(
    fc.property(fc.array(length, { maxLength: 24 }), (lengths) => {
      const inputs = lengths.map((end, index) => data.subarray(Math.min(index, end), end));
      const digests = keccak256Many(inputs).map((digest) => digest.toHex());
      expect(digests).toEqual(inputs.map((input) => keccak_256(input).toHex()));
    }),
    { numRuns: 50 },
  );
});

test('a machine without WebAssembly hashes all the same, and says why it is slower', async () => {
  expect(keccakSlowBecause).toBeUndefined();
  const { hash, slowBecause } = await loadKeccak256(() => {
    throw new Error('WebAssembly is not there');
  });
  expect(slowBecause?.message).toBe('WebAssembly is not there');
  expect(hash(bytesOf('abc'))).toEqual(keccak256(bytesOf('abc')));
});
