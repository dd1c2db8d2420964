import { expect, test } from 'vitest';
import { BoundedCache } from './bounded-cache.ts';

test('forgets what was not asked for the longest', () => {
  const cache = new BoundedCache<string, number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
});

test('never holds more than its capacity', () => {
  const cache = new BoundedCache<number, number>(10);
  for (let key = 0; key < 1000; key++) {
    expect(cache.set(key % 37, key)).toBe(key);
    expect(cache.size).toBeLessThanOrEqual(10);
  }
});
