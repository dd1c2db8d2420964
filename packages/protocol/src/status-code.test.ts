// The table of docs/protocol/wire.md 5.3, read from the text itself.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Code, codeName, isKnownCode, StatusError } from './status-code.ts';

const document = readFileSync(new URL('../../../docs/protocol/wire.md', import.meta.url), 'utf8');

test('the codes are those of the specification, by number and name', () => {
  const section = document.slice(document.indexOf('### 5.3'), document.indexOf('## 6. '));
  const rows = [...section.matchAll(/^\| (\d+) \| (\w+) \|/gm)].map(([, code, name]) => [name, Number(code)]);
  expect(rows.length).toBeGreaterThan(80);
  expect(Object.entries(Code)).toEqual(rows);
});

test('names', () => {
  expect(codeName(0)).toBe('Success');
  expect(codeName(Code.InvalidValidUntilBlock)).toBe('InvalidValidUntilBlock');
  expect(codeName(157)).toBe('unknown status code 157');
});

test('a number outside the table is not known', () => {
  expect(isKnownCode(607)).toBe(true);
  for (const code of [4, 99, 157, 608, -1, 2 ** 32 - 1, 0.5]) expect(isKnownCode(code)).toBe(false);
});

test('an error carries its code and what caused it', () => {
  const cause = new Error('disk full');
  const error = new StatusError(Code.StoreError, 'block 7 is not stored', { cause });
  expect(error).toMatchObject({ name: 'StatusError', code: 605, message: 'block 7 is not stored', cause });
  expect(error).toBeInstanceOf(Error);
});
