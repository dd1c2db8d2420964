// Four real consensus processes. Their controllers, networks and crypto processes are played by this one: controllers that
// keep blocks, networks that hand every message on at once, crypto that signs.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@hexapod/common/clock';
import { type Client, connect } from '@hexapod/common/grpc-client';
import { GrpcServer } from '@hexapod/common/grpc-server';
import type { LocalHandlers } from '@hexapod/common/in-process-client';
import { quietLog } from '@hexapod/common/quiet-log';
import { loadSuite, type Suite, type SuiteName } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { Consensus2ControllerService, RPCService } from '@hexapod/protocol/controller';
import { CryptoService } from '@hexapod/protocol/crypto';
import { type NetworkMsg, NetworkMsgHandlerService, NetworkService } from '@hexapod/protocol/network';
import { originOf } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { decodeProof } from '../../services/consensus-bft/src/codec/proof.ts';
import { answersOf, FakeController } from '../../services/consensus-bft/test/node-in-process.ts';
import { processUses } from '../e2e/processes.ts';

const MAIN = fileURLToPath(new URL('../../services/consensus-bft/src/main.ts', import.meta.url));
const LOG =
  'appenders: { main: { kind: file, path: consensus.log } }\nroot: { level: warn, appenders: [main] }\n';
const VALIDATORS = 4;

/** A message of a validator as the network process gets it: height first, eight bytes little-endian (consensus.md 3.3). */
function heightOf(message: Uint8Array): number {
  return Number(Buffer.from(message).readBigUInt64LE(0));
}

class Node {
  readonly controller: FakeController;
  readonly address: Uint8Array;
  readonly origin: bigint;
  readonly #key: Uint8Array;
  readonly #suite: Suite;
  readonly #folder: string;
  #server: GrpcServer | null = null;
  #child: ChildProcess | null = null;
  #client: Client<typeof NetworkMsgHandlerService> | null = null;

  constructor(suite: Suite, index: number, folder: string) {
    this.#suite = suite;
    this.#key = new Uint8Array(32).fill(index + 1);
    this.address = suite.address(suite.publicKey(this.#key));
    this.origin = originOf(this.address);
    this.controller = new FakeController(suite, systemClock, this.address);
    this.#folder = join(folder, String(index));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** `carry` takes what the process sends: to everybody with origin 0, else to one. */
  async start(carry: (from: Node, message: NetworkMsg) => void): Promise<void> {
    const answers = answersOf(this.controller, this.#suite, this.#key);
    const take = (message: NetworkMsg) => {
      carry(this, message);
      return { code: Code.Success };
    };
    const network: LocalHandlers<typeof NetworkService> = {
      ...answers.network,
      sendMsg: take,
      broadcast: take,
    };
    const { request, response } = RPCService.methods.getBlockHash;
    this.#server = new GrpcServer({ host: '127.0.0.1', port: 0, log: quietLog })
      .add(Consensus2ControllerService, answers.controller)
      .add(NetworkService, network)
      .add(CryptoService, answers.crypto)
      .addRaw(RPCService.methods.getBlockHash, async (bytes) =>
        response.encode(await answers.getBlockHash(request.decode(bytes))),
      );
    const neighbours = await this.#server.start();
    const port = await freePort();
    this.#client = connect(NetworkMsgHandlerService, {
      address: `127.0.0.1:${port}`,
      clientName: 'network',
      log: quietLog,
      retry: 'none',
    });
    mkdirSync(this.#folder);
    writeFileSync(join(this.#folder, 'log.yaml'), LOG);
    writeFileSync(join(this.#folder, 'node_address'), toHex(this.address));
    const config = [
      '[consensus_bft]',
      `consensus_port = ${port}`,
      ...['network', 'controller', 'crypto'].map((whom) => `${whom}_port = ${neighbours}`),
      "node_address = 'node_address'",
      'enable_metrics = false',
      'server_retry_interval = 1',
    ];
    writeFileSync(join(this.#folder, 'config.toml'), config.join('\n'));
    this.#child = spawn(process.execPath, [MAIN, 'run', '-c', 'config.toml', '-l', 'log.yaml'], {
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async deliver(message: NetworkMsg): Promise<void> {
    await this.#client?.processNetworkMsg(message);
  }

  /** Ends the process as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  async stop(): Promise<void> {
    await this.kill();
    this.#client?.close();
    await this.#server?.stop(0);
  }
}

/** A port nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export class Chain {
  readonly nodes: readonly Node[];
  readonly #folder: string;
  /** When the proposal that was decided left its leader, by height: the newest one before the commit. */
  readonly #proposedAt = new Map<number, number>();
  #messages = 0;

  private constructor(nodes: readonly Node[], folder: string) {
    this.nodes = nodes;
    this.#folder = folder;
  }

  /** Starts four processes; resolves when each has committed a block. @param interval seconds */
  static async start(suiteName: SuiteName, interval: number): Promise<Chain> {
    const suite = await loadSuite(suiteName);
    const folder = mkdtempSync(join(tmpdir(), 'bench-consensus-'));
    const nodes = Array.from({ length: VALIDATORS }, (_, index) => new Node(suite, index, folder));
    const chain = new Chain(nodes, folder);
    for (const { controller } of nodes) {
      controller.interval = interval;
      controller.validators = nodes.map(({ address }) => address);
    }
    await Promise.all(nodes.map((node) => node.start((from, message) => chain.#carry(from, message))));
    await chain.until(() => chain.lowest >= 1, 30_000);
    return chain;
  }

  /** The height that all living nodes have. */
  get lowest(): number {
    return Math.min(...this.living.map(({ controller }) => controller.blocks.length));
  }

  get living(): Node[] {
    return this.nodes.filter(({ pid }) => pid !== undefined);
  }

  /** Messages handed on so far. */
  get messages(): number {
    return this.#messages;
  }

  /** From the proposal's leaving its leader to CommitBlock, of each node and height above `after`, ms. */
  commitTimes(after: number): number[] {
    return this.living.flatMap(({ controller }) =>
      controller.blocks.flatMap(({ at }, index) => {
        const proposed = this.#proposedAt.get(index + 1);
        return index < after || proposed === undefined ? [] : [at - proposed];
      }),
    );
  }

  /** How many heights above `after` took more than one round, by the proofs that the first node keeps. */
  lateHeights(after: number): number {
    const [first] = this.living;
    const proofs = first?.controller.blocks.slice(after).map(({ proof }) => decodeProof(proof)) ?? [];
    return proofs.filter((proof) => proof?.round !== 0n).length;
  }

  /** CPU time the consensus processes used so far, ms. */
  cpuMs(): number {
    const processes = Object.fromEntries(this.living.map(({ pid = 0 }) => [`consensus ${pid}`, pid]));
    return processUses([{ index: 0, processes }]).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  }

  async until(condition: () => boolean, limit: number): Promise<void> {
    const end = performance.now() + limit;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`the chain did not come so far within ${limit} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.#folder, { recursive: true });
  }

  #carry(from: Node, message: NetworkMsg): void {
    if (message.type === 'proposal') this.#proposedAt.set(heightOf(message.msg), performance.now());
    // The message is a view into the call that brought it: what is handed on later is copied.
    const handed = { ...message, msg: message.msg.slice(), origin: from.origin };
    for (const node of this.living) {
      if (node === from || (message.origin !== 0n && message.origin !== node.origin)) continue;
      this.#messages += 1;
      node.deliver(handed).catch(() => undefined); // a process that was killed does not answer
    }
  }
}
