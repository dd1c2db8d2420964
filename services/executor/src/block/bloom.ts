/** Log blooms: 2048 bits, three for each address and topic, from K (docs/protocol/executor.md 8.1). */
import { addressToBytes, wordToBytes } from '../evm/word.ts';
import type { Log } from '../evm/world.ts';

export const BLOOM_BYTES = 256;

type Keccak = (data: Uint8Array) => Uint8Array;

export function bloomOf(logs: readonly Log[], keccak: Keccak): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    setBits(bloom, keccak(addressToBytes(address)));
    for (const topic of topics) setBits(bloom, keccak(wordToBytes(topic)));
  }
  return bloom;
}

/** Adds the bits of one bloom to another. */
export function mergeBloom(into: Uint8Array, bloom: Uint8Array): void {
  for (let i = 0; i < BLOOM_BYTES; i++) into[i] = (into[i] as number) | (bloom[i] as number);
}

/** The low 11 bits of the first three pairs of bytes name the bits, counted from the end. */
function setBits(bloom: Uint8Array, hash: Uint8Array): void {
  for (let pair = 0; pair < 6; pair += 2) {
    const bit = (((hash[pair] as number) << 8) | (hash[pair + 1] as number)) & 2047;
    const at = BLOOM_BYTES - 1 - (bit >> 3);
    bloom[at] = (bloom[at] as number) | (1 << (bit & 7));
  }
}
