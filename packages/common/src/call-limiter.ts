// How much a server takes on at the same time: calls and bytes. What is beyond is refused at once, never queued.

import type { Logger } from './log.ts';

export interface CallLimits {
  readonly maxCalls?: number;
  readonly maxBytesInFlight?: number;
}

const MAX_CALLS = 4096;
const MAX_BYTES_IN_FLIGHT = 512 * 1024 * 1024;
/** Users may take this part of the calls; the rest is kept for the node's own processes, which send their name. */
const USERS_PART = 3 / 4;
const LOG_EVERY_MS = 1000;

export class CallLimiter {
  readonly #maxCalls: number;
  readonly #maxBytes: number;
  #running = 0;
  #bytes = 0;
  #refused = 0;
  #unlogged = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(limits: CallLimits) {
    this.#maxCalls = limits.maxCalls ?? MAX_CALLS;
    this.#maxBytes = limits.maxBytesInFlight ?? MAX_BYTES_IN_FLIGHT;
  }

  get running(): number {
    return this.#running;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get refused(): number {
    return this.#refused;
  }

  /** Takes a place for a call; answers why not. A call alone is taken whatever its size. */
  enter(bytes: number, isNamed: boolean): string | undefined {
    const maxCalls = isNamed ? this.#maxCalls : Math.ceil(this.#maxCalls * USERS_PART);
    if (this.#running >= maxCalls)
      return this.#refuse(`overloaded: ${this.#running} calls are running, try again later`);
    if (this.#running > 0 && this.#bytes + bytes > this.#maxBytes) {
      return this.#refuse(`overloaded: ${this.#bytes} bytes of requests are in work, try again later`);
    }
    this.#running += 1;
    this.#bytes += bytes;
    return undefined;
  }

  leave(bytes: number): void {
    this.#running -= 1;
    this.#bytes -= bytes;
  }

  /** One line a second at most: an overload must not become an overload of the log. */
  logRefusal(log: Logger, path: string, refusal: string): void {
    this.#unlogged += 1;
    const now = performance.now();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    log.warn({ refused: this.#unlogged }, `${path}: ${refusal}`);
    this.#unlogged = 0;
    this.#loggedAt = now;
  }

  #refuse(why: string): string {
    this.#refused += 1;
    return why;
  }
}
