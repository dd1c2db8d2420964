// The life of a service's process, from its command line to its exit code, on a sample service.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Opened } from '../test/fixtures/echo.ts';
import { listen } from './listen.ts';
import { silentLog } from './log.ts';

const script = fileURLToPath(new URL('../test/fixtures/sample-service.ts', import.meta.url));
const logFile = `appenders: { stdout: { kind: console }, file: { kind: file, path: logs/sample.log } }
root: { level: info, appenders: [stdout, file] }
`;

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'service-'));
  children = [];
  writeFileSync(join(folder, 'sample-log4rs.yaml'), logFile);
  config('');
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

function config(keys: string): void {
  writeFileSync(join(folder, 'config.toml'), `[other]\n[sample]\n${keys}\n`);
}

interface Process {
  readonly child: ChildProcess;
  stdout: string;
  stderr: string;
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Waits for a line of output. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
}

function start(...args: string[]): Process {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const running: Process = { child, stdout: '', stderr: '', ended, line };
  child.stdout.on('data', (text) => {
    running.stdout += text;
  });
  child.stderr.on('data', (text) => {
    running.stderr += text;
  });
  function line(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(running.stdout);
        if (match) resolve(match);
      };
      look();
      child.stdout?.on('data', look);
      void ended.then((code) => reject(new Error(`ended with ${code}: ${running.stdout}${running.stderr}`)));
    });
  }
  return running;
}

async function finish(...args: string[]): Promise<[code: number | string, stdout: string, stderr: string]> {
  const running = start(...args);
  const code = await running.ended;
  return [code, running.stdout, running.stderr];
}

describe('the command line', () => {
  test.each<[string[], number, RegExp, RegExp]>([
    [[], 2, /^$/, /^Usage: sample/],
    [['-V'], 0, /^sample 6\.6\.3 \(hexapod\)\n$/, /^$/],
    [['--version'], 0, /^sample 6\.6\.3/, /^$/],
    [['-h'], 0, /^Usage: sample[\s\S]*run \[options\]/, /^$/],
    [['help'], 0, /^Usage: sample/, /^$/],
    [
      ['run', '--help'],
      0,
      /-c, --config <path>[\s\S]*-l, --log <path>[\s\S]*-p, --private_key_path <path>/,
      /^$/,
    ],
    [['run', '-x'], 2, /^$/, /unknown option '-x'/],
    [['run', 'extra'], 2, /^$/, /too many arguments/],
    [['run', '-c'], 2, /^$/, /argument missing/],
    [['walk'], 2, /^$/, /unknown command 'walk'/],
  ])('%j exits with %i', async (args, code, stdout, stderr) => {
    const [ended, out, err] = await finish(...args);
    expect([ended, out, err]).toEqual([code, expect.stringMatching(stdout), expect.stringMatching(stderr)]);
  });
});

describe('what is wrong at the start is a clear text and exit code 1', () => {
  test.each<[string, () => void, string[], string]>([
    [
      'no config file',
      () => undefined,
      ['-c', 'nope.toml'],
      'sample: nope.toml: cannot be read (ENOENT): give its path with -c\n',
    ],
    [
      'no log file',
      () => undefined,
      ['-l', 'nope.yaml'],
      'sample: nope.yaml: cannot be read (ENOENT): give its path with -l\n',
    ],
    [
      'a wrong value',
      () => config('sample_port = "x"'),
      [],
      'sample: config.toml: [sample] sample_port = "x": wanted a port number, 1..65535\n',
    ],
    [
      'no table',
      () => writeFileSync(join(folder, 'config.toml'), ''),
      [],
      'sample: config.toml: table [sample] is missing\n',
    ],
    [
      'a broken log file',
      () => writeFileSync(join(folder, 'sample-log4rs.yaml'), 'root: { level: loud }'),
      [],
      'sample: sample-log4rs.yaml: root.level: wanted one of off, error, warn, info, debug, trace\n',
    ],
    [
      'what the service itself refuses',
      () => config('mode = "refuses"'),
      ['-p', 'my_key'],
      'sample: my_key: no such key\n',
    ],
  ])('%s', async (_what, prepare, args, stderr) => {
    prepare();
    const [code, , err] = await finish('run', ...args);
    expect([code, err]).toEqual([1, stderr]);
  });

  test('a bug keeps its stack', async () => {
    config('mode = "buggy"');
    const [code, stdout, stderr] = await finish('run');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^sample: SyntaxError: [\s\S]*sample-service\.ts/);
    expect(stdout).toContain('ERROR sample - the service cannot start');
  });

  test('a port that stays taken', async () => {
    const other = createServer();
    const port = await listen(other, { what: 'test', host: '127.0.0.1', port: 0, log: silentLog });
    config(`sample_port = ${port}`);
    const [code, stdout, stderr] = await finish('run');
    other.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`sample: the gRPC port 127.0.0.1:${port} is in use by another process`);
    expect(stdout).toContain(`WARN sample - the gRPC port 127.0.0.1:${port} is in use`);
  });
});

describe('a running service', () => {
  test.each<[NodeJS.Signals, number]>([
    ['SIGTERM', 15],
    ['SIGINT', 2],
  ])('ends in order at %s, exit code 0', async (signal, number) => {
    const service = start('run');
    await service.line(/sample has started/);
    service.child.kill(signal);
    expect(await service.ended).toBe(0);
    expect(service.stdout).toContain(` INFO sample - exit by signal: ${number}\n`);
    expect(service.stderr).toBe('');
    expect(readFileSync(join(folder, 'logs', 'sample.log'), 'utf8')).toBe(service.stdout);
  });

  test('ends at once at the second signal', async () => {
    config('mode = "hangs"');
    const service = start('run');
    await service.line(/sample has started/);
    service.child.kill('SIGTERM');
    await service.line(/exit by signal: 15/);
    service.child.kill('SIGINT');
    expect(await service.ended).toBe(130);
  });

  test('is stopped while it still waits for another one', async () => {
    config('mode = "waits"');
    const service = start('run');
    await service.line(/waiting for another service/);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(service.stdout).not.toMatch(/ERROR/);
  });

  test('survives uncaught errors, which are logged with their stacks, and the loss of its output', async () => {
    const opened = new Opened();
    const service = start('run');
    const [, port] = await service.line(/listening on (\d+)/);
    const client = opened.client(Number(port));
    expect(await client.other('x')).toBe('x');
    await service.line(/ERROR sample - unhandled rejection: nobody waits for this\n {2}Error/);
    await service.line(/ERROR sample - uncaught error: [\s\S]*\n {2}SyntaxError[\s\S]*sample-service\.ts/);
    service.child.stdout?.destroy();
    expect(await client.other('y')).toBe('y');
    expect(await client.echo('z')).toBe('z');
    await opened.close();
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('offers its metrics on the port of its table, unless told not to', async () => {
    const free = createServer();
    const port = await listen(free, { what: 'test', host: '127.0.0.1', port: 0, log: silentLog });
    await new Promise((resolve) => free.close(resolve));
    config(`metrics_port = ${port}`);
    const service = start('run');
    await service.line(/sample has started/);
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toContain('hexapod_process_cpu_seconds_total');
    service.child.kill('SIGTERM');
    await service.ended;
    config(`metrics_port = ${port}\nenable_metrics = false`);
    const silent = start('run');
    await silent.line(/sample has started/);
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });
});
