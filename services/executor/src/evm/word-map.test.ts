import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalize, type Word } from './word.ts';
import { WordMap } from './word-map.ts';

const word = fc.oneof(
  fc.integer({ min: 0, max: 50 }),
  fc.bigInt(0n, (1n << 256n) - 1n).map(normalize),
  fc.integer({ min: 0, max: 5 }).map((n) => BigInt(n) << 64n || 0),
);

describe('WordMap', () => {
  test('behaves as a Map and keeps the order of insertion', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.nat())), fc.integer(), (entries, seed) => {
        const map = new WordMap<number>(seed);
        const model = new Map<Word, number>();
        for (const [key, value] of entries) {
          expect(map.get(key)).toBe(model.get(key));
          expect(map.has(key)).toBe(model.has(key));
          map.set(key, value);
          model.set(key, value);
        }
        expect(map.size).toBe(model.size);
        expect([...map.entries()]).toEqual([...model]);
      }),
    );
  });

  test('the same keys in maps of different seeds, in turns', () => {
    const maps = [new WordMap<bigint>(1), new WordMap<bigint>(-77)];
    const keys = Array.from({ length: 100 }, (_, i) => 2n ** 200n + BigInt(i));
    for (const key of keys) for (const map of maps) map.set(key, key + 1n);
    for (const key of keys) for (const map of maps) expect(map.get(key)).toBe(key + 1n);
    for (const map of maps) expect(map.get(2n ** 200n - 1n)).toBeUndefined();
  });

  test.each([64n, 128n, 192n])('keys that differ only above bit %i spread as well as others', (bit) => {
    const time = (keys: readonly Word[]): number => {
      const start = performance.now();
      const map = new WordMap<number>(12345);
      for (const key of keys) map.set(key, 0);
      for (const key of keys) map.get(key);
      return performance.now() - start;
    };
    const count = 20_000;
    const low = Array.from({ length: count }, (_, i) => (1n << 200n) + BigInt(i));
    const high = Array.from({ length: count }, (_, i) => (1n << 60n) + (BigInt(i + 1) << bit));
    time(low);
    // A Map is more than 100 times slower on them.
    expect(time(high)).toBeLessThan(20 * time(low) + 50);
  });
});
