/**
 * The accounts that called SELFDESTRUCT in this transaction, undoable with the frame that did it
 * (docs/protocol/executor.md 5.6).
 */
import type { Word } from './word.ts';
import { WordMap } from './word-map.ts';

export class DestroyedSet {
  readonly #marked: WordMap<boolean>;
  readonly #order: Word[] = [];

  constructor(seed: number) {
    this.#marked = new WordMap(seed);
  }

  get count(): number {
    return this.#order.length;
  }

  /** False if the account is marked already. */
  mark(address: Word): boolean {
    if (this.#marked.get(address) === true) return false;
    this.#marked.set(address, true);
    this.#order.push(address);
    return true;
  }

  /** Forgets all marks after the first `count`. */
  undoTo(count: number): void {
    for (const address of this.#order.splice(count)) this.#marked.set(address, false);
  }

  addresses(): readonly Word[] {
    return this.#order;
  }
}
