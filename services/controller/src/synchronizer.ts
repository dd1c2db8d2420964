// Catching up with the chain from other nodes (docs/protocol/controller.md 12). Requests go to the best known peer; what
// comes is judged block by block; who sends rubbish, or nothing, falls out of favour and another is asked.

import type { Clock, Timer } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import { SyncBlockRequest } from '@hexapod/protocol/controller-messages';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import type { Chain } from './chain.ts';
import type { ChainLoop, Extension } from './chain-loop.ts';
import type { PeerLink } from './peer-link.ts';
import type { Peer, Peers } from './peers.ts';
import { isNotReady } from './signatures.ts';
import { readSyncAnswer } from './sync-answer.ts';
import { type ReceivedBlock, SyncPlan, type SyncPlanOptions } from './sync-plan.ts';

export interface SynchronizerOptions extends SyncPlanOptions {
  /** How long to wait when a process of our own node is in the way, ms. */
  readonly retryIntervalMs: number;
  /** How long consensus may take to commit the block that peers have already, ms. */
  readonly commitGraceMs: number;
  /** Every so many blocks others are told how far we are. */
  readonly statusInterval: bigint;
}

export interface SynchronizerModules {
  readonly chain: Chain;
  readonly loop: Pick<ChainLoop, 'extend'>;
  readonly peers: Peers;
  readonly link: Pick<PeerLink, 'send'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Checks a block of a peer; throws StatusError. */
  judge(received: ReceivedBlock): Promise<Extension>;
  /** Tells consensus of the new height; resolves when it knows. */
  announce(): Promise<void>;
  multicastStatus(): void;
}

export class Synchronizer {
  readonly #options: SynchronizerOptions;
  readonly #modules: SynchronizerModules;
  readonly #plan: SyncPlan;
  #isSyncing = false;
  #isRunning = false;
  #isPoked = false;
  #timer: Timer | undefined;
  /** Since when a peer has the next block while consensus still works on it. */
  #oneBehind: { readonly height: bigint; readonly sinceMs: number } | undefined;

  constructor(options: SynchronizerOptions, modules: SynchronizerModules) {
    this.#options = options;
    this.#modules = modules;
    this.#plan = new SyncPlan(options);
  }

  /** The `is_sync` flag: blocks are being fetched. */
  get isSyncing(): boolean {
    return this.#isSyncing;
  }

  /** "Sync step": others are ahead and consensus has nothing under way here (docs/protocol/controller.md 4). */
  get isBehind(): boolean {
    const { chain, peers } = this.#modules;
    return chain.candidates.isEmpty && (peers.best()?.status.height ?? 0n) > chain.height;
  }

  /** To be called whenever something changed: our height, a peer's status, the arrival of blocks. Never throws. */
  poke(): void {
    this.#isPoked = true;
    if (!this.#isRunning && !this.#modules.signal.aborted) void this.#run();
  }

  /** Gives up what was asked for and starts over: the chain stands still. */
  restart(): void {
    this.#plan.clear();
    this.#isSyncing = false;
    this.poke();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** sync_block_respond: never a reason to fail, the sender waits for nothing. */
  receive(origin: bigint, payload: Uint8Array): void {
    const { chain, clock, log, peers } = this.#modules;
    const answer = readSyncAnswer(payload, origin);
    if (answer === 'nothing') return;
    if (answer === 'missing') {
      if (!this.#plan.hasAsked(origin)) return;
      log.warn({ origin }, 'a node does not have the blocks it announced');
      this.#blame(origin, peers);
    } else {
      for (const { height, bytes } of answer) this.#plan.accept({ origin, height, bytes }, chain.height);
      this.#plan.touch(origin, clock.monotonic());
    }
    this.poke();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      for (let goOn = true; goOn && !this.#modules.signal.aborted; ) {
        this.#isPoked = false;
        goOn = (await this.#step()) || this.#isPoked;
      }
    } catch (error) {
      if (!this.#modules.signal.aborted) this.#modules.log.error({ err: error }, 'block sync failed');
    } finally {
      this.#isRunning = false;
    }
  }

  /** One turn: ask, take the next block, adopt it. False: nothing to do until poked or woken. */
  async #step(): Promise<boolean> {
    const { chain, clock } = this.#modules;
    const nowMs = clock.monotonic();
    this.#plan.advance(chain.height);
    this.#passOverSilent(nowMs);
    const target = this.#target(nowMs);
    if (target === undefined) {
      this.#finish();
      return false;
    }
    this.#request(target, nowMs);
    const received = this.#plan.take(chain.height + 1n);
    if (received !== undefined) return this.#adopt(received);
    this.#wakeAt(this.#plan.nextTimeoutMs());
    return false;
  }

  /** Whom to sync from now. */
  #target(nowMs: number): Peer | undefined {
    const { chain, peers } = this.#modules;
    const best = peers.best();
    if (best === undefined || best.status.height <= chain.height) return undefined;
    if (chain.candidates.isEmpty) return best;
    // Consensus works on the next height: it will most likely commit the very block that the peer has.
    if (best.status.height === chain.height + 1n) {
      if (this.#oneBehind?.height !== chain.height)
        this.#oneBehind = { height: chain.height, sinceMs: nowMs };
      const untilMs = this.#oneBehind.sinceMs + this.#options.commitGraceMs;
      if (nowMs < untilMs) {
        this.#wakeAt(untilMs);
        return undefined;
      }
    }
    chain.candidates.clear();
    return best;
  }

  #request(target: Peer, nowMs: number): void {
    const { chain, link, log } = this.#modules;
    if (!this.#isSyncing)
      log.info({ height: chain.height, targetHeight: target.status.height }, 'sync begins');
    this.#isSyncing = true;
    const { origin, status } = target;
    for (const { start, end } of this.#plan.next(chain.height, { origin, height: status.height }, nowMs)) {
      link.send(origin, 'sync_block', SyncBlockRequest.encode({ startHeight: start, endHeight: end }));
    }
  }

  #finish(): void {
    if (!this.#isSyncing) return;
    this.#isSyncing = false;
    this.#plan.clear();
    this.#modules.log.info({ height: this.#modules.chain.height }, 'sync ends');
  }

  async #adopt(received: ReceivedBlock): Promise<boolean> {
    const { announce, judge, loop, multicastStatus } = this.#modules;
    try {
      await loop.extend(await judge(received));
    } catch (error) {
      return this.#refused(received, error);
    }
    if (received.height % this.#options.statusInterval === 0n) multicastStatus();
    await announce();
    return true;
  }

  #refused(received: ReceivedBlock, error: unknown): boolean {
    const { clock, log, peers, signal } = this.#modules;
    signal.throwIfAborted();
    const { height, origin } = received;
    const code = error instanceof StatusError ? error.code : undefined;
    // Consensus was faster.
    if (code === Code.ProposalTooLow) return true;
    if (code !== undefined && isOwnTrouble(code)) {
      log.warn({ err: error, height }, 'a block of a peer cannot be judged now, trying again');
      this.#plan.putBack(received);
      this.#wakeAt(clock.monotonic() + this.#options.retryIntervalMs);
      return false;
    }
    const reason = code === undefined ? 'error' : codeName(code);
    log.warn({ err: error, height, origin }, `a block of a peer is refused: ${reason}`);
    this.#blame(origin, peers);
    return true;
  }

  #passOverSilent(nowMs: number): void {
    const { log, peers } = this.#modules;
    for (const origin of this.#plan.expire(nowMs)) {
      log.warn({ origin }, 'a node does not answer to sync requests');
      this.#blame(origin, peers);
    }
  }

  #blame(origin: bigint, peers: Peers): void {
    peers.misbehaved(origin, this.#modules.clock.now());
    this.#plan.dropPeer(origin);
  }

  #wakeAt(atMs: number | undefined): void {
    this.#timer?.cancel();
    if (atMs === undefined || this.#modules.signal.aborted) return;
    const { clock } = this.#modules;
    this.#timer = clock.setTimer(Math.max(0, atMs - clock.monotonic()), () => this.poke());
  }
}

/** Trouble of our own node: a process that is away, an executor or a storage that refuses. No peer is to blame. */
function isOwnTrouble(code: Code): boolean {
  return isNotReady(code) || code >= Code.ExecuteServerNotReady;
}
