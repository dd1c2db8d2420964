/** The real process: its command line, files, port and signals, among fake neighbours on real gRPC. */
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { VirtualClock } from '@hexapod/common/clock';
import { connect } from '@hexapod/common/grpc-client';
import type { Service } from '@hexapod/common/grpc-method';
import { GrpcServer } from '@hexapod/common/grpc-server';
import type { LocalHandlers } from '@hexapod/common/in-process-client';
import { inProcessClient } from '@hexapod/common/in-process-client';
import { silentLog } from '@hexapod/common/log';
import { RpcError } from '@hexapod/common/rpc-error';
import { loadSuite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { ConsensusService } from '@hexapod/protocol/consensus';
import { Consensus2ControllerService, RPCService } from '@hexapod/protocol/controller';
import { CryptoService } from '@hexapod/protocol/crypto';
import { Health, ServingStatus } from '@hexapod/protocol/health-check';
import { NetworkService } from '@hexapod/protocol/network';
import { Code } from '@hexapod/protocol/status-code';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seeded } from '../sim/random.ts';
import { answersOf, FakeController } from './node-in-process.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const COMPLIANCE = fileURLToPath(new URL('../../../packages/compliance/src/main.ts', import.meta.url));
const LOG = `
appenders:
  journey-service:
    kind: rolling_file
    path: logs/consensus-service.log
    policy:
      kind: compound
      trigger: { kind: size, limit: 50mb }
      roller: { kind: fixed_window, base: 1, count: 5, pattern: 'logs/consensus-service.{}.gz' }
root: { level: debug, appenders: [journey-service] }
`;

const suite = await loadSuite('eth');
const key = new Uint8Array(32).fill(7);
const address = suite.address(suite.publicKey(key));

let folder: string;
let port: number;
let controller: FakeController;
let neighbours: GrpcServer;
let running: ChildProcess | null;
/** What the neighbours answer to any call instead of the truth; null for the truth. */
let mood: ((truth: () => Promise<Uint8Array>) => Promise<Uint8Array>) | null;
const clients: { close(): void }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'consensus-bft-'));
  controller = new FakeController(suite, new VirtualClock(), address);
  controller.validators = [address];
  controller.interval = 1;
  // One server plays controller, network and crypto.
  const fakes = answersOf(controller, suite, key);
  mood = null;
  neighbours = new GrpcServer({ host: '127.0.0.1', port: 0, log: silentLog });
  serve(Consensus2ControllerService, fakes.controller);
  serve(
    { name: RPCService.name, methods: { getBlockHash: RPCService.methods.getBlockHash } },
    { getBlockHash: fakes.getBlockHash },
  );
  serve(NetworkService, fakes.network);
  serve(CryptoService, fakes.crypto);
  const theirs = await neighbours.start();
  port = await freePort();
  writeFileSync(join(folder, 'log.yaml'), LOG);
  writeFileSync(join(folder, 'node_address'), toHex(address));
  const table = { consensus_port: port, controller_port: theirs, network_port: theirs, crypto_port: theirs };
  const lines = Object.entries(table).map(([name, value]) => `${name} = ${value}`);
  const text = ['[consensus_bft]', ...lines, "node_address = 'node_address'", 'enable_metrics = false', ''];
  writeFileSync(join(folder, 'config.toml'), text.join('\n'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  running?.kill('SIGKILL');
  await neighbours.stop(0);
  rmSync(folder, { recursive: true });
});

/** Serves the handlers, as long as no mood gives other answers. */
function serve<S extends Service>(service: S, handlers: LocalHandlers<S>): void {
  const honest = inProcessClient(service, handlers);
  for (const [name, method] of Object.entries(service.methods)) {
    const call = honest[name] as (request: unknown) => Promise<unknown>;
    const answer = async (bytes: Uint8Array): Promise<Uint8Array> =>
      method.response.encode(await call(method.request.decode(bytes)));
    neighbours.addRaw(method, async (bytes) => (mood === null ? answer(bytes) : mood(() => answer(bytes))));
  }
}

/** Ports that the system gives out are never those that are open already. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

function start(): ChildProcess {
  running = spawn(process.execPath, [MAIN, 'run', '-c', 'config.toml', '-l', 'log.yaml'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return running;
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, 'exit');
  child.kill(signal);
  const [code] = await exit;
  return code;
}

/** What the process logged so far. */
function log(): string {
  const path = join(folder, 'logs/consensus-service.log');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within 30 s. The log:\n${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function client<S extends Parameters<typeof connect>[0]>(service: S) {
  const made = connect(service, { address: `127.0.0.1:${port}`, log: silentLog });
  clients.push(made);
  return made;
}

test('makes blocks, answers its neighbours, ends on SIGTERM, and goes on after it and after SIGKILL', async () => {
  const first = start();
  await until('3 blocks', () => controller.blocks.length >= 3);
  const consensus = client(ConsensusService);
  expect(await consensus.reconfigure(controller.configuration())).toEqual({ code: Code.Success });
  const [block] = controller.blocks;
  const request = {
    proposal: { height: 1n, data: block?.data ?? suite.hash(key) },
    proof: block?.proof ?? key,
  };
  expect(await consensus.checkBlock(request)).toEqual({ code: Code.ConsensusServerNotReady });
  const health = client(Health);
  for (const service of ['', 'ready', 'anything']) {
    expect((await health.check({ service })).status).toBe(ServingStatus.serving);
  }
  expect(await stopped(first, 'SIGTERM')).toBe(0);

  const height = controller.blocks.length;
  const second = start();
  await until('more blocks', () => controller.blocks.length >= height + 2);
  expect(log()).toMatch(/the log ends at height \d+/);
  await stopped(second, 'SIGKILL');

  const last = controller.blocks.length;
  start();
  await until('more blocks after SIGKILL', () => controller.blocks.length >= last + 2);
  expect(log()).not.toMatch(/ ERROR /);
});

test('survives whatever its neighbours send, and answers as the protocol says', async () => {
  start();
  await until('a block', () => controller.blocks.length >= 1);
  const args = [COMPLIANCE, 'consensus', `127.0.0.1:${port}`, '--bad-input'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 });
  expect(stdout).toMatch(/ 0 failed/);
  const height = controller.blocks.length;
  await until('the chain goes on', () => controller.blocks.length >= height + 2);
  expect(running?.exitCode).toBeNull();
});

test('survives neighbours that answer garbage, any code, too much, late, or not at all', async () => {
  const random = seeded(1);
  const bytes = (length: number) => Uint8Array.from({ length }, () => random.below(256));
  const restart = new AbortController();
  const moods: Readonly<Record<string, NonNullable<typeof mood>>> = {
    garbage: () => Promise.resolve(bytes(random.below(80))),
    nothing: () => Promise.resolve(new Uint8Array(0)),
    // Field 1, a status with any code: what most answers begin with.
    'any code': () => Promise.resolve(Uint8Array.of(0x0a, 0x02, 0x08, random.below(128))),
    'any gRPC code': () => Promise.reject(new RpcError(1 + random.below(16), 'no')),
    'too much': () => Promise.resolve(new Uint8Array(6 << 20)),
    damaged: async (truth) => {
      const answer = await truth();
      // Not the digits of the height: a controller that lies about it is believed (rule C2).
      return answer.length < 40 ? answer : answer.with(20 + random.below(answer.length - 20), 0xff);
    },
    lost: async (truth) => {
      await truth();
      throw new RpcError(14, 'the answer is lost');
    },
    silence: () =>
      new Promise((_, reject) => {
        restart.signal.addEventListener('abort', () => reject(new RpcError(14, 'the process has died')));
      }),
  };
  start();
  await until('a block', () => controller.blocks.length >= 1);
  for (const [name, answer] of Object.entries(moods)) {
    let asked = 0;
    mood = (truth) => {
      asked += 1;
      return answer(truth);
    };
    await until(`it has asked in mood "${name}"`, () => asked >= (name === 'silence' ? 1 : 4));
    expect(running?.exitCode, name).toBeNull();
  }
  restart.abort();
  mood = null;
  const height = controller.blocks.length;
  await until('the chain goes on', () => controller.blocks.length >= height + 2);
  expect(running?.exitCode).toBeNull();
  expect(log()).not.toMatch(/the core failed|failed in a step/);
}, 90_000);

test('in the folder of an original it leaves the log alone and waits for a height it cannot have voted in', async () => {
  mkdirSync(join(folder, 'data/wal'), { recursive: true });
  writeFileSync(join(folder, 'data/wal/index'), '1');
  start();
  await until('it says so', () => log().includes('was written by another program'));
  await until('it is configured', async () => {
    const { status } = await client(Health).check({ service: 'ready' });
    return status === ServingStatus.notServing && log().includes('no vote before height 2');
  });
  expect(controller.blocks.length).toBe(0);
  expect(readFileSync(join(folder, 'data/wal/index'), 'utf8')).toBe('1');
});

test('a wrong configuration is named on stderr, with exit code 1', async () => {
  writeFileSync(join(folder, 'node_address'), 'abc');
  const child = spawn(process.execPath, [MAIN, 'run', '-c', 'config.toml', '-l', 'log.yaml'], {
    cwd: folder,
  });
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(text).toContain('node_address: wanted an address of 40 hex digits, got 3 characters');
});
