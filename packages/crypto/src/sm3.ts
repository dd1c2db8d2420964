// SM3, the hash of an SM chain (GB/T 32905-2016): 32 bytes for any data. A kernel of our own for what is short, as nearly
// everything is; OpenSSL's, through node:crypto, for the rest, and where WebAssembly is not available.

import { hash as opensslHash } from 'node:crypto';
import { asError, type Kernel, startKernel } from './kernel.ts';

const DIGEST_BYTES = 32;
/** Where OpenSSL, a little faster in itself, has made good for the way into it. */
const SHORT_BYTES = 4096;

/** The result is in memory of its own. */
export type Sm3 = (data: Uint8Array) => Uint8Array;

interface Sm3Kernel extends Kernel {
  readonly INPUT: WebAssembly.Global;
  readonly DIGEST: WebAssembly.Global;
  hash(length: number): void;
}

/** Throws where the kernel does not run. */
export function sm3ByKernel(): Sm3 {
  const kernel = startKernel<Sm3Kernel>('sm3');
  const { buffer } = kernel.memory;
  const input = new Uint8Array(buffer, kernel.INPUT.value);
  const digest = new Uint8Array(buffer, kernel.DIGEST.value, DIGEST_BYTES);
  return (data) => {
    if (data.length > SHORT_BYTES) return sm3ByOpenSsl(data);
    input.set(data);
    kernel.hash(data.length);
    return new Uint8Array(digest);
  };
}

export function sm3ByOpenSsl(data: Uint8Array): Uint8Array {
  // A short string of one byte per character leaves native code two to three times faster than a buffer does.
  const text = opensslHash('sm3', data, 'latin1');
  const digest = new Uint8Array(DIGEST_BYTES);
  for (let index = 0; index < DIGEST_BYTES; index++) digest[index] = text.charCodeAt(index);
  return digest;
}

/** The hash, and why it is the slow one if it is. @param byKernel a parameter for the tests of what happens without it */
export function loadSm3(byKernel: () => Sm3 = sm3ByKernel): {
  readonly hash: Sm3;
  readonly slowBecause?: Error;
} {
  try {
    return { hash: byKernel() };
  } catch (error) {
    return { hash: sm3ByOpenSsl, slowBecause: asError(error) };
  }
}

const loaded = loadSm3();

/** Why SM3 is slower than it could be on this machine, if it is. */
export const sm3SlowBecause = loaded.slowBecause;
/** 32 bytes for any data, in memory of their own. */
export const sm3 = loaded.hash;
