// What the controller does by itself from time to time (docs/protocol/controller.md 14).

import type { Clock, Timer } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import type { Chain } from './chain.ts';
import { GrowthCheck } from './growth-check.ts';
import type { Introductions } from './introductions.ts';
import type { Peers } from './peers.ts';
import type { Synchronizer } from './synchronizer.ts';

export interface BackgroundOptions {
  /** Introduce ourselves again and forget silent peers, ms. */
  readonly reconnectIntervalMs: number;
  /** Look whether the chain grows, ms. */
  readonly growthIntervalMs: number;
}

export interface BackgroundModules {
  readonly chain: Chain;
  readonly clock: Clock;
  readonly introductions: Pick<Introductions, 'broadcast'>;
  readonly log: Logger;
  readonly peers: Peers;
  readonly sync: Pick<Synchronizer, 'restart' | 'poke'>;
}

export class Background {
  readonly #options: BackgroundOptions;
  readonly #modules: BackgroundModules;
  readonly #growth = new GrowthCheck();
  readonly #timers = new Set<Timer>();
  #isStopped = false;

  constructor(options: BackgroundOptions, modules: BackgroundModules) {
    this.#options = options;
    this.#modules = modules;
  }

  start(): void {
    this.#every(this.#options.reconnectIntervalMs, () => this.#reconnect());
    this.#every(this.#options.growthIntervalMs, () => this.#checkGrowth());
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) timer.cancel();
  }

  /** Introduces this node to all, in `delayMs`. */
  introduceIn(delayMs: number): void {
    this.#in(delayMs, () => this.#introduce());
  }

  #reconnect(): void {
    const { clock, log, peers, sync } = this.#modules;
    this.#introduce();
    const { fellBack, stale } = peers.sweep(clock.now());
    if (fellBack.length > 0) log.warn({ fellBack }, 'nodes whose height went backwards');
    if (stale.length > 0)
      log.info({ stale }, 'nodes whose height stood still are forgotten until they introduce themselves');
    sync.poke();
  }

  #checkGrowth(): void {
    const { chain, log, peers, sync } = this.#modules;
    if (!this.#growth.tick(chain.height)) return;
    log.info({ height: chain.height }, 'the chain does not grow: introducing this node again');
    if ((peers.best()?.status.height ?? 0n) > chain.height) chain.candidates.clear();
    this.#introduce();
    sync.restart();
  }

  #introduce(): void {
    this.#modules.introductions.broadcast().catch((error: unknown) => {
      this.#modules.log.warn({ err: error }, 'this node could not be introduced to the others');
    });
  }

  /** Now, and then every `intervalMs`. */
  #every(intervalMs: number, task: () => void): void {
    task();
    this.#in(intervalMs, () => this.#every(intervalMs, task));
  }

  #in(delayMs: number, task: () => void): void {
    if (this.#isStopped) return;
    const timer = this.#modules.clock.setTimer(delayMs, () => {
      this.#timers.delete(timer);
      task();
    });
    this.#timers.add(timer);
  }
}
