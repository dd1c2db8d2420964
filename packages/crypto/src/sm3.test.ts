// Both implementations against the published values and against others.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { sm3 as smCrypto } from 'sm-crypto';
import { describe, expect, test } from 'vitest';
import { randomBytes } from '../test/random-bytes.ts';
import { bytesOf, SM3 } from '../test/vectors.ts';
import { loadSm3, sm3, sm3ByKernel, sm3ByOpenSsl, sm3SlowBecause } from './sm3.ts';

const openSsl = (data: Uint8Array): Uint8Array => createHash('sm3').update(data).digest();

describe.each([
  ['the kernel', sm3ByKernel()],
  ['OpenSSL', sm3ByOpenSsl],
])('%s', (_name, hash) => {
  test.each(SM3)('vector %#', (data, expected) => {
    expect(hash(bytesOf(data)).toHex()).toBe(expected);
  });

  test('answers memory of its own', () => {
    const first = hash(bytesOf('a'));
    const copy = first.slice();
    hash(bytesOf('b'));
    expect(first).toEqual(copy);
    expect(first.buffer.byteLength).toBe(32);
  });

  test('hashes the bytes of a view, and nothing around it', () => {
    const memory = new Uint8Array(100).fill(7);
    expect(hash(memory.subarray(3, 10))).toEqual(hash(new Uint8Array(7).fill(7)));
  });
});

test('every length is hashed as OpenSSL does, whatever was hashed before', () => {
  const data = randomBytes(5000);
  // Down, so that the bytes of a longer message lie behind each shorter one.
  for (const from of [600, 4200]) {
    for (let length = from; length >= from - 600; length--) {
      const part = data.subarray(length % 8, (length % 8) + length);
      if (Buffer.compare(sm3(part), openSsl(part)) !== 0) expect.fail(`${length} bytes`);
    }
  }
});

test('random lengths up to a MiB are hashed as OpenSSL does', () => {
  const data = randomBytes(1 << 20);
  const length = fc.integer({ min: 0, max: data.length });
  fc.assert(
    fc.property(length, length, (a, b) => {
      const part = data.subarray(Math.min(a, b), Math.max(a, b));
      expect(Buffer.compare(sm3(part), openSsl(part))).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test('agrees with an implementation in JavaScript', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      expect(sm3(data).toHex()).toBe(smCrypto([...data]));
    }),
  );
});

test('a machine without WebAssembly hashes all the same, and says why it is slower', () => {
  expect(sm3SlowBecause).toBeUndefined();
  const { hash, slowBecause } = loadSm3(() => {
    throw new Error('WebAssembly is not there');
  });
  expect(slowBecause?.message).toBe('WebAssembly is not there');
  expect(hash).toBe(sm3ByOpenSsl);
});
