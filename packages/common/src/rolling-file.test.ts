import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RollingFile, type RollingFileOptions } from './rolling-file.ts';

let folder: string;
let errors: Error[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roll-'));
  errors = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(options: Partial<RollingFileOptions> = {}): RollingFile {
  return new RollingFile({
    path: join(folder, 'logs', 'x.log'),
    append: true,
    onError: (error) => errors.push(error),
    ...options,
  });
}
const roll = (count = 3, end = '.gz') => ({
  limitBytes: 10,
  window: { pattern: join(folder, 'logs', `x.{}${end}`), base: 1, count },
});
const content = (name: string) => {
  const bytes = readFileSync(join(folder, 'logs', name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
};
const names = () => readdirSync(join(folder, 'logs')).toSorted();

test('lines are in the file at once, and it is continued or emptied at the next start', () => {
  const first = file();
  first.write('one\n');
  expect(content('x.log')).toBe('one\n');
  first.close();
  file().write('two\n');
  expect(content('x.log')).toBe('one\ntwo\n');
  file({ append: false }).write('three\n');
  expect(content('x.log')).toBe('three\n');
});

test('a full file becomes archive 1, older ones move up, the oldest goes', async () => {
  const log = file({ roll: roll(3) });
  for (let i = 1; i <= 5; i++) {
    log.write(`${i} full line\n`);
    await log.idle();
  }
  log.write('rest\n');
  expect(names()).toEqual(['x.1.gz', 'x.2.gz', 'x.3.gz', 'x.log']);
  expect(content('x.log')).toBe('rest\n');
  expect(content('x.1.gz')).toBe('5 full line\n');
  expect(content('x.2.gz')).toBe('4 full line\n');
  expect(content('x.3.gz')).toBe('3 full line\n');
  expect(errors).toEqual([]);
});

test('while an archive is made nothing is lost and nothing waits', async () => {
  const log = file({ roll: roll(3) });
  for (let i = 1; i <= 4; i++) log.write(`${i} full line\n`);
  await log.idle();
  expect(content('x.1.gz')).toBe('1 full line\n');
  expect(content('x.log')).toBe('2 full line\n3 full line\n4 full line\n');
});

test('without .gz archives stay plain; with the delete roller there are none', async () => {
  const plain = file({ roll: roll(2, '') });
  plain.write('a full line\n');
  await plain.idle();
  expect(content('x.1')).toBe('a full line\n');
  plain.close();
  const none = file({ path: join(folder, 'logs', 'y.log'), roll: { limitBytes: 10 } });
  none.write('a full line\n');
  none.write('next\n');
  await none.idle();
  expect(content('y.log')).toBe('next\n');
  expect(names()).toEqual(['x.1', 'x.log', 'y.log']);
});

test('an archive that a crash interrupted is finished at the next start', async () => {
  file().close();
  writeFileSync(join(folder, 'logs', 'x.log.rolled'), 'from before\n');
  writeFileSync(join(folder, 'logs', 'x.1.gz.part'), 'half');
  await file({ roll: roll() }).idle();
  expect(content('x.1.gz')).toBe('from before\n');
  expect(names()).toEqual(['x.1.gz', 'x.log']);
});

test('what cannot be written is told, and the log goes on when it can', async () => {
  const log = file({
    roll: { limitBytes: 10, window: { pattern: join(folder, 'file', 'x.{}.gz'), base: 0, count: 1 } },
  });
  writeFileSync(join(folder, 'file'), '');
  log.write('a full line\n');
  await log.idle();
  expect(errors[0]?.message).toMatch(/ENOTDIR|EEXIST/);
  log.write('next\n');
  expect(content('x.log')).toBe('next\n');
});

test('a folder that cannot be made is an error at the start', () => {
  writeFileSync(join(folder, 'logs'), '');
  expect(() => file()).toThrow(/EEXIST|ENOTDIR/);
  expect(existsSync(join(folder, 'logs', 'x.log'))).toBe(false);
  chmodSync(join(folder, 'logs'), 0o600);
});
