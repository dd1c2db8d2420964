// Warnings that a peer can cause at will: written once, then at most once a period, with the number of those between.

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import { LIMITS } from './limits.ts';

interface Seen {
  readonly writtenAt: number;
  hidden: number;
}

/** Kinds remembered; beyond, the oldest is forgotten and may be written again early. */
const MOST_KINDS = 1024;

export class RepeatedWarning {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  /** `kind` says which warnings are the same one; `count` how many of them this call stands for. */
  warn(kind: string, text: string, count = 1): void {
    const now = this.#clock.monotonic();
    const seen = this.#seen.get(kind);
    if (seen && now - seen.writtenAt < LIMITS.repeatMs) {
      seen.hidden += count;
      return;
    }
    const total = (seen?.hidden ?? 0) + count;
    this.#log.warn(total > 1 ? `${text} (${total} times)` : text);
    this.#seen.delete(kind);
    this.#seen.set(kind, { writtenAt: now, hidden: 0 });
    if (this.#seen.size > MOST_KINDS) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#seen.keys().next();
    if (!oldest.done) this.#seen.delete(oldest.value);
  }
}
