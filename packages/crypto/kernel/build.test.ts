import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { binaryOf, compile, KERNEL_NAMES } from './build.ts';

/** The compiler takes five seconds of a core; on a busy machine a multiple of that. */
const COMPILATION_MS = 300_000;

// What runs must be what can be read. If this fails after a change of the sources: npm run kernel.
test.each(KERNEL_NAMES)(
  '%s.wasm is, byte for byte, what its sources compile to',
  async (name) => {
    expect(Buffer.compare(await compile(name), await readFile(binaryOf(name)))).toBe(0);
  },
  COMPILATION_MS,
);
