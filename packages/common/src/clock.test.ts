import { describe, expect, test, vi } from 'vitest';
import { sleep, systemClock, VirtualClock } from './clock.ts';

describe('the virtual clock', () => {
  test('fires timers when their time comes, those of one instant in the order they were set', () => {
    const clock = new VirtualClock(1_000);
    const fired: string[] = [];
    clock.setTimer(20, () => fired.push(`late ${clock.now()}`));
    clock.setTimer(10, () => fired.push(`a ${clock.now()}`));
    clock.setTimer(10, () => fired.push(`b ${clock.now()}`));
    clock.setTimer(-5, () => fired.push(`past ${clock.now()}`));
    clock.advance(9);
    expect(fired).toEqual(['past 1000']);
    expect(clock.untilNextTimer).toBe(1);
    clock.advance(5);
    expect(fired).toEqual(['past 1000', 'a 1010', 'b 1010']);
    expect([clock.now(), clock.monotonic(), clock.pendingTimers]).toEqual([1014, 14, 1]);
    expect(clock.runNextTimer()).toBe(true);
    expect(fired.at(-1)).toBe('late 1020');
    expect(clock.runNextTimer()).toBe(false);
    expect(clock.untilNextTimer).toBeUndefined();
  });

  test('fires timers that a timer sets, and not those that are cancelled', () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const tick = () => {
      fired.push(clock.now());
      clock.setTimer(10, tick);
    };
    tick();
    const cancelled = clock.setTimer(15, () => fired.push(-1));
    clock.setTimer(5, () => cancelled.cancel());
    clock.advance(30);
    expect(fired).toEqual([0, 10, 20, 30]);
  });

  test('lets promises settle between timers', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const run = async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 10);
        seen.push(clock.now());
      }
    };
    const done = run();
    await clock.advanceAsync(30);
    await done;
    expect(seen).toEqual([10, 20, 30]);
  });
});

describe('sleep', () => {
  test('is ended by a signal, and then leaves no timer behind', async () => {
    const clock = new VirtualClock();
    const aborter = new AbortController();
    const sleeping = sleep(clock, 10, aborter.signal);
    aborter.abort(new Error('stop'));
    await expect(sleeping).rejects.toThrow('stop');
    await expect(sleep(clock, 10, aborter.signal)).rejects.toThrow('stop');
    expect(clock.pendingTimers).toBe(0);
  });

  test('forgets the signal when it is over', async () => {
    const clock = new VirtualClock();
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    const sleeping = sleep(clock, 10, signal);
    clock.advance(10);
    await sleeping;
    expect(remove).toHaveBeenCalledOnce();
  });
});

test('the system clock keeps timers longer than setTimeout can', () => {
  vi.useFakeTimers();
  try {
    const day = 86_400_000;
    const fired = vi.fn();
    systemClock.setTimer(60 * day, fired);
    const cancelled = systemClock.setTimer(60 * day, fired);
    vi.advanceTimersByTime(40 * day);
    cancelled.cancel();
    vi.advanceTimersByTime(20 * day - 1);
    expect(fired).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(fired).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
});
