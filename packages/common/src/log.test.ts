import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type OpenLog, openLog, recordingLog, silentLog } from './log.ts';
import { LogFileError } from './log4rs.ts';

let folder: string;
let opened: OpenLog | undefined;
let touched = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => {
  opened?.close();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const out = (name = 'out.log') => readFileSync(join(folder, name), 'utf8');
/** Lines without their time. */
const lines = (name?: string) =>
  out(name)
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^\S+ /, ''));

function logFile(root: string, more = '', appender = ''): string {
  const path = join(folder, 'log.yaml');
  const yaml = `refresh_rate: 30 seconds
appenders:
  out: { kind: file, path: ${join(folder, 'out.log')} ${appender} }
  errors: { kind: file, path: ${join(folder, 'errors.log')}, filters: [{ kind: threshold, level: error }] }
root: { level: ${root}, appenders: [out] }
${more}`;
  writeFileSync(path, yaml);
  // The time of change decides whether the file is read again: make each write of a test a new one.
  touched += 1;
  utimesSync(path, touched, touched);
  return path;
}

test('the line is that of the originals: RFC 3339 local time with nanoseconds, level, target, message', () => {
  opened = openLog(logFile('trace'), 'storage');
  opened.log.info('ready');
  opened.log.child({ target: 'storage::block' }).warn('slow');
  opened.log.error('broken');
  opened.log.debug('detail');
  opened.log.trace('more');
  const all = out().split('\n');
  expect(all[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}[+-]\d\d:\d\d INFO storage - ready$/);
  expect(Math.abs(Date.parse((all[0] ?? '').split(' ')[0] ?? '') - Date.now())).toBeLessThan(10_000);
  expect(lines()).toEqual([
    'INFO storage - ready',
    'WARN storage::block - slow',
    'ERROR storage - broken',
    'DEBUG storage - detail',
    'TRACE storage - more',
  ]);
  const times = all.slice(0, -1).map((line) => line.split(' ')[0] ?? '');
  expect(times.toSorted()).toEqual(times);
});

test('fields follow the message, readable: bytes as hex, big integers exact, text with spaces quoted', () => {
  opened = openLog(logFile('info'), 'x');
  const child = opened.log.child({ target: 'x::y', peer: 'node 1' });
  child.info(
    {
      height: 2n ** 64n - 1n,
      small: 7n,
      hash: Uint8Array.of(1, 171),
      list: [1, 2],
      nothing: null,
      text: 'a"b',
      ok: true,
      deep: { a: 1 },
    },
    'block',
  );
  child.info({ only: 'fields' });
  expect(lines()).toEqual([
    'INFO x::y - block peer="node 1" height=18446744073709551615 small=7 hash=01ab list=[1,2] nothing=null text="a\\"b" ok=true deep={"a":1}',
    'INFO x::y -  peer="node 1" only=fields',
  ]);
});

test('an error brings its text and its stack; a text from outside cannot forge a line', () => {
  opened = openLog(logFile('info'), 'x');
  opened.log.error({ err: new TypeError('no such height'), path: '/a/B' }, 'call failed');
  opened.log.warn({ err: new Error('one\n2026-01-01 INFO x - two') }, 'odd');
  opened.log.warn('first\n2026-01-01 INFO x - second');
  expect(lines()[0]).toBe('ERROR x - call failed: no such height path=/a/B');
  expect(lines()[1]).toMatch(/no such height$/);
  expect(out()).toMatch(/\n {6}at .*log\.test\.ts/);
  expect(out()).toContain(' WARN x - odd: one\\n2026-01-01 INFO x - two\n');
  expect(out().match(/^2026-01-01/m)).toBeNull();
  expect(out()).toContain(' WARN x - first\\n2026-01-01 INFO x - second\n');
});

test('JSON lines where the encoder says json', () => {
  opened = openLog(logFile('info', '', ', encoder: { kind: json }'), 'storage');
  opened.log
    .child({ target: 'a' })
    .child({ target: 'b', n: 1 })
    .info({ level: 'of water', height: 3n }, 'said "x"');
  const record = JSON.parse(out());
  expect(record).toEqual({
    time: expect.stringMatching(/T.*\.\d{9}/),
    level: 'INFO',
    level_: 'of water',
    target: 'b',
    message: 'said "x"',
    n: 1,
    height: 3,
  });
  expect(out().trim().split('\n')).toHaveLength(1);
});

test('levels by target, the longest name winning, and appenders added or replaced', () => {
  opened = openLog(
    logFile(
      'info',
      `loggers:
  quinn: { level: warn }
  a: { level: debug }
  a::b: { level: off }
  c: { level: trace, appenders: [errors] }
  d: { appenders: [errors], additive: false }`,
    ),
    'x',
  );
  for (const target of ['quinn', 'a', 'a::x', 'a::b::c', 'ab', 'c', 'd']) {
    const log = opened.log.child({ target });
    for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) log[level](level[0] ?? '');
  }
  const seen = (name: string) =>
    lines(name).reduce<Record<string, string>>((sum, line) => {
      const [, target = '', , text = ''] = line.split(' ');
      sum[target] = (sum[target] ?? '') + text;
      return sum;
    }, {});
  expect(seen('out.log')).toEqual({ quinn: 'ew', a: 'ewid', 'a::x': 'ewid', ab: 'ewi', c: 'ewidt' });
  expect(seen('errors.log')).toEqual({ c: 'e', d: 'e' });
  expect(opened.log.child({ target: 'quinn' }).isLevelEnabled('info')).toBe(false);
});

test('the file is read again at its refresh rate: levels change on loggers that exist', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const path = logFile('info');
  opened = openLog(path, 'x');
  const child = opened.log.child({ target: 'x::y' });
  child.debug('hidden');
  logFile('debug');
  vi.advanceTimersByTime(29_000);
  child.debug('still hidden');
  vi.advanceTimersByTime(1_000);
  child.debug('shown');
  expect(lines()).toEqual([`INFO x - ${path} has changed: level debug`, 'DEBUG x::y - shown']);
});

test('a broken file at the refresh is a warning, once, and the old settings stay', () => {
  const path = logFile('info');
  opened = openLog(path, 'x');
  logFile('loud');
  opened.refresh();
  opened.refresh();
  opened.log.info('goes on');
  expect(lines()).toEqual([
    `WARN x - the log file is not read again, the old settings stay: ${path}: root.level: wanted one of off, error, warn, info, debug, trace`,
    'INFO x - goes on',
  ]);
  rmSync(path);
  opened.refresh();
  expect(lines().at(-1)).toMatch(/^WARN x - the log file is not read again, .*ENOENT/);
});

test('an appender that changed is opened anew; one that cannot be opened leaves all as it was', () => {
  const path = logFile('info');
  opened = openLog(path, 'x');
  writeFileSync(
    path,
    `appenders: { out: { kind: file, path: ${join(folder, 'new.log')} } }\nroot: { level: info, appenders: [out] }`,
  );
  opened.refresh();
  opened.log.info('moved');
  expect(lines('new.log')).toContain('INFO x - moved');
  writeFileSync(
    path,
    `appenders: { out: { kind: file, path: ${join(folder, 'new.log', 'x')} } }\nroot: { appenders: [out] }`,
  );
  opened.refresh();
  opened.log.info('stays');
  expect(lines('new.log').slice(-2)).toEqual([
    expect.stringMatching(/^WARN x - the log file is not read again, .*a log cannot be opened: E/),
    'INFO x - stays',
  ]);
});

test('a missing or broken file at the start is an error', () => {
  expect(() => openLog(join(folder, 'nope.yaml'), 'x')).toThrow(
    /nope\.yaml: cannot be read \(ENOENT\): give its path with -l$/,
  );
  expect(() => openLog(logFile('loud'), 'x')).toThrow(LogFileError);
  const path = join(folder, 'bad.yaml');
  writeFileSync(path, `appenders: { a: { kind: file, path: ${path}/x } }\nroot: { appenders: [a] }`);
  expect(() => openLog(path, 'x')).toThrow('a log cannot be opened');
});

test('the loggers for tests', () => {
  silentLog.child({ target: 'x' }).error('nothing');
  expect(silentLog.isLevelEnabled('error')).toBe(false);
  const { log, lines } = recordingLog('name');
  log.child({ target: 't', id: 1n }).info({ bytes: Uint8Array.of(255) }, 'text');
  log.trace('low');
  log.child({ target: 't' }).info({ target: 5, time: 'soon' }, 'a field');
  expect(lines.pop()).toBe('INFO t - a field target_=5 time_=soon');
  expect(lines).toEqual(['INFO t - text id=1 bytes=ff', 'TRACE name - low']);
});
