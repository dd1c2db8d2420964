import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { concatBytes } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Point } from '../test/sm2-reference.ts';
import { SM2 } from '../test/vectors.ts';
import { startKernel } from './kernel.ts';
import type { KeyTablesOptions } from './key-tables.ts';
import { signerOf } from './sm2.ts';
import { P } from './sm2-curve.ts';
import { type Sm2Exports, Sm2Kernel } from './sm2-kernel.ts';
import { toBytes } from './sm2-key.ts';
import { KernelVerifier, newVerifier, type Sm2Verifier } from './sm2-verifier.ts';
import { sm3 } from './sm3.ts';

const execute = promisify(execFile);
const MESSAGE = new Uint8Array(32).fill(5);
/** Tables soon, and few. */
const EAGER: KeyTablesOptions = {
  small: { capacity: 4, minUses: 2, price: 1 },
  big: { capacity: 2, minUses: 5, price: 2.5 },
  share: 1,
  maxSavings: 64,
};

const signerNumber = (index: number) => signerOf(sm3(toBytes(BigInt(index))));
const flip = (bytes: Uint8Array, index: number): Uint8Array => bytes.with(index, (bytes[index] ?? 0) ^ 1);
const noKernel = (): never => {
  throw new Error('no kernel here');
};

const verifiers: readonly (readonly [string, Sm2Verifier])[] = [
  ['the kernel', newVerifier()],
  ['the kernel with few tables', new KernelVerifier(new Sm2Kernel(), EAGER)],
  ['OpenSSL', newVerifier(noKernel)],
];

describe.each(verifiers)('by %s', (_name, verifier) => {
  test('vectors verify, the key cold or with tables, and with a bit changed they do not', () => {
    for (let round = 0; round < 30; round++) {
      for (const { message, r, s, publicKey } of SM2) {
        const signature = Uint8Array.fromHex(r + s + publicKey);
        const wrong = flip(signature, 4 * round);
        expect(verifier.verifyStrict(message, signature)).toBe(true);
        expect(verifier.verifyAsOriginal(message, signature)).toBe(true);
        expect(verifier.verifyStrict(message, wrong)).toBe(false);
        expect(verifier.verifyAsOriginal(message, wrong)).toBe(false);
      }
    }
  });

  test('messages of all lengths', () => {
    const { sign } = signerNumber(1);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
        const signature = sign(message);
        expect(verifier.verifyStrict(message, signature)).toBe(true);
        expect(verifier.verifyAsOriginal(message, signature)).toBe(true);
        expect(verifier.verifyStrict(concatBytes(message, Uint8Array.of(1)), signature)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  test('senders by turns, more than have tables: each is verified with its own key', () => {
    const signed = Array.from({ length: 12 }, (_, index) => signerNumber(index).sign(MESSAGE));
    for (let round = 0; round < 40; round++) {
      signed.forEach((signature, index) => {
        // Some come more often than others.
        if (round % ((index % 4) + 1) !== 0) return;
        expect(verifier.verifyStrict(MESSAGE, signature)).toBe(true);
        const stolen = concatBytes(
          signature.subarray(0, 64),
          signed[(index + 1) % 12]?.subarray(64) ?? MESSAGE,
        );
        expect(verifier.verifyStrict(MESSAGE, stolen)).toBe(false);
      });
    }
  });

  test.each([0, 64, 127, 129])('what has %i bytes is no signature', (length) => {
    expect(verifier.verifyStrict(MESSAGE, new Uint8Array(length))).toBe(false);
    expect(verifier.verifyAsOriginal(MESSAGE, new Uint8Array(length))).toBe(false);
  });

  test('a table made for one rule serves the other, and lets nothing pass by it', () => {
    const { sign } = signerNumber(99);
    const good = sign(MESSAGE);
    for (let use = 0; use < 30; use++) expect(verifier.verifyAsOriginal(MESSAGE, good)).toBe(true);
    const { x, y } = Point.BASE.toAffine();
    for (const numbers of [toBytes(x + 1n), toBytes(y)].map((n) => concatBytes(n, n))) {
      expect(verifier.verifyStrict(MESSAGE, concatBytes(numbers, good.subarray(64)))).toBe(false);
    }
    expect(verifier.verifyStrict(MESSAGE, concatBytes(new Uint8Array(64), good.subarray(64)))).toBe(false);
    expect(verifier.verifyAsOriginal(MESSAGE, concatBytes(new Uint8Array(64), good.subarray(64)))).toBe(
      false,
    );
  });
});

describe('tables', () => {
  const verifierWith = (options: KeyTablesOptions) => new KernelVerifier(new Sm2Kernel(), options);

  test('are made for signatures that verify, by use', () => {
    const verifier = verifierWith(EAGER);
    const signature = signerNumber(1).sign(MESSAGE);
    for (let use = 0; use < 20; use++) verifier.verifyStrict(MESSAGE, flip(signature, 40));
    expect(verifier.tablesBuilt).toBe(0);
    const built = Array.from({ length: 6 }, () => {
      verifier.verifyStrict(MESSAGE, signature);
      return verifier.tablesBuilt;
    });
    expect(built).toEqual([0, 1, 1, 1, 2, 2]);
  });

  test('are never made for keys that nothing verifies with', () => {
    const verifier = verifierWith(EAGER);
    for (let x = 0n; x < 50n; x++) {
      for (let use = 0; use < 5; use++) {
        verifier.verifyAsOriginal(MESSAGE, concatBytes(MESSAGE, MESSAGE, toBytes(x), toBytes(P - x)));
      }
    }
    expect(verifier.tablesBuilt).toBe(0);
  });
});

describe('another machine', () => {
  const fallback = newVerifier(noKernel);

  test('without the kernel says why it is slow', () => {
    expect(fallback.slowBecause?.message).toBe('no kernel here');
    expect(newVerifier().slowBecause).toBeUndefined();
  });

  const exportsWith = (changes: Partial<Sm2Exports>): Sm2Exports => ({
    ...startKernel<Sm2Exports>('sm2'),
    ...changes,
  });

  test.each([
    ['rounds twice', { roundsOnce: () => 0 }, 'no fused multiply-add'],
    ['accepts everything', { verify: (): number => 1 }, 'wrong answers'],
    ['accepts nothing', { verify: (): number => 0 }, 'wrong answers'],
  ] as const)('whose kernel %s does without it', (_what, changes, reason) => {
    const verifier = newVerifier(() => new Sm2Kernel(exportsWith(changes)));
    expect(verifier.slowBecause?.message).toContain(reason);
    expect(verifier.verifyStrict(MESSAGE, signerNumber(1).sign(MESSAGE))).toBe(true);
  });

  // V8 has these instructions of x64 as switches; elsewhere the kernel finds what it needs.
  test.each([
    ['no fused multiply-add', '--no-enable-fma3', 'no fused multiply-add'],
    ['no vectors', '--no-enable-sse4-1', 'SIMD unsupported'],
  ])('whose processor has %s verifies all the same', async (_what, flag, reason) => {
    const script = fileURLToPath(new URL('../test/verify-in-child.ts', import.meta.url));
    const { stdout } = await execute(process.execPath, [flag, script]);
    const { slowBecause, answers } = JSON.parse(stdout);
    if (process.arch === 'x64') expect(slowBecause).toContain(reason);
    expect(answers).toEqual(SM2.map(() => [true, false]));
  });
});
