/**
 * A bounded cache keyed by a small number and a word. Two generations: when the young one is full it becomes the old
 * one and what was old and not asked for since is forgotten. Cheaper per access than a list in order of use, and
 * nearly as good.
 */
import type { Word } from '../evm/word.ts';
import { WordMap } from '../evm/word-map.ts';

export class GenerationCache<V> {
  readonly #limit: number;
  readonly #seed: number;
  #young = new Map<number, WordMap<V>>();
  #old = new Map<number, WordMap<V>>();
  #youngSize = 0;

  /** Holds at most `entries`. */
  constructor(entries: number, seed: number) {
    this.#limit = Math.max(1, Math.floor(entries / 2));
    this.#seed = seed;
  }

  get(space: number, key: Word): V | undefined {
    const young = this.#young.get(space)?.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(space)?.get(key);
    if (old !== undefined) this.set(space, key, old);
    return old;
  }

  set(space: number, key: Word, value: V): void {
    let map = this.#young.get(space);
    if (map === undefined) {
      map = new WordMap(this.#seed);
      this.#young.set(space, map);
    }
    const before = map.size;
    map.set(key, value);
    this.#youngSize += map.size - before;
    if (this.#youngSize < this.#limit) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngSize = 0;
  }
}
