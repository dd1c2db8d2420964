// The process as a node runs it, on the files of an original's chain: the links of two of them, and what nobody should
// send.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, connect } from '@hexapod/common/grpc-client';
import type { GrpcServer } from '@hexapod/common/grpc-server';
import { quietLog } from '@hexapod/common/quiet-log';
import type { ServiceChild } from '@hexapod/common/service-child';
import { badInputChecks } from '@hexapod/compliance/bad-input';
import { networkSuite } from '@hexapod/compliance/network';
import { Peer } from '@hexapod/compliance/peer';
import { NetworkMsg, NetworkService } from '@hexapod/protocol/network';
import { Code } from '@hexapod/protocol/status-code';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { linkPort, Module, NodeFolder, startCrypto } from './node-processes.ts';

const ORIGIN_0 = 0x2bf6fe8f7369909dn;
const message = (fields: Partial<NetworkMsg>) =>
  NetworkMsg.create({ module: 'controller', type: 'send_txs', msg: Uint8Array.of(1, 2, 3), ...fields });

interface Running {
  readonly folder: NodeFolder;
  readonly controller: Module;
  readonly crypto: GrpcServer;
  readonly child: ServiceChild;
  readonly client: Client<typeof NetworkService>;
  readonly config: string;
}

async function start(name: string, peers: { domain: string; port: number }[]): Promise<Running> {
  const folder = new NodeFolder(name);
  const controller = await new Module().start();
  const crypto = await startCrypto(name);
  const config = folder.config({
    modules: [{ name: 'controller', port: controller.port }],
    peers,
    crypto_port: crypto.port,
    hot_update_interval: 1,
  });
  return { folder, controller, crypto, config, ...(await run(folder, config)) };
}

async function run(folder: NodeFolder, config: string) {
  const child = await folder.start(config);
  const client = connect(NetworkService, { address: `127.0.0.1:${await child.listening()}`, log: quietLog });
  return { child, client };
}

async function stop({ folder, controller, crypto, child, client }: Running): Promise<void> {
  client.close();
  await child.end('SIGKILL');
  await Promise.all([controller.stop(), crypto.stop(0)]);
  folder.remove();
}

/** The count of peers is asked again and again until it is this one. */
async function peersOf(client: Running['client'], count: number): Promise<void> {
  while ((await client.getNetworkStatus({})).peerCount !== BigInt(count)) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('two processes', () => {
  let a: Running;
  let b: Running;
  let originOfB: bigint;

  beforeAll(async () => {
    a = await start('gold-0', []);
    b = await start('gold-1', [{ domain: 'gold-0', port: linkPort(a.child) }]);
    await Promise.all([peersOf(a.client, 1), peersOf(b.client, 1)]);
    originOfB = (await a.client.getPeersNetInfo({})).nodes[0]?.origin ?? 0n;
  });
  afterAll(() => Promise.all([stop(a), stop(b)]));

  test('are linked, and show each other', async () => {
    expect(await a.client.getPeersNetInfo({})).toEqual({
      nodes: [
        {
          multiAddress: expect.stringMatching(/^\/dns4\/127.0.0.1\/tcp\/\d+\/tls\/gold-1$/),
          origin: originOfB,
        },
      ],
    });
    expect((await b.client.getPeersNetInfo({})).nodes).toEqual([
      { multiAddress: `/dns4/127.0.0.1/tcp/${linkPort(a.child)}/tls/gold-0`, origin: ORIGIN_0 },
    ]);
    expect(b.child.output).toContain('peer gold-0: the name does not resolve, dialled at 127.0.0.1');
  });

  test('Broadcast and SendMsg reach the module of the other, from the origin of the sender, caller network', async () => {
    const seen = b.controller.messages.length;
    expect(await a.client.broadcast(message({ origin: 5n }))).toEqual({ code: Code.Success });
    expect(await a.client.sendMsg(message({ type: 'sync_block', origin: originOfB }))).toEqual({ code: 0 });
    await b.controller.received(seen + 2);
    const got = b.controller.messages.slice(seen);
    expect(got.map(({ message: { type, origin } }) => [type, origin]).sort()).toEqual([
      ['send_txs', ORIGIN_0],
      ['sync_block', ORIGIN_0],
    ]);
    expect(got.every(({ caller }) => caller === 'network')).toBe(true);
    expect(a.controller.messages).toEqual([]);
  });

  test('20 MiB pass from process to process', async () => {
    const seen = a.controller.messages.length;
    const msg = new Uint8Array(20 << 20).fill(7);
    await b.client.sendMsg(message({ type: 'sync_block_respond', origin: ORIGIN_0, msg }));
    await a.controller.received(seen + 1);
    expect(Buffer.compare(a.controller.messages.at(-1)?.message.msg ?? new Uint8Array(0), msg)).toBe(0);
  });

  test('one that is killed is missed, and back when it is started again', async () => {
    await b.child.end('SIGKILL');
    b.client.close();
    await peersOf(a.client, 0);
    b = { ...b, ...(await run(b.folder, b.config)) };
    await peersOf(a.client, 1);
    const seen = b.controller.messages.length;
    await a.client.broadcast(message({}));
    await b.controller.received(seen + 1);
  });

  test('a peer that the changed config file names is dialled; a broken file is a warning', async () => {
    const file = join(a.folder.path, 'config.toml');
    const text = readFileSync(file, 'utf8');
    appendFileSync(file, '\nnot [ toml');
    await logged(a.child, 'is not taken over, the peers stay as they are');
    writeFileSync(
      file,
      `${text.replace('peers = []', '')}\n[[network_zenoh.peers]]\ndomain = 'gold-9'\nport = 1\nprotocol = 'quic'\n`,
    );
    await logged(a.child, 'new peers: gold-9');
    await peersOf(a.client, 1);
  });

  test('an orderly stop ends with code 0, and the peer is told', async () => {
    expect(await b.child.end('SIGTERM')).toMatchObject({ code: 0 });
    await logged(a.child, 'peer gold-1 is lost: the peer closed it: Stopping');
  });

  async function logged(child: ServiceChild, text: string): Promise<void> {
    while (!child.output.includes(text)) await new Promise((resolve) => setImmediate(resolve));
  }
});

describe('one process', () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of stops.splice(0).reverse()) await step();
  });

  test('before its crypto process is there it answers, and takes no links; then it does', async () => {
    const [port0, b] = await Promise.all([freePort(), start('gold-1', [])]);
    stops.push(() => stop(b));
    const folder = new NodeFolder('gold-0');
    const config = folder.config({
      crypto_port: port0,
      peers: [{ domain: 'gold-1', port: linkPort(b.child) }],
    });
    const { child, client } = await run(folder, config);
    stops.push(async () => {
      client.close();
      await child.end('SIGTERM');
      folder.remove();
    });
    const info = { moduleName: 'controller', hostname: '127.0.0.1', port: '50004' };
    expect(await client.registerNetworkMsgHandler(info)).toEqual({ code: Code.Success });
    expect(await client.getNetworkStatus({})).toEqual({ peerCount: 0n });
    expect(await client.broadcast(message({}))).toEqual({ code: Code.Success });
    const crypto = await startCrypto('gold-0', port0);
    stops.push(() => crypto.stop(0));
    await peersOf(client, 1);
  });

  test.each([
    ['another key', { cert: '' }, 'cert cannot be read'],
    ['another domain', { domain: 'gold-7' }, 'cert is for gold-0, but domain = "gold-7"'],
    ['no address', { node_address: 'missing' }, 'node_address = "missing": cannot be read'],
    ['half a chain id', { chain_id: '12' }, 'chain_id = "12": wanted 16 to 64 hex digits'],
  ])('does not start with %s, and says why', async (_what, changes, text) => {
    const folder = new NodeFolder('gold-0');
    const { code, output } = await (await folder.start(folder.config(changes))).exited;
    folder.remove();
    expect([code, output]).toEqual([1, expect.stringContaining(text)]);
  });

  /** A port that is free now and below those the system gives out. */
  async function freePort(): Promise<number> {
    const crypto = await startCrypto('gold-0', 20_000 + (process.pid % 10_000));
    await crypto.stop(0);
    return crypto.port;
  }
});

describe('a process known only by its address', () => {
  let running: Running;
  let peer: Peer;

  beforeAll(async () => {
    running = await start('gold-0', []);
    peer = new Peer(`127.0.0.1:${await running.child.listening()}`);
  });
  afterAll(async () => {
    peer.close();
    await stop(running);
  });

  const checks = [...networkSuite.checks, ...badInputChecks('network')];
  test.each(checks.map((check) => [check.name, check] as const))('%s', (_name, check) => check.run(peer));
});
