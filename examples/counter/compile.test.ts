import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile, counterFiles } from './compile.ts';

describe('the compiled Counter', () => {
  it.each(Object.entries(counterFiles()))('%s is what the compiler makes of Counter.sol', (name, text) => {
    expect(readFileSync(new URL(name, import.meta.url), 'utf8')).toBe(text);
  });

  it('has its three functions', () => {
    const { selectors } = JSON.parse(counterFiles()['Counter.json'] ?? '');
    expect(selectors).toEqual({ 'add()': '0x4f2be91f', 'count()': '0x06661abd', 'reset()': '0xd826f88f' });
  });
});

describe('compile', () => {
  it("throws with the compiler's text", () => {
    expect(() => compile('Broken', 'contract Broken { uint x = "text"; }')).toThrow(
      /Broken\.sol does not compile:\n.*TypeError/s,
    );
  });

  it('throws when the source has another contract', () => {
    expect(() =>
      compile('Wanted', '// SPDX-License-Identifier: X\npragma solidity ^0.8; contract Other {}'),
    ).toThrow('it has no contract Wanted');
  });
});
