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
import { GrpcServer } from '@hexapod/common/grpc-server';
import { silentLog } from '@hexapod/common/log';
import { loadSuite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { ConsensusService } from '@hexapod/protocol/consensus';
import { Consensus2ControllerService, RPCService } from '@hexapod/protocol/controller';
import { CryptoService } from '@hexapod/protocol/crypto';
import { Health, ServingStatus } from '@hexapod/protocol/health-check';
import { NetworkService } from '@hexapod/protocol/network';
import { Code } from '@hexapod/protocol/status-code';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
const clients: { close(): void }[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'consensus-bft-'));
  controller = new FakeController(suite, new VirtualClock(), address);
  controller.validators = [address];
  controller.interval = 1;
  // One server plays controller, network and crypto.
  const fakes = answersOf(controller, suite, key);
  neighbours = new GrpcServer({ host: '127.0.0.1', port: 0, log: silentLog })
    .add(Consensus2ControllerService, fakes.controller)
    .addRaw(RPCService.methods.getBlockHash, async (bytes) => {
      const { request, response } = RPCService.methods.getBlockHash;
      return response.encode(await fakes.getBlockHash(request.decode(bytes)));
    })
    .add(NetworkService, fakes.network)
    .add(CryptoService, fakes.crypto);
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
