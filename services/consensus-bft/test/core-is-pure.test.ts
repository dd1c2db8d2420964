/**
 * The core reaches no I/O, no clock and no chance. Two proofs together: the compiler accepts it, and every file it
 * imports, in a world that has the language's own library and nothing of Node.js or of any package; and of the
 * language's library it does not name what could tell two runs apart. Texts are searched whole, comments and all, so
 * there is nothing to hide behind.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const CORE = fileURLToPath(new URL('../src/core/', import.meta.url));
const TSC = join(CORE, '../../../../node_modules/.bin/tsc');
const BARE_WORLD =
  '--ignoreConfig --noEmit --listFiles --lib es2024 --target es2024 --module nodenext --strict --allowImportingTsExtensions --types';

/** Clock, chance, later turns, other threads, texts run as code, and ways around the compiler. */
const FORBIDDEN =
  /\b(Date|random|Promise|async|await|Intl|WeakRef|FinalizationRegistry|Atomics|SharedArrayBuffer|eval|Function|globalThis|constructor|import\.meta|require|declare)\b|@ts-/;
/** State outside the state: a value that a module keeps between calls. */
const MODULE_STATE = /^(?:export )?(?:let|var) |^(?:export )?const [^=\n]*= (?:new |\[\]|\{\})|\bstatic\b/m;

/** What keeps a program that starts at `entry` from being pure. */
function faultsOf(entry: string): string[] {
  const { stdout } = spawnSync(TSC, [...BARE_WORLD.split(' '), '', entry], { encoding: 'utf8' });
  const lines = stdout.trim().split('\n');
  const errors = lines.filter((line) => line.includes('error TS'));
  const files = lines.filter((line) => line.endsWith('.ts') && !basename(line).startsWith('lib.'));
  expect(files, stdout).toContain(entry);
  const foreign = files.filter((file) => dirname(file) !== dirname(entry));
  const named = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return [FORBIDDEN, MODULE_STATE].flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
  });
  return [...errors, ...foreign, ...named];
}

test('the core is pure', () => {
  expect(faultsOf(join(CORE, 'core.ts'))).toEqual([]);
});

test('core.ts reaches every file of its folder', () => {
  const { stdout } = spawnSync(TSC, [...BARE_WORLD.split(' '), '', join(CORE, 'core.ts')], {
    encoding: 'utf8',
  });
  const there = readdirSync(CORE).filter((name) => !name.endsWith('.test.ts'));
  const reached = stdout.split('\n').filter((line) => line.startsWith(CORE));
  expect(reached.map((path) => basename(path)).sort()).toEqual(there.sort());
});

describe('what would make it impure is seen', () => {
  const folder = mkdtempSync(join(tmpdir(), 'impure-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['a module of Node.js', 'import { readFileSync } from "node:fs";\nexport const a = readFileSync;'],
    ['a module loaded later', 'export const a = () => import(`node:fs`);'],
    ['a package', "export { fromHex } from '@hexapod/protocol/bytes';"],
    ['a file next door', "export { now } from '../clock.ts';"],
    ['a timer', "export const a = '//'; setTimeout(() => a, 1);"],
    ['the environment', 'export const a = process.env.HOME;'],
    ['the network', "export const a = () => fetch('http://[::1]');"],
    ['a clock', 'export const a = () => performance.now();'],
    ['the other clock', 'export const a = () => new Date();'],
    ['chance', "export const a = () => Math['random']();"],
    ['keys', 'export const a = () => crypto.randomUUID();'],
    ['code from a text', "export const a = (() => 1).constructor('return 1');"],
    ['a promise of the compiler', 'declare const process: { pid: number };\nexport const a = process.pid;'],
    ['the compiler told to look away', '// @ts-expect-error\nexport const a = process.pid;'],
    [
      'a table kept between calls',
      'const seen = new Map<string, number>();\nexport const a = () => seen.size;',
    ],
    ['a class that keeps something', 'export class A {\n  static calls = 0;\n}'],
    ['a value kept between calls', 'let calls = 0;\nexport const a = () => ++calls;'],
  ])('%s', (_, text) => {
    const path = join(folder, 'sample.ts');
    writeFileSync(path, text);
    expect(faultsOf(path)).not.toEqual([]);
  });
});
