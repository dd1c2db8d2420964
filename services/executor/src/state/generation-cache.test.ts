import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GenerationCache } from './generation-cache.ts';

test('never answers anything but the last value set, and forgets what is long unused', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(30), fc.nat()), { maxLength: 200 }), (sets) => {
      const cache = new GenerationCache<number>(8, 1);
      const last = new Map<string, number>();
      for (const [space, key, value] of sets) {
        cache.set(space, key, value);
        last.set(`${space} ${key}`, value);
        for (const [name, wanted] of last) {
          const [s = 0, k = 0] = name.split(' ').map(Number);
          expect([wanted, undefined]).toContain(cache.get(s, k));
        }
      }
    }),
  );
});

test('holds no more than its bound', () => {
  const cache = new GenerationCache<number>(100, 1);
  for (let key = 0; key < 10_000; key++) cache.set(key % 7, key, key);
  let found = 0;
  for (let key = 0; key < 10_000; key++) if (cache.get(key % 7, key) !== undefined) found++;
  expect(found).toBeLessThanOrEqual(100);
  expect(found).toBeGreaterThan(0);
});

test('what is asked for again and again stays', () => {
  const cache = new GenerationCache<number>(100, 1);
  cache.set(0, 0, 1);
  for (let key = 1; key < 10_000; key++) {
    cache.set(0, key, key);
    expect(cache.get(0, 0)).toBe(1);
  }
});
