import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HashKey, hashKey } from './hash-key.ts';
import { History } from './history.ts';

const key = (n: number): HashKey => hashKey(new Uint8Array(32).fill(n));

describe('the duplicate history', () => {
  it('keeps the last blocks and no more', () => {
    const history = new History(3n);
    for (let height = 1; height <= 5; height += 1) history.add(BigInt(height), [key(height)]);
    expect([1, 2, 3, 4, 5].map((n) => history.has(key(n)))).toEqual([false, false, true, true, true]);
  });

  it('keeps a hash that came again in a later block', () => {
    const history = new History(2n);
    history.add(1n, [key(1)]);
    history.add(2n, [key(1)]);
    history.add(3n, []);
    expect(history.has(key(1))).toBe(true);
    history.add(4n, []);
    expect(history.has(key(1))).toBe(false);
  });

  it.each([
    [0n, 100n, 1n, 0n],
    [5n, 100n, 1n, 5n],
    [100n, 100n, 1n, 100n],
    [101n, 100n, 2n, 101n],
    [500n, 20n, 481n, 500n],
  ])('a start at height %i with limit %i loads %i to %i', (height, limit, from, to) => {
    expect(History.window(height, limit)).toEqual({ from, to });
  });

  it('knows exactly the hashes of its window', () => {
    const blocks = fc.array(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 }), { maxLength: 30 });
    fc.assert(
      fc.property(blocks, fc.integer({ min: 1, max: 6 }), (bodies, limit) => {
        const history = new History(BigInt(limit));
        for (const [index, body] of bodies.entries()) history.add(BigInt(index + 1), body.map(key));
        const expected = new Set(bodies.slice(-limit).flat());
        for (let n = 0; n <= 30; n += 1) expect(history.has(key(n))).toBe(expected.has(n));
      }),
    );
  });
});
