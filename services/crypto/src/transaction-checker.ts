// CheckTransactions: a small list is checked at once, a large one in batches by all threads
// (docs/protocol/crypto.md 7).

import type { Acceptance, FailedTransaction } from '@hexapod/crypto/check-transactions';
import { DecodeError } from '@hexapod/protocol/wire';
import { type Batch, type BatchLimits, cutIntoBatches } from './batches.ts';
import type { CheckResult } from './tasks.ts';

export interface TransactionCheckerOptions extends BatchLimits {
  /** A list of up to so many transactions is not worth the way to another thread. */
  readonly maxCountAtOnce: number;
  /** Batches of one list that are under way at the same time: the next list gets its turn between them. */
  readonly lanes: number;
}

export interface TransactionCheckerModules {
  /** In this thread. */
  checkHere(transactions: Uint8Array, acceptance: Acceptance): CheckResult;
  /** In another one. */
  checkElsewhere(transactions: Uint8Array, acceptance: Acceptance): Promise<CheckResult>;
}

export interface CheckedList {
  readonly count: number;
  /** In the order of the list. */
  readonly failed: readonly FailedTransaction[];
}

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
  async check(transactions: Uint8Array, acceptance: Acceptance, signal: AbortSignal): Promise<CheckedList> {
    const { count, batches } = cutIntoBatches(transactions, this.#options);
    const { maxCountAtOnce, maxBytes } = this.#options;
    if (count <= maxCountAtOnce && transactions.length <= maxBytes) {
      return { count, failed: failuresIn(this.#modules.checkHere(transactions, acceptance), 0) };
    }
    return { count, failed: await this.#checkInLanes(batches, acceptance, signal) };
  }

  async #checkInLanes(
    batches: readonly Batch[],
    acceptance: Acceptance,
    signal: AbortSignal,
  ): Promise<FailedTransaction[]> {
    const results: FailedTransaction[][] = batches.map(() => []);
    const waiting = batches.entries();
    let isStopped = false;
    const lane = async (): Promise<void> => {
      for (const [position, { first, bytes }] of waiting) {
        if (isStopped) return;
        signal.throwIfAborted();
        results[position] = failuresIn(await this.#modules.checkElsewhere(bytes, acceptance), first);
      }
    };
    const lanes = Array.from({ length: Math.min(this.#options.lanes, batches.length) }, lane);
    try {
      await Promise.all(lanes);
    } finally {
      isStopped = true;
    }
    return results.flat();
  }
}

/** With positions in the whole list. @param first position of the batch */
function failuresIn(result: CheckResult, first: number): FailedTransaction[] {
  if ('malformed' in result) throw new DecodeError(result.malformed);
  return result.failed.map((failure) => ({ ...failure, index: first + failure.index }));
}
