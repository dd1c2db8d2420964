import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../src/core/', import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

/** Comments may speak of anything. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');

test('the core imports nothing but itself and byte strings', () => {
  expect(sources.length).toBeGreaterThan(5);
  for (const { name, text } of sources) {
    const imported = [...codeOf(text).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, path]) => path);
    for (const path of imported) {
      expect(path, name).toMatch(/^(\.\/[a-z-]+\.ts|@hexapod\/protocol\/bytes)$/);
    }
  }
});

test('the core reads no clock, no chance, no environment, and keeps nothing between calls but its state', () => {
  const outside =
    /\b(Date|Math\.random|performance|process|globalThis|setTimeout|setInterval|setImmediate|queueMicrotask|fetch\(|crypto\.|console|async|await|Promise)\b/;
  for (const { name, text } of sources) {
    expect(outside.exec(codeOf(text))?.[0], name).toBeUndefined();
    expect(/^(?:export )?(?:let|var) /m.exec(codeOf(text))?.[0], name).toBeUndefined();
  }
});
