import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replay } from './scenario.ts';

/** `UPDATE_SCENARIOS=1` writes what the nodes do now into the files: read the difference before you keep it. */
const isUpdate = process.env.UPDATE_SCENARIOS === '1';
const folder = new URL('scenarios/', import.meta.url);

test.each(readdirSync(folder))('%s', (name) => {
  const path = new URL(name, folder);
  const before = readFileSync(path, 'utf8');
  const now = replay(before);
  if (isUpdate) writeFileSync(path, now);
  expect(now).toBe(isUpdate ? now : before);
});
