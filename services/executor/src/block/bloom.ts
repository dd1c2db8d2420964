/** Log blooms: 2048 bits, three for each address and topic, from K (docs/protocol/executor.md 8.1). */
import { addressToBytes, type Word, wordToBytes } from '../evm/word.ts';
import type { Log } from '../evm/world.ts';
import { GenerationCache } from '../state/generation-cache.ts';

export const BLOOM_BYTES = 256;

type Keccak = (data: Uint8Array) => Uint8Array;

/** Three numbers of 11 bits, one above the other. */
type BitTriple = number;
const BITS = 2048;

export function bloomOf(logs: readonly Log[], keccak: Keccak): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    setBits(bloom, bitsOf(keccak(addressToBytes(address))));
    for (const topic of topics) setBits(bloom, bitsOf(keccak(wordToBytes(topic))));
  }
  return bloom;
}

const ADDRESSES = 0;
const TOPICS = 1;

/** Blooms of block after block: contracts, events and holders come again, and with them what was hashed. */
export class Blooms {
  readonly #keccak: Keccak;
  readonly #known: GenerationCache<BitTriple>;

  /** @param entries addresses and topics that are remembered. */
  constructor(entries: number, keccak: Keccak, seed: number) {
    this.#keccak = keccak;
    this.#known = new GenerationCache(entries, seed);
  }

  /** Sets the bits of the logs in both blooms: that of a receipt and that of its block. */
  add(logs: readonly Log[], bloom: Uint8Array, blockBloom: Uint8Array): void {
    for (const { address, topics } of logs) {
      this.#set(ADDRESSES, address, bloom, blockBloom);
      for (const topic of topics) this.#set(TOPICS, topic, bloom, blockBloom);
    }
  }

  #set(space: number, word: Word, bloom: Uint8Array, blockBloom: Uint8Array): void {
    let bits = this.#known.get(space, word);
    if (bits === undefined) {
      bits = bitsOf(this.#keccak(space === ADDRESSES ? addressToBytes(word) : wordToBytes(word)));
      this.#known.set(space, word, bits);
    }
    setBits(bloom, bits);
    setBits(blockBloom, bits);
  }
}

/** The low 11 bits of each of the first three pairs of bytes. */
function bitsOf(hash: Uint8Array): BitTriple {
  const pair = (at: number) => (((hash[at] as number) << 8) | (hash[at + 1] as number)) & (BITS - 1);
  return pair(0) + BITS * (pair(2) + BITS * pair(4));
}

function setBits(bloom: Uint8Array, bits: BitTriple): void {
  setBit(bloom, bits % BITS);
  setBit(bloom, Math.floor(bits / BITS) % BITS);
  setBit(bloom, Math.floor(bits / (BITS * BITS)));
}

/** Bits are counted from the end. */
function setBit(bloom: Uint8Array, bit: number): void {
  const at = BLOOM_BYTES - 1 - (bit >> 3);
  bloom[at] = (bloom[at] as number) | (1 << (bit & 7));
}
