// Gathers the transactions of concurrent calls into one signature check: the first waits a few milliseconds for others, and
// while a check is under way all later ones gather for the next.

import type { Clock, Timer } from '@hexapod/common/clock';
import type { Code } from '@hexapod/protocol/status-code';
import { Overloaded } from './overloaded.ts';
import type { ChainTransaction } from './transaction.ts';

export interface SignatureQueueOptions {
  /** How long the first transaction of a batch waits for others, ms. */
  readonly windowMs: number;
  /** Transactions per check; a full batch does not wait. */
  readonly maxBatch: number;
  /** Transactions waiting; more are refused. */
  readonly maxWaiting: number;
}

export interface SignatureQueueModules {
  readonly clock: Clock;
  check(transactions: ChainTransaction[]): Promise<Code[]>;
}

interface Waiting {
  readonly tx: ChainTransaction;
  resolve(code: Code): void;
  reject(error: unknown): void;
}

export class SignatureQueue {
  readonly #options: SignatureQueueOptions;
  readonly #modules: SignatureQueueModules;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;
  #checking = false;

  constructor(options: SignatureQueueOptions, modules: SignatureQueueModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** The code of this transaction's signature. Throws {@link Overloaded} when too many wait. */
  check(tx: ChainTransaction): Promise<Code> {
    const { maxWaiting } = this.#options;
    if (this.#waiting.length >= maxWaiting) {
      return Promise.reject(new Overloaded(`${maxWaiting} transactions wait for their signature check`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tx, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#checking || this.#waiting.length === 0) return;
    if (this.#waiting.length >= this.#options.maxBatch) {
      void this.#flush();
      return;
    }
    this.#timer ??= this.#modules.clock.setTimer(this.#options.windowMs, () => void this.#flush());
  }

  async #flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const batch = this.#waiting.splice(0, this.#options.maxBatch);
    this.#checking = true;
    try {
      const codes = await this.#modules.check(batch.map(({ tx }) => tx));
      batch.forEach(({ resolve, reject }, index) => {
        const code = codes[index];
        if (code === undefined) reject(new Error(`no answer for transaction ${index} of ${batch.length}`));
        else resolve(code);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#checking = false;
    }
    // What gathered meanwhile has waited long enough.
    if (this.#waiting.length > 0) void this.#flush();
  }
}
