// Transactions of our own users on their way to the other nodes: broadcast once, in batches
// (docs/protocol/controller.md 7.4; a wider window than the original's, section 18 weakness 26).

import type { Clock, Timer } from '@hexapod/common/clock';
import type { ChainTransaction } from './transaction.ts';

export interface ForwardOptions {
  /** How long the first transaction of a batch waits for others, ms. */
  readonly windowMs: number;
  /** A batch of so many transactions, or bytes, leaves at once. */
  readonly maxCount: number;
  readonly maxBytes: number;
  /** Bytes waiting while the network process is slow; what is beyond is not forwarded. */
  readonly maxWaitingBytes: number;
}

export interface ForwardModules {
  readonly clock: Clock;
  /** Is the transaction still worth sending? One already in a block makes an original drop the whole batch. */
  isPending(tx: ChainTransaction): boolean;
  broadcast(batch: readonly ChainTransaction[]): Promise<void>;
}

export class ForwardBuffer {
  readonly #options: ForwardOptions;
  readonly #modules: ForwardModules;
  #waiting: ChainTransaction[] = [];
  #bytes = 0;
  #timer: Timer | undefined;
  #sending = false;

  constructor(options: ForwardOptions, modules: ForwardModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** False: too much waits already, this one is not forwarded. */
  add(tx: ChainTransaction): boolean {
    if (this.#bytes + tx.bytes.length > this.#options.maxWaitingBytes) return false;
    this.#waiting.push(tx);
    this.#bytes += tx.bytes.length;
    this.#schedule();
    return true;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = [];
    this.#bytes = 0;
  }

  #schedule(): void {
    if (this.#sending || this.#waiting.length === 0) return;
    const { maxBytes, maxCount, windowMs } = this.#options;
    if (this.#waiting.length >= maxCount || this.#bytes >= maxBytes) void this.#send();
    else this.#timer ??= this.#modules.clock.setTimer(windowMs, () => void this.#send());
  }

  /** One broadcast at a time: what comes meanwhile makes the next batch. */
  async #send(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const batch = this.#takeBatch();
    if (batch.length > 0) {
      this.#sending = true;
      await this.#modules.broadcast(batch);
      this.#sending = false;
    }
    this.#schedule();
  }

  #takeBatch(): ChainTransaction[] {
    const { maxBytes, maxCount } = this.#options;
    let count = 0;
    for (let bytes = 0; count < Math.min(maxCount, this.#waiting.length); count += 1) {
      bytes += this.#waiting[count]?.bytes.length ?? 0;
      if (count > 0 && bytes > maxBytes) break;
    }
    const batch = this.#waiting.splice(0, count);
    for (const tx of batch) this.#bytes -= tx.bytes.length;
    return batch.filter((tx) => this.#modules.isPending(tx));
  }
}
