// Trying again until it works or the process stops (docs/protocol/controller.md 3: first at once, then every interval).

import { type Clock, sleep } from '@hexapod/common/clock';

/** What was waited for will not come, because this process stops. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor() {
    super('the process stops');
  }
}

export interface RetryModules {
  readonly clock: Clock;
  /** Aborted when the process stops: waiting ends with {@link Stopped}. */
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
    if (signal.aborted) throw new Stopped();
    const startedMs = clock.monotonic();
    const value = await attempt();
    if (value !== undefined) return value;
    const waitMs = Math.max(0, intervalMs - (clock.monotonic() - startedMs));
    await sleep(clock, waitMs, signal).catch(() => {
      throw new Stopped();
    });
  }
}
