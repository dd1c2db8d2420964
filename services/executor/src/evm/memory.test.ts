import { describe, expect, test } from 'vitest';
import { MEMORY_CEILING, Memory } from './memory.ts';

function grown(bytes: number): Memory {
  const memory = new Memory();
  memory.grow(0, bytes);
  return memory;
}

describe('cost of growth', () => {
  test.each([
    { size: 0, offset: 0, length: 1, cost: 3 },
    { size: 0, offset: 31, length: 2, cost: 6 },
    { size: 32, offset: 0, length: 32, cost: 0 },
    { size: 32, offset: 32, length: 1, cost: 3 },
    { size: 0, offset: 0, length: 32 * 512, cost: 3 * 512 + 512 },
    { size: 32 * 100, offset: 0, length: 32 * 200, cost: 300 + 78 - 19 },
    { size: 0, offset: MEMORY_CEILING - 32, length: 32, cost: 3 * 2 ** 25 + 2 ** 41 },
  ])('$size bytes, then $offset + $length: $cost', ({ size, offset, length, cost }) => {
    expect(grown(size).expansionCost(offset, length)).toBe(cost);
  });

  test('length 0 is free at any offset', () => {
    expect(new Memory().expansionCost(2n ** 255n, 0)).toBe(0);
  });

  test.each([
    [MEMORY_CEILING, 1],
    [0, MEMORY_CEILING + 1],
    [2n ** 64n, 1],
    [0, 2n ** 255n],
    [2n ** 255n, 2n ** 255n],
  ])('%s + %s is beyond the ceiling', (offset, length) => {
    expect(new Memory().expansionCost(offset, length)).toBe(Number.POSITIVE_INFINITY);
  });
});

test('size is in whole words', () => {
  expect(grown(33).size).toBe(64);
});

test('words and bytes are where they were written, the rest is zero', () => {
  const memory = grown(5000);
  memory.writeWord(4096, 2n ** 255n + 7n);
  memory.writeByte(0, 9);
  expect(memory.readWord(4096)).toBe(2n ** 255n + 7n);
  expect(memory.readWord(0)).toBe(9n << 248n);
  expect(memory.readWord(64)).toBe(0);
});

test('copyPadded fills with zeros what the source does not have', () => {
  const memory = grown(32);
  memory.write(0, new Uint8Array(32).fill(0xff));
  memory.copyPadded(1, Uint8Array.of(1, 2, 3), 1, 4);
  expect([...memory.slice(0, 6)]).toEqual([0xff, 2, 3, 0, 0, 0xff]);
  memory.copyPadded(1, Uint8Array.of(1, 2, 3), 2n ** 200n, 2);
  expect([...memory.slice(0, 4)]).toEqual([0xff, 0, 0, 0]);
});

test.each([100, 100_000])('after reset nothing of %i bytes is left', (bytes) => {
  const memory = grown(bytes);
  memory.write(0, new Uint8Array(bytes).fill(1));
  memory.reset();
  expect(memory.size).toBe(0);
  memory.grow(0, bytes);
  expect(memory.slice(0, bytes).every((byte) => byte === 0)).toBe(true);
});
