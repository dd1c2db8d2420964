// The kernel's answers beside recovery by libsecp256k1 and @noble/curves: random signatures by the thousands, then every special
// case on purpose. Yes must always be right; no may be wrong where a sum meets a case that the kernel leaves out.

import { concatBytes, equalBytes, fromHex, Z32 } from '@hexapod/protocol/bytes';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBytes } from '../test/random-bytes.ts';
import { LAMBDA, mod, N, P } from '../test/secp256k1-parts.ts';
import { startKernel } from './kernel.ts';
import type { KeyTable, TableSize } from './key-tables.ts';
import { loadNative, loadPortable, recoverPublicKey } from './secp256k1.ts';
import { type Secp256k1Exports, Secp256k1Kernel } from './secp256k1-kernel.ts';

const { Point } = secp256k1;
const native = await loadNative();
const portable = await loadPortable();
const kernel = new Secp256k1Kernel();
const SIZES: readonly TableSize[] = ['small', 'big'];

const bytes32 = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));
const signatureOf = (r: bigint, s: bigint, v: number): Uint8Array =>
  concatBytes(bytes32(r), bytes32(s), Uint8Array.of(v));
const inverse = (value: bigint): bigint => Point.Fn.inv(mod(value, N));

function allocate(size: TableSize): KeyTable {
  const table = kernel.allocate(size);
  if (table === undefined) throw new Error('no memory');
  return table;
}

/** Tables that tests fill anew. */
const scratch = SIZES.map(allocate);

function buildBoth(publicKey: Uint8Array): void {
  for (const table of scratch) kernel.build(table, publicKey);
}

/** The answers with both tables, which must be the same for ordinary numbers. */
function answers(message: Uint8Array, signature: Uint8Array): readonly boolean[] {
  return scratch.map((table) => kernel.isSignedBy(table, message, signature));
}

/** Random bytes, other ones at each call, and the same at each run. */
function source(total: number): (length: number) => Uint8Array {
  const bytes = randomBytes(total);
  let at = 0;
  return (length) => {
    at += length;
    if (at > total) throw new RangeError('no more random bytes');
    return bytes.subarray(at - length, at);
  };
}

const YES = [true, true];
const NO = [false, false];

describe('random signatures', () => {
  const KEYS = 40;
  const PER_KEY = 500;

  test(`${KEYS * PER_KEY} of ${KEYS} keys: what recovers to the key, and nothing else`, () => {
    const random = source(32 * KEYS * (PER_KEY + 1));
    for (let index = 0; index < KEYS; index++) {
      const privateKey = random(32);
      const publicKey = native.publicKeyOf(privateKey);
      buildBoth(publicKey);
      for (let count = 0; count < PER_KEY; count++) {
        const message = random(32);
        const signature = native.sign(privateKey, message);
        // Every fourth has a bit changed, somewhere in r, s, v or the message.
        const isChanged = count % 4 === 3;
        if (isChanged) {
          const at = (count * 7) % 65;
          signature[at] = (signature[at] ?? 0) ^ (at === 64 ? 1 + (count % 3) : 1 << (count % 8));
        }
        const recovered = recoverPublicKey(native, message, signature);
        const isRight = recovered !== undefined && equalBytes(recovered, publicKey);
        expect(isRight).toBe(!isChanged);
        const table = scratch[count % 2] as KeyTable;
        if (kernel.isSignedBy(table, message, signature) !== isRight) {
          expect.fail(
            `key ${publicKey.toHex()}, message ${message.toHex()}, signature ${signature.toHex()}, ${table.size}`,
          );
        }
      }
    }
  }, 60_000);

  test('also by the other library', () => {
    const random = source(32 * 200);
    const privateKey = random(32);
    buildBoth(native.publicKeyOf(privateKey));
    for (let count = 0; count < 60; count++) {
      const message = random(32);
      const signature = portable.sign(privateKey, message);
      expect(recoverPublicKey(portable, message, signature)).toEqual(native.publicKeyOf(privateKey));
      expect(answers(message, signature)).toEqual(YES);
      expect(answers(message, native.sign(random(32), message))).toEqual(NO);
    }
  });
});

/** The signature for which u1 G + u2 Q, Q = d G, is the point that it names; undefined if it is infinity, or r or s would be 0. */
function signatureFor(
  u1: bigint,
  u2: bigint,
  d: bigint,
): { readonly message: Uint8Array; readonly signature: Uint8Array } | undefined {
  const sum = mod(u1 + u2 * d, N);
  if (sum === 0n || u2 === 0n) return undefined;
  const { x, y } = Point.BASE.multiply(sum).toAffine();
  const r = x % N;
  const s = mod(r * inverse(u2), N);
  if (r === 0n || s === 0n) return undefined;
  const v = Number(y & 1n) + (x >= N ? 2 : 0);
  return { message: bytes32(mod(u1 * s, N)), signature: signatureOf(r, s, v) };
}

/** Yes only for what is recovered; how often no was said of what is. */
function expectSound(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): number {
  const recovered = recoverPublicKey(native, message, signature);
  const isRight = recovered !== undefined && equalBytes(recovered, publicKey);
  const said = answers(message, signature);
  if (!isRight) expect(said).toEqual(NO);
  return isRight ? said.filter((answer) => !answer).length : 0;
}

describe('scalars made on purpose', () => {
  const D = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdefn;
  const keys = [1n, N - 1n, 2n, (N + 1n) / 2n, LAMBDA, N - LAMBDA, 1n << 19n, 1n << 128n, D];
  const scalars = [
    ...[0n, 1n, 2n, 3n, N - 1n, N - 2n, (N - 1n) / 2n, (N + 1n) / 2n, LAMBDA, N - LAMBDA, LAMBDA + 1n],
    ...[1n << 12n, 1n << 19n, 1n << 26n, 1n << 128n, 1n << 255n, D],
  ];

  test.each(keys)('all sums with the key %i, also equal and opposite summands: yes is always right', (d) => {
    const publicKey = Point.BASE.multiply(d).toBytes(false).subarray(1);
    buildBoth(publicKey);
    let asked = 0;
    let missed = 0;
    for (const u2 of scalars) {
      for (const u1 of [...scalars, mod(u2 * d, N), mod(-u2 * d, N), mod(-u2 * d + 1n, N)]) {
        const made = signatureFor(u1, u2, d);
        if (made === undefined) continue;
        const { message, signature } = made;
        asked += 2;
        missed += expectSound(message, signature, publicKey);
        expect(answers(message, signature.with(64, (signature[64] ?? 0) ^ 1))).toEqual(NO);
        const wrong = message.with(31, (message[31] ?? 0) ^ 1);
        expectSound(wrong, signature, publicKey);
      }
    }
    // Only a key that is a small multiple of G meets the cases that are left out, and rarely.
    expect(missed).toBeLessThanOrEqual(d === D ? 0 : asked / 4);
  });
});

describe('numbers made on purpose', () => {
  const privateKey = bytes32(0xabcdef0123456789n ** 3n);
  const publicKey = native.publicKeyOf(privateKey);
  const message = bytes32(0x1234567890n ** 5n);
  const signature = native.sign(privateKey, message);
  const numberAt = (start: number): bigint => BigInt(`0x${signature.subarray(start, start + 32).toHex()}`);
  const [r, s, v] = [numberAt(0), numberAt(32), signature[64] ?? 0];

  test('the other recovery ids are of other keys, or of none', () => {
    buildBoth(publicKey);
    for (let id = 0; id < 256; id++) {
      expect(answers(message, signature.with(64, id))).toEqual(id === v ? YES : NO);
    }
  });

  test('high s is of the same key with the other parity, as recovery has it', () => {
    buildBoth(publicKey);
    const high = signatureOf(r, N - s, v ^ 1);
    expect(recoverPublicKey(native, message, high)).toEqual(publicKey);
    expect(answers(message, high)).toEqual(YES);
    expect(answers(message, signatureOf(r, N - s, v))).toEqual(NO);
  });

  test.each([0n, N, N + 1n, P, (1n << 256n) - 1n])('r or s = %i is of no key', (value) => {
    buildBoth(publicKey);
    expect(answers(message, signatureOf(value, s, v))).toEqual(NO);
    expect(answers(message, signatureOf(r, value, v))).toEqual(NO);
    if (r + N < 1n << 256n) expect(answers(message, signatureOf(r + N, s, v))).toEqual(NO);
    if (s + N < 1n << 256n) expect(answers(message, signatureOf(r, s + N, v))).toEqual(NO);
  });

  test.each([
    ['0', 0n],
    ['the order', N],
    ['the order and 1', N + 1n],
    ['all ones', (1n << 256n) - 1n],
  ])('a digest of %s counts modulo the order', (_what, e) => {
    const made = native.sign(privateKey, bytes32(e));
    buildBoth(publicKey);
    expect(recoverPublicKey(native, bytes32(e), made)).toEqual(publicKey);
    expect(answers(bytes32(e), made)).toEqual(YES);
    expect(answers(bytes32(mod(e, N)), made)).toEqual(YES);
    expect(answers(bytes32(mod(e + 1n, N)), made)).toEqual(NO);
  });

  const { x: gX } = Point.BASE.toAffine();
  const edges = [1n, 2n, 3n, 4n, gX, P - N - 1n, P - N, P - N + 1n, N / 2n, N - 2n, N - 1n];
  test.each(edges)('r = %i, with all s, v and keys that recovery makes of them', (edge) => {
    for (const sEdge of [1n, 2n, N / 2n, N / 2n + 1n, N - 1n, s]) {
      for (const id of [0, 1, 2, 3]) {
        const made = signatureOf(edge, sEdge, id);
        const recovered = recoverPublicKey(native, message, made);
        if (recovered === undefined) {
          expect(answers(message, made)).toEqual(NO);
          continue;
        }
        buildBoth(recovered);
        expect(answers(message, made)).toEqual(YES);
        for (const other of [0, 1, 2, 3]) {
          if (other !== id) expectSound(message, made.with(64, other), recovered);
        }
      }
    }
  });

  test('x from the order on: only with the recovery ids that say so', () => {
    let found = 0;
    for (let small = 1n; found < 12; small++) {
      const made = signatureOf(small, s, 2 + Number(small & 1n));
      const recovered = recoverPublicKey(native, message, made);
      if (recovered === undefined) continue;
      found++;
      expect(recoverPublicKey(portable, message, made)).toEqual(recovered);
      buildBoth(recovered);
      expect(answers(message, made)).toEqual(YES);
      expect(answers(message, made.with(64, Number(small & 1n)))).toEqual(NO);
      expect(answers(message, made.with(64, 3 - Number(small & 1n)))).toEqual(NO);
    }
  });

  test('a sum at infinity is no point', () => {
    buildBoth(publicKey);
    const d = BigInt(`0x${privateKey.toHex()}`);
    for (const rValue of [1n, r, gX % N, N - 1n]) {
      // e = -r d: e G + r Q is infinity.
      const e = bytes32(mod(-rValue * d, N));
      for (const id of [0, 1, 2, 3]) expect(answers(e, signatureOf(rValue, s, id))).toEqual(NO);
    }
  });

  test('garbage is answered with no', () => {
    buildBoth(publicKey);
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), bytes(65), (digest, garbage) => {
        expect(answers(digest, garbage)).toEqual(NO);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what the kernel is not given', () => {
  const table = scratch[0] as KeyTable;

  test.each([
    ['a message of 31 bytes', 31, 65],
    ['a signature of 64 bytes', 32, 64],
    ['a signature of 66 bytes', 32, 66],
  ])('%s', (_what, message, signature) => {
    const call = () => kernel.isSignedBy(table, new Uint8Array(message), new Uint8Array(signature));
    expect(call).toThrow(RangeError);
  });

  test('a key off the curve, or of another length', () => {
    expect(() => kernel.build(table, concatBytes(bytes32(1n), bytes32(1n)))).toThrow('not on the secp256k1');
    expect(() => kernel.build(table, concatBytes(Z32, Z32))).toThrow('not on the secp256k1');
    expect(() => kernel.build(table, new Uint8Array(65))).toThrow('64 bytes');
  });
});

describe('machines on which it must not be used', () => {
  const exports = startKernel<Secp256k1Exports>('secp256k1');

  test('without fused multiply-add', () => {
    expect(() => new Secp256k1Kernel({ ...exports, roundsOnce: () => 0 })).toThrow('fused multiply-add');
  });

  test.each([
    ['yes to all', 1],
    ['no to all', 0],
  ])('that says %s', (_what, answer) => {
    expect(() => new Secp256k1Kernel({ ...exports, verify: () => answer })).toThrow('wrong answers');
  });

  test('without memory for tables there are none', () => {
    const memory = {
      buffer: exports.memory.buffer,
      grow: () => {
        throw new RangeError('full');
      },
    };
    const full = new Secp256k1Kernel({ ...exports, memory });
    let tables = 0;
    while (full.allocate('big') !== undefined) tables++;
    expect(tables).toBeLessThan(64);
    expect(full.allocate('big')).toBeUndefined();
  });
});
