// Messages from node to node: how many, how fast, at which cost. Two network processes, linked by TLS on loopback; this
// process is the controller of both. The measure beside it is the same call straight to the receiving module: what the two
// hops of gRPC cost alone. Usage: node bench/network.ts [seconds per row]

import { type Client, connect } from '@hexapod/common/grpc-client';
import { quietLog } from '@hexapod/common/quiet-log';
import type { ServiceChild } from '@hexapod/common/service-child';
import { be64, readBe64 } from '@hexapod/protocol/bytes';
import { NetworkMsg, NetworkMsgHandlerService, NetworkService } from '@hexapod/protocol/network';
import { linkPort, Module, NodeFolder, startCrypto } from '../services/network/test/node-processes.ts';
import { processUses } from './e2e/processes.ts';

const SECONDS = Number(process.argv[2] ?? 3);
const WARM_UP_SECONDS = 1;

interface Row {
  readonly what: string;
  /** Bytes of NetworkMsg.msg. */
  readonly size: number;
  /** Messages under way at a time. */
  readonly window: number;
}

const ROWS: readonly Row[] = [
  { what: 'a vote, one at a time', size: 300, window: 1 },
  { what: 'votes', size: 300, window: 128 },
  { what: 'batches of transactions', size: 60_000, window: 32 },
  { what: 'proposals', size: 1 << 20, window: 8 },
  { what: 'sync answers', size: 16 << 20, window: 2 },
];

interface Node {
  readonly folder: NodeFolder;
  readonly controller: Module;
  readonly child: ServiceChild;
  readonly network: Client<typeof NetworkService>;
  stop(): Promise<void>;
}

async function start(name: string, peers: { domain: string; port: number }[]): Promise<Node> {
  const folder = new NodeFolder(name);
  const controller = await new Module().start();
  const crypto = await startCrypto(name);
  const modules = [{ name: 'controller', port: controller.port }];
  const child = await folder.start(folder.config({ modules, peers, crypto_port: crypto.port }));
  const network = connect(NetworkService, {
    address: `127.0.0.1:${await child.listening()}`,
    clientName: 'controller',
    log: quietLog,
  });
  const stop = async () => {
    network.close();
    await child.end();
    await Promise.all([crypto.stop(), controller.stop()]);
    folder.remove();
  };
  return { folder, controller, child, network, stop };
}

interface Result {
  readonly perSecond: number;
  readonly megabytesPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Of both network processes together. */
  readonly cpuMicros: number;
}

type Send = (message: NetworkMsg) => Promise<unknown>;

/** Keeps `window` messages under way for some time; each carries its number, and its time is from sending to delivery. */
async function measure(
  to: Module,
  origin: bigint,
  { size, window }: Row,
  send: Send,
  cpuMs: () => number,
): Promise<Result> {
  const sentAt = new Map<bigint, number>();
  const times: number[] = [];
  let next = 0n;
  const sendNext = () => {
    const msg = new Uint8Array(size);
    msg.set(be64(next));
    sentAt.set(next, performance.now());
    next += 1n;
    return send(NetworkMsg.create({ module: 'controller', type: 'bench', origin, msg }));
  };
  let before = { at: 0, cpuMs: 0 };
  let end = performance.now() + WARM_UP_SECONDS * 1000;
  for (const isMeasured of [false, true]) {
    times.length = 0;
    before = { at: performance.now(), cpuMs: cpuMs() };
    end = before.at + (isMeasured ? SECONDS : WARM_UP_SECONDS) * 1000;
    while (performance.now() < end) {
      await Promise.all(Array.from({ length: window - sentAt.size }, sendNext));
      await to.received(1);
      for (const { message } of to.messages.splice(0)) {
        const number = readBe64(message.msg);
        times.push(performance.now() - (sentAt.get(number) ?? Number.NaN));
        sentAt.delete(number);
      }
    }
  }
  const seconds = (performance.now() - before.at) / 1000;
  const sorted = times.toSorted((a, b) => a - b);
  return {
    perSecond: times.length / seconds,
    megabytesPerSecond: (times.length * size) / seconds / 1e6,
    p50: sorted[Math.floor(sorted.length * 0.5)] ?? Number.NaN,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    cpuMicros: ((cpuMs() - before.cpuMs) * 1000) / times.length,
  };
}

async function settle(to: Module): Promise<void> {
  // What is still under way from the row before must not be taken for this one's.
  for (let seen = -1; seen !== to.messages.length; ) {
    seen = to.messages.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  to.messages.length = 0;
}

const a = await start('gold-0', []);
const b = await start('gold-1', [{ domain: 'gold-0', port: linkPort(a.child) }]);
const direct = connect(NetworkMsgHandlerService, {
  address: `127.0.0.1:${b.controller.port}`,
  clientName: 'network',
  log: quietLog,
});
try {
  let origin: bigint | undefined;
  while (origin === undefined) origin = (await a.network.getPeersNetInfo({})).nodes[0]?.origin;
  const pids = { network: a.child.pid, peer: b.child.pid };
  const cpuMs = () => processUses([{ index: 0, processes: pids }]).reduce((sum, use) => sum + use.cpuMs, 0);
  const table: Record<string, string>[] = [];
  for (const row of ROWS) {
    const linked = await measure(b.controller, origin, row, (message) => a.network.sendMsg(message), cpuMs);
    await settle(b.controller);
    const alone = await measure(
      b.controller,
      origin,
      row,
      (message) => direct.processNetworkMsg(message),
      cpuMs,
    );
    await settle(b.controller);
    table.push({
      message: row.what,
      bytes: String(row.size),
      'under way': String(row.window),
      'messages/s': linked.perSecond.toFixed(0),
      'MB/s': linked.megabytesPerSecond.toFixed(1),
      'p50 ms': linked.p50.toFixed(2),
      'p99 ms': linked.p99.toFixed(2),
      'CPU µs, both': linked.cpuMicros.toFixed(0),
      'one gRPC call: messages/s': alone.perSecond.toFixed(0),
      'p50 ms ': alone.p50.toFixed(2),
    });
  }
  console.table(table);
} finally {
  direct.close();
  await Promise.all([a.stop(), b.stop()]);
}
