import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMMAND } from './generate.ts';
import { generateAll } from './project.ts';

test.each([...generateAll()])('packages/protocol/src/%s is what proto/ says', (fileName, text) => {
  const present = readFileSync(
    new URL(`../../../packages/protocol/src/${fileName}`, import.meta.url),
    'utf8',
  );
  expect(present, `proto/ was changed: run ${COMMAND}`).toBe(text);
});
