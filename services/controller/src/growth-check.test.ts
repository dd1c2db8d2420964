import { expect, it } from 'vitest';
import { GrowthCheck } from './growth-check.ts';
import { HealthMonitor } from './health-monitor.ts';

it('acts after 1, 1, 2, 4, 8 … ticks without growth, and begins again with growth (controller.md 14.2)', () => {
  const check = new GrowthCheck();
  const acted: number[] = [];
  for (let tick = 0; tick <= 40; tick += 1) if (check.tick(5n)) acted.push(tick);
  expect(acted).toEqual([1, 2, 4, 8, 16, 32]);
  expect(check.tick(6n)).toBe(false);
  expect(check.tick(6n)).toBe(true);
});

it('health ends when the height has not grown for the time-out (controller.md 15.1)', () => {
  const health = new HealthMonitor(300_000, 1000);
  expect(health.isServing(301_000)).toBe(true);
  expect(health.isServing(301_001)).toBe(false);
  health.observe(1n, 400_000);
  expect(health.isServing(700_000)).toBe(true);
  health.observe(1n, 700_000);
  expect(health.isServing(700_001)).toBe(false);
});
