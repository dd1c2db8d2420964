// Asking again and again until there is an answer, with an end.

import { type Clock, sleep, systemClock } from '@hexapod/common/clock';
import { ClientError } from './client-error.ts';

export interface PollOptions {
  /** Default 60 s. */
  readonly timeoutMs?: number;
  /** Between two questions; default 200 ms. */
  readonly everyMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/** What `ask` returns when it is no longer undefined. Throws ClientError with `what` when the time is over. */
export async function poll<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  { timeoutMs = 60_000, everyMs = 200, clock = systemClock, signal }: PollOptions = {},
): Promise<T> {
  const end = clock.monotonic() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (clock.monotonic() >= end) {
      throw new ClientError(`${what} after ${timeoutMs / 1000} s`, {
        hint: 'does the chain make blocks? `cldi watch` shows them; `cldi get tx <hash>` shows a transaction that waits',
      });
    }
    await sleep(clock, everyMs, signal);
  }
}
