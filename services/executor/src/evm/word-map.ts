/**
 * A hash map keyed by words.
 *
 * JavaScript's Map takes bigints as keys, but V8 hashes only their low 64 bits: whoever writes slots that agree in
 * those makes every access walk a chain of all of them. Here all 256 bits go into the hash, mixed with a secret seed.
 * Entries keep their order of insertion; there is no removal.
 */
import type { Word } from './word.ts';

const TWO_32 = 2 ** 32;
const EMPTY = -1;

/** Of every map that nothing was put into yet; most stay so. */
const NO_TABLE = new Int32Array(1).fill(EMPTY);
const SMALLEST_TABLE = 16;

const limbs = new BigUint64Array(4);
const halves = new Uint32Array(limbs.buffer);

/** Two multiplications per half word: a difference in one bit reaches bits nobody can predict without the multipliers. */
function mix(state: number, half: number, multiplier: number): number {
  let hash = Math.imul(state ^ half, multiplier);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, multiplier ^ 0x5bd1e994);
  return hash ^ (hash >>> 13);
}

/** The key that was hashed last, with what it was hashed by: it is often looked up in several maps, one after the other. */
let lastKey: bigint | undefined;
let lastMultiplier = 0;
let lastHash = 0;

function hashBig(key: bigint, multiplier: number): number {
  if (key === lastKey && multiplier === lastMultiplier) return lastHash;
  // An element of a BigUint64Array takes the low 64 bits of what is stored.
  limbs[0] = key;
  limbs[1] = key >> 64n;
  limbs[2] = key >> 128n;
  limbs[3] = key >> 192n;
  let hash = multiplier;
  for (let i = 0; i < 8; i++) hash = mix(hash, halves[i] as number, multiplier);
  [lastKey, lastMultiplier, lastHash] = [key, multiplier, hash];
  return hash;
}

export class WordMap<V> {
  readonly #multiplier: number;
  /** At most half full. */
  #table = NO_TABLE;
  #keys: Word[] = [];
  #values: V[] = [];

  /** seed: any 32-bit number nobody outside knows. */
  constructor(seed: number) {
    this.#multiplier = seed | 1;
  }

  get size(): number {
    return this.#keys.length;
  }

  get(key: Word): V | undefined {
    const at = this.#find(key);
    return at === EMPTY ? undefined : (this.#values[at] as V);
  }

  has(key: Word): boolean {
    return this.#find(key) !== EMPTY;
  }

  set(key: Word, value: V): void {
    if (2 * (this.#keys.length + 1) > this.#table.length) this.#grow();
    const mask = this.#table.length - 1;
    for (let slot = this.#hash(key) & mask; ; slot = (slot + 1) & mask) {
      const at = this.#table[slot] as number;
      if (at === EMPTY) {
        this.#table[slot] = this.#keys.length;
        this.#keys.push(key);
        this.#values.push(value);
        return;
      }
      if (this.#keys[at] === key) {
        this.#values[at] = value;
        return;
      }
    }
  }

  keys(): readonly Word[] {
    return this.#keys;
  }

  values(): readonly V[] {
    return this.#values;
  }

  *entries(): IterableIterator<[Word, V]> {
    for (let at = 0; at < this.#keys.length; at++) yield [this.#keys[at] as Word, this.#values[at] as V];
  }

  #find(key: Word): number {
    const mask = this.#table.length - 1;
    for (let slot = this.#hash(key) & mask; ; slot = (slot + 1) & mask) {
      const at = this.#table[slot] as number;
      if (at === EMPTY || this.#keys[at] === key) return at;
    }
  }

  #hash(key: Word): number {
    const multiplier = this.#multiplier;
    if (typeof key === 'number') {
      return mix(mix(multiplier, key >>> 0, multiplier), (key / TWO_32) >>> 0, multiplier);
    }
    return hashBig(key, multiplier);
  }

  #grow(): void {
    const table = new Int32Array(Math.max(SMALLEST_TABLE, this.#table.length * 2)).fill(EMPTY);
    const mask = table.length - 1;
    for (let at = 0; at < this.#keys.length; at++) {
      let slot = this.#hash(this.#keys[at] as Word) & mask;
      while (table[slot] !== EMPTY) slot = (slot + 1) & mask;
      table[slot] = at;
    }
    this.#table = table;
  }
}
