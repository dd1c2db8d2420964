import { expect, test } from 'vitest';
import type { Pace } from './pacing.ts';
import { startNext } from './pacing.ts';

const paceAt = (startsAt: number): Pace => ({ interval: 1000, startsAt, guard: 0 });

test('heights begin one interval after another, however fast they are decided', () => {
  const pace = paceAt(5000);
  startNext(pace, 5100);
  expect(pace.startsAt).toBe(6000);
  startNext(pace, 6800);
  expect(pace.startsAt).toBe(7000);
});

test('a height that took longer than the interval is followed at once', () => {
  const pace = paceAt(5000);
  startNext(pace, 7300);
  expect(pace.startsAt).toBe(7300);
});

test('who waited for a beginning later than everybody else is in step after one decision', () => {
  // The others began at 5000 and decide at 5100, at 6100, …; this one thought the height would begin at 5900.
  const pace = paceAt(5900);
  startNext(pace, 5100);
  expect(pace.startsAt).toBe(6100);
  startNext(pace, 6100);
  expect(pace.startsAt).toBe(7100);
});
