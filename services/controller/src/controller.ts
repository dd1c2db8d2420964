// A running controller: the parts and how they hang together. Nothing is decided here; go to the part whose name says what
// you look for. `Controller.start` resolves when the chain can be served: only then may the port open.

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import type { Metrics } from '@hexapod/common/metrics';
import type { NodeNetInfo } from '@hexapod/protocol/common';
import { Code } from '@hexapod/protocol/status-code';
import { Announcer } from './announcer.ts';
import { Background } from './background.ts';
import { type BlockContent, rawTransactions } from './block.ts';
import type { WriteAheadLog } from './block-log.ts';
import type { Chain } from './chain.ts';
import { ChainLoop } from './chain-loop.ts';
import { ConsensusRequests } from './consensus-requests.ts';
import { ForwardBuffer } from './forward-buffer.ts';
import { HealthMonitor } from './health-monitor.ts';
import { Intake } from './intake.ts';
import { Introductions } from './introductions.ts';
import type { Neighbours } from './neighbours.ts';
import type { ControllerOptions } from './options.ts';
import { PeerLink } from './peer-link.ts';
import { PeerMessages } from './peer-messages.ts';
import { Peers } from './peers.ts';
import { Pool } from './pool.ts';
import { Queries } from './queries.ts';
import { SignatureChecks } from './signature-checks.ts';
import { SignatureQueue } from './signature-queue.ts';
import { type StartedChain, startChain } from './start.ts';
import { SyncServer } from './sync-server.ts';
import { judgeSyncedBlock } from './synced-block.ts';
import { Synchronizer } from './synchronizer.ts';

export interface ControllerModules extends Neighbours {
  readonly wal: WriteAheadLog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** In [0, 1). */
  random(): number;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
}

export class Controller {
  readonly chain: Chain;
  readonly pool: Pool;
  readonly intake: Intake;
  readonly queries: Queries;
  readonly requests: ConsensusRequests;
  readonly peerMessages: PeerMessages;
  readonly sync: Synchronizer;
  readonly #options: ControllerOptions;
  readonly #modules: ControllerModules;
  readonly #background: Background;
  readonly #forward: ForwardBuffer | undefined;
  readonly #health: HealthMonitor;
  readonly #introductions: Introductions;
  readonly #loop: ChainLoop;

  /** Waits for the other processes, brings the chain to where it was, begins to take part. */
  static async start(options: ControllerOptions, modules: ControllerModules): Promise<Controller> {
    const started = await startChain(options.start, { ...modules, stages: modules.metrics.stages });
    return new Controller(options, modules, started);
  }

  private constructor(options: ControllerOptions, modules: ControllerModules, started: StartedChain) {
    const { chain, store, suite } = started;
    const { clock, crypto, storage } = modules;
    const { stages } = modules.metrics;
    this.#options = options;
    this.#modules = modules;
    this.chain = chain;
    const pool = new Pool(options.pool);
    const peers = new Peers();
    const link = new PeerLink(modules);
    const multicastStatus = () => this.#introductions.multicastStatus();
    this.#health = new HealthMonitor(options.healthTimeoutMs, clock.monotonic());
    this.#loop = new ChainLoop({
      chain,
      finalizer: started.finalizer,
      onFinal: (block) => this.#onFinal(block),
    });

    this.#forward = options.forward && this.#forwardBuffer(options.forward, pool, link);
    const checks = new SignatureChecks(options.batch, crypto);
    const signatures = new SignatureQueue(options.signatures, {
      clock,
      check: (transactions) => checks.each(transactions, true),
    });
    this.pool = pool;
    this.intake = new Intake(options.intake, {
      ...modules,
      chain,
      pool,
      suite,
      checks,
      signatures,
      forward: this.#forward,
      stages,
    });

    const announcer = new Announcer(options.retryIntervalMs, { ...modules, chain });
    const judging = { ...modules, chain, suite };
    this.sync = new Synchronizer(options.sync, {
      ...modules,
      chain,
      loop: this.#loop,
      peers,
      link,
      judge: (received) => stages.time('judge', () => judgeSyncedBlock(received, options.batch, judging)),
      announce: () => announcer.announce(),
      multicastStatus,
    });
    this.#introductions = new Introductions({
      ...modules,
      chain,
      peers,
      suite,
      link,
      hashAt: async (height) => (height === chain.height ? chain.head.hash : store.blockHash(height)),
      onPeersChanged: () => this.sync.poke(),
    });
    const parts = { ...modules, ...started, pool, peers, link, stages, multicastStatus };
    this.requests = new ConsensusRequests(options.consensus, {
      ...parts,
      intake: this.intake,
      loop: this.#loop,
      sync: this.sync,
    });
    this.queries = new Queries({ ...parts, sync: this.sync });
    const syncServer = new SyncServer(options.syncServer, { ...parts, storage });
    this.peerMessages = new PeerMessages({
      ...parts,
      introductions: this.#introductions,
      intake: this.intake,
      queries: this.queries,
      sync: this.sync,
      syncServer,
    });
    this.#background = new Background(options, {
      ...parts,
      introductions: this.#introductions,
      sync: this.sync,
    });
    this.#exportFigures(peers);
    this.#begin(announcer);
  }

  /** Health: is the chain growing? */
  isServing(): boolean {
    return this.#health.isServing(this.#modules.clock.monotonic());
  }

  /** AddNode: the network's answer, and a later introduction to whoever was added. */
  async addNode(node: NodeNetInfo): Promise<Code> {
    const code = await this.#modules.network.addNode(node);
    if (code === Code.Success || code === Code.AddExistedPeer) {
      this.#background.introduceIn(this.#options.retryIntervalMs);
    }
    return code;
  }

  /** Ends what runs by itself and waits for the block being finalized. */
  async stop(): Promise<void> {
    this.#background.stop();
    this.#forward?.stop();
    this.sync.stop();
    await this.#loop.idle();
  }

  #begin(announcer: Announcer): void {
    const { log, signal } = this.#modules;
    announcer.announce().catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'consensus could not be told the height');
    });
    this.#background.start();
  }

  #onFinal(block: BlockContent): void {
    const { clock, log } = this.#modules;
    for (const key of block.keys) this.pool.remove(key);
    this.pool.dropExpired(block.height);
    this.#health.observe(block.height, clock.monotonic());
    log.info({ hash: block.hash, transactions: block.keys.length }, `finalize_block height: ${block.height}`);
    // During a sync the synchronizer tells others how far we are, less often.
    if (!this.sync.isSyncing) this.#introductions.multicastStatus();
    this.sync.poke();
  }

  #forwardBuffer(
    options: NonNullable<ControllerOptions['forward']>,
    pool: Pool,
    link: PeerLink,
  ): ForwardBuffer {
    return new ForwardBuffer(options, {
      clock: this.#modules.clock,
      isPending: (tx) => pool.has(tx.key),
      broadcast: (batch) => link.broadcast('send_txs', rawTransactions(batch)),
    });
  }

  #exportFigures(peers: Peers): void {
    const { metrics } = this.#modules;
    metrics.gauge('height', 'Height of the last final block', () => Number(this.chain.height));
    metrics.gauge('pool_transactions', 'Pending transactions', () => this.pool.size);
    metrics.gauge('pool_bytes', 'Bytes of pending transactions', () => this.pool.bytes);
    metrics.gauge('peers', 'Known nodes', () => peers.known().length);
    metrics.gauge('is_sync', '1 while blocks are fetched from others', () => Number(this.sync.isSyncing));
  }
}
