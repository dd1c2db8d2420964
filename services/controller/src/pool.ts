// The pool of pending transactions, in order of arrival, bounded by count and by bytes (docs/protocol/controller.md 7.1).
// Pure.

import type { HashKey } from './hash-key.ts';
import type { ChainTransaction } from './transaction.ts';

export interface PoolLimits {
  /** Transactions. */
  readonly maxCount: number;
  /** Bytes of their encodings. */
  readonly maxBytes: number;
}

export type Insertion = 'inserted' | 'duplicate' | 'full';

export class Pool {
  readonly #limits: PoolLimits;
  readonly #transactions = new Map<HashKey, ChainTransaction>();
  /** Normal transactions by their last height, so that expiry does not walk the pool. */
  readonly #expiring = new Map<bigint, Set<HashKey>>();
  #bytes = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#transactions.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: HashKey): ChainTransaction | undefined {
    return this.#transactions.get(key);
  }

  has(key: HashKey): boolean {
    return this.#transactions.has(key);
  }

  /** Would `count` more of `bytes` together fit? */
  hasRoom(count: number, bytes: number): boolean {
    return this.size + count <= this.#limits.maxCount && this.#bytes + bytes <= this.#limits.maxBytes;
  }

  insert(tx: ChainTransaction): Insertion {
    if (this.#transactions.has(tx.key)) return 'duplicate';
    if (!this.hasRoom(1, tx.bytes.length)) return 'full';
    this.#transactions.set(tx.key, tx);
    this.#bytes += tx.bytes.length;
    if (tx.kind === 'normal') this.#expiringAt(tx.validUntilBlock).add(tx.key);
    return 'inserted';
  }

  remove(key: HashKey): void {
    const tx = this.#transactions.get(key);
    if (tx === undefined) return;
    this.#transactions.delete(key);
    this.#bytes -= tx.bytes.length;
    if (tx.kind !== 'normal') return;
    const bucket = this.#expiring.get(tx.validUntilBlock);
    bucket?.delete(key);
    if (bucket?.size === 0) this.#expiring.delete(tx.validUntilBlock);
  }

  /**
   * Drops what can no longer be packaged above the head at `height`: a block at height n takes only transactions valid
   * beyond n (docs/protocol/controller.md 7.2). Returns how many.
   */
  dropExpired(height: bigint): number {
    const before = this.size;
    for (const [validUntil, keys] of this.#expiring) {
      if (validUntil <= height + 1n) for (const key of keys) this.remove(key);
    }
    return before - this.size;
  }

  /** In order of arrival. */
  values(): IterableIterator<ChainTransaction> {
    return this.#transactions.values();
  }

  #expiringAt(height: bigint): Set<HashKey> {
    let bucket = this.#expiring.get(height);
    if (bucket === undefined) {
      bucket = new Set();
      this.#expiring.set(height, bucket);
    }
    return bucket;
  }
}
