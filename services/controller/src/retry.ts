// Trying again until it works or the process stops (docs/protocol/controller.md 3: first at once, then every interval).

import { type Clock, sleep } from '@hexapod/common/clock';

export interface RetryModules {
  readonly clock: Clock;
  /** Aborted when the process stops: waiting ends with the signal's reason. */
  readonly signal: AbortSignal;
  /** From the start of one attempt to that of the next, ms. */
  readonly intervalMs: number;
}

/** Repeats `attempt` until it gives a value. One that outlasts the interval is repeated at once. */
export async function until<T>(
  { clock, signal, intervalMs }: RetryModules,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const startedMs = clock.monotonic();
    const value = await attempt();
    if (value !== undefined) return value;
    await sleep(clock, Math.max(0, intervalMs - (clock.monotonic() - startedMs)), signal);
  }
}
