import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UseCounter } from './use-counter.ts';

const SEEDS = Uint32Array.of(11, 22, 33, 44, 55, 66);
const keyBytes = (index: number): Uint8Array => {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setUint32(20, index);
  new DataView(bytes.buffer).setUint32(44, Math.imul(index, 2654435761));
  return bytes;
};

test('counts never less than there were, whoever shares counters', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 250 }), (uses) => {
      const counter = new UseCounter({ rowLength: 16, window: 1000, seeds: SEEDS });
      const exact = new Map<number, number>();
      for (const index of uses) {
        exact.set(index, (exact.get(index) ?? 0) + 1);
        expect(counter.add(counter.hash(keyBytes(index)))).toBeGreaterThanOrEqual(exact.get(index) ?? 0);
      }
      for (const [index, count] of exact) {
        expect(counter.count(counter.hash(keyBytes(index)))).toBeGreaterThanOrEqual(count);
      }
    }),
  );
});

test('counts what was used in the last window, and then half of it', () => {
  const counter = new UseCounter({ rowLength: 1024, window: 100, seeds: SEEDS });
  const key = counter.hash(keyBytes(1));
  for (let use = 0; use < 60; use++) counter.add(key);
  expect(counter.count(key)).toBe(60);
  for (let use = 0; use < 40; use++) counter.add(counter.hash(keyBytes(2 + use)));
  expect(counter.count(key)).toBe(30);
});

test('ends at 255', () => {
  const counter = new UseCounter({ rowLength: 1024, window: 10_000, seeds: SEEDS });
  const key = counter.hash(keyBytes(1));
  for (let use = 0; use < 300; use++) counter.add(key);
  expect(counter.count(key)).toBe(255);
});

test('tells keys apart: of a window full of strangers hardly one is taken for a sender', () => {
  const counter = new UseCounter({ rowLength: 1 << 15, window: 1 << 15, seeds: SEEDS });
  let taken = 0;
  for (let index = 0; index < 1 << 17; index++) {
    if (counter.add(counter.hash(keyBytes(index))) >= 3) taken++;
  }
  expect(taken).toBeLessThan((1 << 17) / 100);
});

test('which keys share counters depends on the seeds', () => {
  const [one, other] = [SEEDS, SEEDS.map((seed) => seed ^ 0x5bd1e995)].map(
    (seeds) => new UseCounter({ rowLength: 1 << 15, window: 1 << 15, seeds }),
  );
  expect(one?.hash(keyBytes(1))).not.toEqual(other?.hash(keyBytes(1)));
});
