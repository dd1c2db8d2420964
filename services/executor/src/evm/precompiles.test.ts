import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadRecoverSigner } from '../recover-signer.ts';
import { precompileAt } from './precompiles.ts';

const recover = await loadRecoverSigner();
const suite = await loadSuite('eth');

function run(address: number, input: Uint8Array): string | undefined {
  const precompile = precompileAt(address);
  if (precompile === undefined) throw new Error(`no precompile at ${address}`);
  const output = precompile.run(input, recover);
  return output && toHex(output);
}

describe('gas (docs/protocol/executor.md 6)', () => {
  test.each([
    [1, 0, 3000],
    [1, 1000, 3000],
    [2, 0, 60],
    [2, 33, 84],
    [3, 32, 720],
    [4, 65, 24],
    [5, 100, 0],
    [6, 100, 500],
    [7, 100, 40_000],
    [8, 191, 100_000],
    [8, 384, 260_000],
  ])('%i with %i bytes costs %i', (address, length, gas) => {
    expect(precompileAt(address)?.gas(length)).toBe(gas);
  });

  test.each([0, 9, 10, 2n ** 159n])('%s is an ordinary address', (address) => {
    expect(precompileAt(address)).toBeUndefined();
  });
});

test('hashes and identity agree with a second opinion', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (input) => {
      expect(run(2, input)).toBe(toHex(sha256(input)));
      expect(run(3, input)).toBe(toHex(ripemd160(input)).padStart(64, '0'));
      expect(run(4, input)).toBe(toHex(input));
    }),
  );
});

test.each([5, 6, 7, 8])('%i fails whatever the input', (address) => {
  expect(run(address, new Uint8Array(192))).toBeUndefined();
});

describe('ecrecover', () => {
  const privateKey = fromHex('ed391472f4ecd53a398b5bac8044afbe27dca9ad356823a723609488b1f31690');
  const address = '9ab7994b45ccba88b4dc4ee07f5ef7fddc088888';
  const order = secp256k1.Point.Fn.ORDER;
  const word = (value: bigint | number): string => value.toString(16).padStart(64, '0');
  const hash = keccak_256(new TextEncoder().encode('message'));
  const signature = suite.sign(privateKey, hash);
  const r = BigInt(`0x${toHex(signature.subarray(0, 32))}`);
  const s = BigInt(`0x${toHex(signature.subarray(32, 64))}`);
  const v = 27 + (signature[64] ?? 0);
  const input = (parts: { v?: bigint | number; r?: bigint; s?: bigint }): Uint8Array =>
    fromHex(toHex(hash) + word(parts.v ?? v) + word(parts.r ?? r) + word(parts.s ?? s));

  test('gives the signer', () => {
    expect(run(1, input({}))).toBe('00'.repeat(12) + address);
  });

  test('accepts a high s', () => {
    expect(run(1, input({ s: order - s, v: 55 - v }))).toBe('00'.repeat(12) + address);
  });

  test('looks at 128 bytes only', () => {
    expect(run(1, Uint8Array.from([...input({}), 1, 2, 3]))).toBe('00'.repeat(12) + address);
  });

  test.each([
    ['v 0', { v: 0 }],
    ['v 29', { v: 29 }],
    ['v 27 with a higher byte set', { v: 27n + (1n << 200n) }],
    ['r 0', { r: 0n }],
    ['r just below 2^56', { r: 2n ** 56n - 1n }],
    ['r the order', { r: order }],
    ['s 0', { s: 0n }],
    ['s just below 2^56', { s: 2n ** 56n - 1n }],
    ['s the order', { s: order }],
    ['s 2^256 - 1', { s: 2n ** 256n - 1n }],
  ])('gives nothing for %s', (_name, parts) => {
    expect(run(1, input(parts))).toBe('');
  });

  test('gives nothing for no input at all', () => {
    expect(run(1, new Uint8Array(0))).toBe('');
  });

  test('agrees with a second opinion for random r, s', () => {
    fc.assert(
      fc.property(
        fc.bigInt(2n ** 56n, order - 1n),
        fc.bigInt(2n ** 56n, order - 1n),
        fc.boolean(),
        (r, s, odd) => {
          expect(run(1, input({ r, s, v: odd ? 28 : 27 }))).toBe(secondOpinion(r, s, odd));
        },
      ),
      { numRuns: 40 },
    );
  });

  function secondOpinion(r: bigint, s: bigint, odd: boolean): string {
    try {
      const recovered = new secp256k1.Signature(r, s, odd ? 1 : 0).recoverPublicKey(hash).toBytes(false);
      return toHex(keccak_256(recovered.subarray(1)).subarray(12)).padStart(64, '0');
    } catch {
      return '';
    }
  }
});
