// Which transactions the last `blockLimit` blocks contain: with the validity window it makes inclusion twice impossible
// (docs/protocol/controller.md 6.4). Pure.

import type { HashKey } from './hash-key.ts';

export class History {
  readonly #blockLimit: bigint;
  readonly #heightOf = new Map<HashKey, bigint>();
  readonly #blocks = new Map<bigint, readonly HashKey[]>();

  /** @param blockLimit how many blocks to remember. */
  constructor(blockLimit: bigint) {
    this.#blockLimit = blockLimit;
  }

  /** The heights to load at a start with the head at `height`: none for genesis. */
  static window(height: bigint, blockLimit: bigint): { from: bigint; to: bigint } {
    const from = height - blockLimit + 1n;
    return { from: from > 1n ? from : 1n, to: height };
  }

  /** Adds the block at `height`, forgets the one that left the window. */
  add(height: bigint, hashes: readonly HashKey[]): void {
    this.#blocks.set(height, hashes);
    for (const hash of hashes) this.#heightOf.set(hash, height);
    if (height >= this.#blockLimit) this.#drop(height - this.#blockLimit);
  }

  has(hash: HashKey): boolean {
    return this.#heightOf.has(hash);
  }

  #drop(height: bigint): void {
    // A utxo without effect may be in two blocks: the newer one keeps it.
    for (const hash of this.#blocks.get(height) ?? []) {
      if (this.#heightOf.get(hash) === height) this.#heightOf.delete(hash);
    }
    this.#blocks.delete(height);
  }
}
