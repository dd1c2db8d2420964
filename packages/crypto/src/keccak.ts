// Keccak-256, the hash of an eth chain and of the EVM: the padding of the Keccak submission, 0x01, not that of SHA3-256
// (docs/protocol/crypto.md 4). A kernel of our own; where WebAssembly is not available, @noble/hashes.

import { asError, type Kernel, startKernel } from './kernel.ts';

const DIGEST_BYTES = 32;

export interface Keccak256 {
  /** 32 bytes for any data, in memory of their own. */
  hash(data: Uint8Array): Uint8Array;
  /** The same, written into memory of the caller. Throws RangeError where that ends too soon. */
  hashInto(data: Uint8Array, out: Uint8Array, offset?: number): void;
  /** The hashes of all of them, in their order; two at a time where lengths allow, which takes little more than one. */
  hashMany(inputs: readonly Uint8Array[]): Uint8Array[];
}

interface KeccakKernel extends Kernel {
  readonly INPUT: WebAssembly.Global;
  readonly SECOND_INPUT: WebAssembly.Global;
  readonly DIGESTS: WebAssembly.Global;
  readonly BLOCK: WebAssembly.Global;
  readonly MAX_BLOCKS: WebAssembly.Global;
  readonly MAX_PAIR_BLOCKS: WebAssembly.Global;
  hash(length: number): void;
  hashTwo(firstLength: number, secondLength: number): void;
  begin(): void;
  next(blocks: number): void;
  end(length: number): void;
}

/** Throws where the kernel does not run. */
export function keccakByKernel(): Keccak256 {
  const kernel = startKernel<KeccakKernel>('keccak');
  const { INPUT, SECOND_INPUT, DIGESTS, BLOCK, MAX_BLOCKS, MAX_PAIR_BLOCKS } = kernel;
  const { buffer } = kernel.memory;
  const input = new Uint8Array(buffer, INPUT.value);
  const secondInput = new Uint8Array(buffer, SECOND_INPUT.value);
  const digest = new Uint8Array(buffer, DIGESTS.value, DIGEST_BYTES);
  const secondDigest = new Uint8Array(buffer, DIGESTS.value + DIGEST_BYTES, DIGEST_BYTES);
  /** At once there is room for what is shorter than this. */
  const roomBytes = MAX_BLOCKS.value * BLOCK.value;
  const partBlocks = MAX_BLOCKS.value - 1;
  const partBytes = partBlocks * BLOCK.value;

  /** To `digest`. */
  const compute = (data: Uint8Array): void => {
    if (data.length < roomBytes) {
      input.set(data);
      kernel.hash(data.length);
      return;
    }
    kernel.begin();
    let start = 0;
    for (; data.length - start >= partBytes; start += partBytes) {
      input.set(data.subarray(start, start + partBytes));
      kernel.next(partBlocks);
    }
    input.set(data.subarray(start));
    kernel.end(data.length - start);
  };

  const hash = (data: Uint8Array): Uint8Array => {
    compute(data);
    return new Uint8Array(digest);
  };

  const hashMany = (inputs: readonly Uint8Array[]): Uint8Array[] => {
    const digests: Uint8Array[] = new Array(inputs.length);
    /** By number of blocks: the position of an input that waits for another one of so many. */
    const waiting = new Array<number | undefined>(MAX_PAIR_BLOCKS.value);
    for (const [index, data] of inputs.entries()) {
      const blocks = Math.floor(data.length / BLOCK.value);
      if (blocks >= MAX_PAIR_BLOCKS.value) {
        digests[index] = hash(data);
        continue;
      }
      const partnerIndex = waiting[blocks];
      const partner = partnerIndex === undefined ? undefined : inputs[partnerIndex];
      if (partnerIndex === undefined || partner === undefined) {
        waiting[blocks] = index;
        continue;
      }
      waiting[blocks] = undefined;
      input.set(partner);
      secondInput.set(data);
      kernel.hashTwo(partner.length, data.length);
      digests[partnerIndex] = new Uint8Array(digest);
      digests[index] = new Uint8Array(secondDigest);
    }
    for (const index of waiting) {
      const data = index === undefined ? undefined : inputs[index];
      if (index !== undefined && data !== undefined) digests[index] = hash(data);
    }
    return digests;
  };

  return {
    hash,
    hashInto(data, out, offset = 0) {
      compute(data);
      out.set(digest, offset);
    },
    hashMany,
  };
}

export async function keccakByNoble(): Promise<Keccak256> {
  const { keccak_256 } = await import('@noble/hashes/sha3.js');
  return {
    hash: (data) => keccak_256(data),
    hashInto: (data, out, offset = 0) => out.set(keccak_256(data), offset),
    hashMany: (inputs) => inputs.map((data) => keccak_256(data)),
  };
}

/** The hash, and why it is the slow one if it is. @param byKernel a parameter for the tests of what happens without it */
export async function loadKeccak256(
  byKernel: () => Keccak256 = keccakByKernel,
): Promise<Keccak256 & { readonly slowBecause?: Error }> {
  try {
    return byKernel();
  } catch (error) {
    return { ...(await keccakByNoble()), slowBecause: asError(error) };
  }
}

const keccak = await loadKeccak256();

/** Why Keccak-256 is slower than it could be on this machine, if it is. */
export const keccakSlowBecause = keccak.slowBecause;
/** 32 bytes for any data, in memory of their own. */
export const keccak256 = keccak.hash;
/** The same, written into memory of the caller: `keccak256Into(data, out, offset)`. */
export const keccak256Into = keccak.hashInto;
/** The hashes of a list, two at a time: for those who have many at hand. */
export const keccak256Many = keccak.hashMany;
