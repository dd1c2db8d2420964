import { sleep, VirtualClock } from '@hexapod/common/clock';
import { expect, it } from 'vitest';
import { Stopped, until } from './retry.ts';

/** Attempts that take some time each and fail until the last one; when each began. */
function attempts(clock: VirtualClock, durationsMs: readonly number[]) {
  const began: number[] = [];
  const attempt = async () => {
    began.push(clock.monotonic());
    const duration = durationsMs[began.length - 1] ?? 0;
    if (duration > 0) await sleep(clock, duration);
    return began.length === durationsMs.length ? 'done' : undefined;
  };
  return { attempt, began };
}

it('tries at once, then every interval; at once after an attempt that outlasts it', async () => {
  const clock = new VirtualClock();
  const { attempt, began } = attempts(clock, [0, 400, 2500, 0]);
  const result = until({ clock, signal: new AbortController().signal, intervalMs: 1000 }, attempt);
  await clock.advanceAsync(10_000);
  expect(await result).toBe('done');
  expect(began).toEqual([0, 1000, 2000, 4500]);
});

it('ends when the process stops, waiting or not', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const waiting = until({ clock, signal: stop.signal, intervalMs: 1000 }, async () => undefined);
  const ended = expect(waiting).rejects.toThrow(Stopped);
  await clock.advanceAsync(500);
  stop.abort();
  await ended;
  await expect(until({ clock, signal: stop.signal, intervalMs: 1000 }, async () => 'done')).rejects.toThrow(
    Stopped,
  );
});
