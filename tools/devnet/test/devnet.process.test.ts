// The devnet as its user runs it: a process of its own, commands from a second one.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DevnetState, readState } from '../src/state-file.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const BASE_PORT = 18_500;
const PATIENCE = 90_000;
const run = promisify(execFile);

let data: string;
let devnet: ChildProcess | undefined;
let output: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'hexapod-devnet-'));
  output = '';
});

afterEach(async () => {
  const state = await readState(data);
  devnet?.kill('SIGKILL');
  // Whatever a failing test left.
  const left = pidsOf(state).filter(isAlive);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  await until('what was left has ended', () => left.filter(isAlive).length === 0);
  await rm(data, { recursive: true, force: true });
});

async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await isTrue())) {
    if (performance.now() > deadline)
      throw new Error(`waited in vain until ${what}; the devnet said:\n${output}`);
    await sleep(100);
  }
}

function start(...options: string[]): ChildProcess {
  const args = [
    MAIN,
    'start',
    '--nodes',
    '1',
    '--interval',
    '1',
    '--base-port',
    `${BASE_PORT}`,
    '--data',
    data,
  ];
  const child = spawn(process.execPath, [...args, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return child;
}

const command = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [MAIN, ...args, '--data', data])).stdout;

/** What a command that must fail says on stderr. */
async function failure(...args: string[]): Promise<string> {
  return run(process.execPath, [MAIN, ...args, '--data', data]).then(
    () => '',
    (error: { code?: number; stderr?: string }) => `exit ${error.code}: ${error.stderr}`,
  );
}

const pidsOf = (state: DevnetState | undefined): number[] =>
  (state?.nodes ?? []).flatMap(({ processes }) => Object.values(processes));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: there is no such process, which is the question.
    return false;
  }
}

test('starts, tells what happens, takes commands, stops everything', async () => {
  devnet = start();
  await until('a block is told', () => /^block [1-9]\d*: /m.test(output));
  await until('the welcome is shown', () => output.includes('The chain stands.'));
  expect(output).toContain('cldi -- create $(cat examples/counter/Counter.bin)');
  const pids = pidsOf(await readState(data));
  expect(pids).toHaveLength(6);

  expect(await failure('start')).toMatch(/exit 1: devnet: a devnet runs on .* already \(process \d+\)/);
  expect(await command('process', 'kill', '0', 'executor')).toBe('executor of node 0 killed\n');
  expect(pidsOf(await readState(data))).toHaveLength(5);
  expect(await command('process', 'start', '0', 'executor')).toBe('executor of node 0 started\n');
  expect(await failure('node', 'stop', '7')).toMatch(/there is no node 7: this devnet has nodes 0 to 0/);
  expect(JSON.parse(await command('status'))).toMatchObject({ crypto: 'sm', nodes: [{ index: 0 }] });

  const ended = once(devnet, 'exit');
  expect(await command('stop')).toBe('stopping\n');
  expect(await ended).toEqual([0, null]);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(await readState(data)).toBeUndefined();
  expect(await failure('status')).toMatch(/no devnet runs on/);
});

test('killed outright, it leaves no orphan, and its chain is continued', async () => {
  devnet = start();
  await until('a block is told', () => /^block [1-9]\d*: /m.test(output));
  const pids = pidsOf(await readState(data));
  expect(pids).toHaveLength(6);
  devnet.kill('SIGKILL');
  await until('its processes have ended', () => pids.filter(isAlive).length === 0);

  output = '';
  devnet = start();
  await until('it goes on', () => /^block [1-9]\d*: /m.test(output));
  expect(output).toMatch(/was not stopped in order; continuing/);
  expect(output).toMatch(/continuing the chain in/);
  const ended = once(devnet, 'exit');
  devnet.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});

test('a process that dies is told with its reason and its log; the others go on', async () => {
  devnet = start();
  await until('a block is told', () => /^block [1-9]\d*: /m.test(output));
  const state = await readState(data);
  const pid = state?.nodes[0]?.processes.crypto;
  if (pid === undefined) throw new Error('the crypto process has no entry in the state file');
  process.kill(pid, 'SIGKILL');
  await until('its death is told', () =>
    output.includes('crypto of node 0 ended by itself (signal SIGKILL)'),
  );
  expect(output).toContain(join('logs', 'crypto-service.log'));
  expect(output).toContain('process start 0 crypto');
  expect(pidsOf(await readState(data)).filter(isAlive)).toHaveLength(5);
});

test('a port that stays taken is named with what it is for', async () => {
  const intruder = createServer().listen(BASE_PORT + 4, '127.0.0.1');
  await once(intruder, 'listening');
  devnet = start();
  const [code] = await once(devnet, 'exit');
  intruder.close();
  expect(code).toBe(1);
  expect(output).toContain(`port ${BASE_PORT + 4} (controller of node 0)`);
});

test.each([
  [
    ['start', '--nodes', '11'],
    /'--nodes <n>' argument '11' is invalid\. wanted a number of nodes, a whole number from 1 to 10/,
  ],
  [['start', '--crypto', 'rsa'], /argument 'rsa' is invalid\. Allowed choices are sm, eth/],
  [['start', '--base-port', '80'], /argument '80' is invalid/],
  [
    ['process', 'kill', '0', 'consensu'],
    /wanted one of network, consensus, executor, storage, controller, crypto/,
  ],
])('bad options are refused: %j', async (args, text) => {
  expect(await failure(...args)).toMatch(text);
});
