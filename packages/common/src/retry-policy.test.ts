import { expect, test } from 'vitest';
import { NO_RETRY, nextDelay, RETRY_POLICY } from './retry-policy.ts';
import { GrpcStatus } from './rpc-error.ts';

const UNAVAILABLE = GrpcStatus.UNAVAILABLE;

test('the nominal waits are those of the originals: nine, from 100 ms by 1.5, 7.5 s together', () => {
  const waits: (number | undefined)[] = [];
  for (let failures = 1; failures <= 10; failures++)
    waits.push(nextDelay(RETRY_POLICY, UNAVAILABLE, failures, 0, 0.5));
  expect(waits.pop()).toBeUndefined();
  expect(waits.map((ms) => Math.round(ms ?? Number.NaN))).toEqual([
    100, 150, 225, 338, 506, 759, 1139, 1709, 2563,
  ]);
  expect(Math.round(waits.reduce<number>((sum, ms) => sum + (ms ?? 0), 0) / 100)).toBe(75);
});

test('a wait varies by a fifth and is capped at five seconds', () => {
  expect(nextDelay(RETRY_POLICY, UNAVAILABLE, 1, 0, 0)).toBeCloseTo(80);
  expect(nextDelay(RETRY_POLICY, UNAVAILABLE, 1, 0, 0.999999)).toBeCloseTo(120);
  expect(nextDelay({ ...RETRY_POLICY, attempts: 99 }, UNAVAILABLE, 30, 0, 0.5)).toBe(5_000);
});

test('there is no attempt beyond ten seconds', () => {
  expect(nextDelay(RETRY_POLICY, UNAVAILABLE, 1, 9_900, 0.5)).toBe(100);
  expect(nextDelay(RETRY_POLICY, UNAVAILABLE, 1, 9_901, 0.5)).toBeUndefined();
});

test('seven codes are tried again, no other', () => {
  const retried = Object.entries(GrpcStatus).filter(
    ([, code]) => nextDelay(RETRY_POLICY, code, 1, 0, 0) !== undefined,
  );
  expect(retried.map(([name]) => name)).toEqual([
    'UNKNOWN',
    'RESOURCE_EXHAUSTED',
    'ABORTED',
    'OUT_OF_RANGE',
    'INTERNAL',
    'UNAVAILABLE',
    'DATA_LOSS',
  ]);
  expect(nextDelay(NO_RETRY, UNAVAILABLE, 1, 0, 0)).toBeUndefined();
});
