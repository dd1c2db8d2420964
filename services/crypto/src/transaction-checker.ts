// CheckTransactions: a small list is checked at once, a large one in batches by all threads
// (docs/protocol/crypto.md 7).

import type { Acceptance, EncodedTransactions, FailedTransaction } from '@hexapod/crypto/check-transactions';
import { DecodeError } from '@hexapod/protocol/wire';
import { type BatchLimits, Shards } from './shards.ts';
import type { CheckResult } from './tasks.ts';
import { placesIn } from './transaction-list.ts';

export interface TransactionCheckerOptions extends BatchLimits {
  readonly threads: number;
  /** A list of up to so many transactions is not worth the way to another thread. */
  readonly maxCountAtOnce: number;
  /** Batches of one list that a thread has at the same time: the next list gets its turn between them. */
  readonly lanesPerThread: number;
}

export interface TransactionCheckerModules {
  /** In this thread. */
  checkHere(transactions: EncodedTransactions, acceptance: Acceptance): CheckResult;
  /** In another one; if it can be, in this of them. */
  checkElsewhere(
    transactions: EncodedTransactions,
    acceptance: Acceptance,
    thread: number,
  ): Promise<CheckResult>;
  /** Lets other calls have their turn. */
  pause(): Promise<void>;
}

export interface CheckedList {
  readonly count: number;
  /** In the order of the list. */
  readonly failed: readonly FailedTransaction[];
}

/** A list of medium length makes so many batches for each thread, so that all have work until its end. */
const BATCHES_PER_THREAD = 4;
const MIN_BATCH = 8;
/** Transactions that are assigned to threads without a pause: a millisecond. */
const ASSIGNED_AT_ONCE = 4096;

export class TransactionChecker {
  readonly #options: TransactionCheckerOptions;
  readonly #modules: TransactionCheckerModules;

  constructor(options: TransactionCheckerOptions, modules: TransactionCheckerModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /**
   * Throws DecodeError if the bytes are not PB(RawTransactions), and what `checkElsewhere` throws.
   * @param signal once aborted, the rest of the list is not checked, and the promise rejects with its reason
   */
  async check(list: Uint8Array, acceptance: Acceptance, signal: AbortSignal): Promise<CheckedList> {
    const places = placesIn(list);
    const count = places.starts.length;
    const { maxCountAtOnce, maxBytes, maxCount, threads } = this.#options;
    if (count <= maxCountAtOnce && list.length <= maxBytes) {
      const all = new Shards(list, places, 1, { maxCount: count, maxBytes });
      all.assign(count);
      const batch = all.take(0);
      if (batch === undefined) return { count, failed: [] };
      return {
        count,
        failed: failuresIn(this.#modules.checkHere(batch.transactions, acceptance), batch.positions),
      };
    }
    const fair = Math.ceil(count / (threads * BATCHES_PER_THREAD));
    const limits = { maxCount: Math.min(Math.max(fair, MIN_BATCH), maxCount), maxBytes };
    const shards = new Shards(list, places, threads, limits);
    while (shards.assign(ASSIGNED_AT_ONCE)) {
      await this.#modules.pause();
      signal.throwIfAborted();
    }
    return { count, failed: await this.#checkInLanes(shards, acceptance, signal) };
  }

  async #checkInLanes(
    shards: Shards,
    acceptance: Acceptance,
    signal: AbortSignal,
  ): Promise<FailedTransaction[]> {
    const { threads, lanesPerThread } = this.#options;
    const failed: FailedTransaction[] = [];
    let isStopped = false;
    const lane = async (thread: number): Promise<void> => {
      for (let batch = shards.take(thread); batch !== undefined && !isStopped; batch = shards.take(thread)) {
        signal.throwIfAborted();
        const result = await this.#modules.checkElsewhere(batch.transactions, acceptance, thread);
        failed.push(...failuresIn(result, batch.positions));
      }
    };
    try {
      await Promise.all(
        Array.from({ length: threads * lanesPerThread }, (_, number) => lane(number % threads)),
      );
    } finally {
      isStopped = true;
    }
    return failed.sort((a, b) => a.index - b.index);
  }
}

/** With positions in the whole list. */
function failuresIn(result: CheckResult, positions: readonly number[]): FailedTransaction[] {
  if ('malformed' in result) throw new DecodeError(result.malformed);
  return result.failed.map((failure) => ({ ...failure, index: positions[failure.index] as number }));
}
