// Which thread checks what: the transactions of one sender go to one thread, which has the sender's key prepared and need not
// prepare another one's. A thread that has done its own takes of the others': one sender must not keep all but one idle.

import type { EncodedTransactions } from '@hexapod/crypto/check-transactions';
import { TransactionParts } from '@hexapod/crypto/transaction-parts';
import type { Places } from './transaction-list.ts';

export interface BatchLimits {
  /** Transactions in a batch. */
  readonly maxCount: number;
  /** Bytes in a batch; a transaction that has more is a batch of its own. */
  readonly maxBytes: number;
}

/** Some transactions of a list, in memory of their own. */
export interface Batch {
  readonly transactions: EncodedTransactions;
  /** Of each of them, in the list. */
  readonly positions: readonly number[];
}

/** What is left for one thread. */
interface Shard {
  readonly positions: number[];
  taken: number;
}

export class Shards {
  readonly #list: Uint8Array;
  readonly #places: Places;
  readonly #limits: BatchLimits;
  readonly #shards: readonly Shard[];
  readonly #parts = new TransactionParts();
  #assigned = 0;

  constructor(list: Uint8Array, places: Places, threads: number, limits: BatchLimits) {
    this.#list = list;
    this.#places = places;
    this.#limits = limits;
    this.#shards = Array.from({ length: threads }, () => ({ positions: [], taken: 0 }));
  }

  /** Assigns the next so many transactions of the list; false when there are no more. */
  assign(count: number): boolean {
    const { length } = this.#places.starts;
    const end = Math.min(this.#assigned + count, length);
    for (; this.#assigned < end; this.#assigned++) {
      this.#shards[this.#shardOf(this.#assigned)]?.positions.push(this.#assigned);
    }
    return end < length;
  }

  /** Takes the next batch for a thread out; undefined when all are taken. */
  take(thread: number): Batch | undefined {
    const own = this.#shards[thread];
    const shard = own !== undefined && leftIn(own) > 0 ? own : this.#longest();
    if (shard === undefined) return undefined;
    const { maxCount, maxBytes } = this.#limits;
    const positions: number[] = [];
    let bytes = 0;
    while (positions.length < maxCount && leftIn(shard) > 0) {
      const position = shard.positions[shard.taken] as number;
      bytes += this.#lengthOf(position);
      if (bytes > maxBytes && positions.length > 0) break;
      positions.push(position);
      shard.taken++;
    }
    return { transactions: this.#copyOf(positions), positions };
  }

  /** By the address of the sender, whoever signed: a wrong one is found out when the signature is checked. */
  #shardOf(position: number): number {
    const [list, parts] = [this.#list, this.#parts];
    const { starts, ends } = this.#places;
    const threads = this.#shards.length;
    if (!parts.find(list, starts[position] as number, ends[position] as number)) return position % threads;
    let sender = 0;
    for (let at = Math.max(parts.senderStart, parts.senderEnd - 4); at < parts.senderEnd; at++) {
      sender = sender * 256 + (list[at] as number);
    }
    return sender % threads;
  }

  #longest(): Shard | undefined {
    let longest: Shard | undefined;
    for (const shard of this.#shards) {
      if (leftIn(shard) > (longest === undefined ? 0 : leftIn(longest))) longest = shard;
    }
    return longest;
  }

  #lengthOf(position: number): number {
    return (this.#places.ends[position] as number) - (this.#places.starts[position] as number);
  }

  #copyOf(positions: readonly number[]): EncodedTransactions {
    const ends = new Uint32Array(positions.length);
    let end = 0;
    for (const [index, position] of positions.entries()) {
      end += this.#lengthOf(position);
      ends[index] = end;
    }
    const bytes = new Uint8Array(end);
    for (const [index, position] of positions.entries()) {
      const { starts, ends: listEnds } = this.#places;
      bytes.set(this.#list.subarray(starts[position], listEnds[position]), ends[index - 1] ?? 0);
    }
    return { bytes, ends };
  }
}

function leftIn({ positions, taken }: Shard): number {
  return positions.length - taken;
}
