import { describe, expect, it } from 'vitest';
import { parsePosition, resolvePosition } from './position.ts';

const MAX = 2n ** 64n - 1n;

describe('a position', () => {
  it.each([
    ['0', 0n],
    ['107', 107n],
    ['+95', 195n],
    ['-40', 60n],
    ['-101', 0n],
    [`+${MAX}`, MAX],
    [`${MAX}`, MAX],
  ])('%s at height 100 is %s', (text, height) => {
    expect(resolvePosition(parsePosition(text), 100n)).toBe(height);
  });

  it.each(['', '+', 'x', '1.5', '--1', '0x10', `${MAX + 1n}`, `-${MAX + 1n}`])('%s is refused', (text) => {
    expect(() => parsePosition(text)).toThrow(`invalid position: \`${text}\``);
  });
});
