// Keeps a number of messages under way for some time, and counts those that arrive.

import { be64, readBe64 } from '@hexapod/protocol/bytes';
import { NetworkMsg } from '@hexapod/protocol/network';

export interface Load {
  readonly what: string;
  /** Bytes of NetworkMsg.msg. */
  readonly size: number;
  /** Messages under way at a time. */
  readonly window: number;
}

/** A way from one node to another. */
export interface Way {
  /** Resolves when the sender has taken it, at once perhaps. */
  send(message: NetworkMsg): unknown;
  /** The contents of what has arrived; waits until something has. */
  arrived(): Promise<Uint8Array[]>;
  /** CPU time used so far by what is measured, ms. */
  cpuMs(): number;
}

export interface Result {
  readonly perSecond: number;
  readonly megabytesPerSecond: number;
  /** From sending to arrival, ms. */
  readonly p50: number;
  readonly p99: number;
  readonly cpuMicros: number;
}

const WARM_UP_SECONDS = 1;

/** Sends to `origin` for so many seconds after a warm-up; nothing is under way when it returns. */
export async function measure(way: Way, origin: bigint, load: Load, seconds: number): Promise<Result> {
  const run = new Run(way, origin, load);
  await run.during(WARM_UP_SECONDS);
  run.times.length = 0;
  const [startedAt, cpuBefore] = [performance.now(), way.cpuMs()];
  await run.during(seconds);
  const elapsed = (performance.now() - startedAt) / 1000;
  const times = run.times.toSorted((a, b) => a - b);
  const cpuMs = way.cpuMs() - cpuBefore;
  await run.drain();
  return {
    perSecond: times.length / elapsed,
    megabytesPerSecond: (times.length * load.size) / elapsed / 1e6,
    p50: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    cpuMicros: (cpuMs * 1000) / times.length,
  };
}

class Run {
  readonly times: number[] = [];
  readonly #way: Way;
  readonly #origin: bigint;
  readonly #load: Load;
  /** When each message under way was sent, by its number, which it carries. */
  readonly #sentAt = new Map<bigint, number>();
  #next = 0n;

  constructor(way: Way, origin: bigint, load: Load) {
    this.#way = way;
    this.#origin = origin;
    this.#load = load;
  }

  async during(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      while (this.#sentAt.size < this.#load.window) this.#send();
      await this.#receive();
    }
  }

  /** Waits for what is still under way. */
  async drain(): Promise<void> {
    while (this.#sentAt.size > 0) await this.#receive();
  }

  #send(): void {
    const msg = new Uint8Array(this.#load.size);
    msg.set(be64(this.#next));
    this.#sentAt.set(this.#next, performance.now());
    this.#next += 1n;
    void this.#way.send(
      NetworkMsg.create({ module: 'controller', type: 'bench', origin: this.#origin, msg }),
    );
  }

  async #receive(): Promise<void> {
    for (const msg of await this.#way.arrived()) {
      const number = readBe64(msg);
      this.times.push(performance.now() - (this.#sentAt.get(number) ?? Number.NaN));
      this.#sentAt.delete(number);
    }
  }
}
