// The list of peers follows the config file while we run; nothing else of the file does (docs/protocol/network.md 6).

import type { Clock, Timer } from '@hexapod/common/clock';
import { parseConfig } from '@hexapod/common/config';
import type { Logger } from '@hexapod/common/log';
import { peersTable } from './config.ts';
import type { PeerAddress } from './peer-book.ts';

export interface HotUpdateOptions {
  /** For error texts. */
  readonly path: string;
  readonly intervalMs: number;
}

export interface HotUpdateModules {
  /** The text of the config file. */
  readonly read: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly setPeers: (peers: readonly PeerAddress[]) => void;
}

export class HotUpdate {
  readonly #options: HotUpdateOptions;
  readonly #modules: HotUpdateModules;
  #text: string | undefined;
  /** The last warning: the same one is not written at every interval. */
  #trouble: string | undefined;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(options: HotUpdateOptions, modules: HotUpdateModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Looks once, then at every interval. The first look only remembers the text we have started with. */
  async start(): Promise<void> {
    await this.look();
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** Takes over the peers when the file has changed. A file that is missing or wrong is a warning, once until it changes. */
  async look(): Promise<void> {
    const { read, log, setPeers } = this.#modules;
    const { path } = this.#options;
    try {
      const text = await read();
      this.#trouble = undefined;
      if (text === this.#text) return;
      const isFirst = this.#text === undefined;
      this.#text = text;
      if (isFirst) return;
      setPeers(parseConfig(path, text, peersTable).network_zenoh.peers);
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      if (trouble === this.#trouble) return;
      this.#trouble = trouble;
      log.warn(`${path} is not taken over, the peers stay as they are: ${trouble}`);
    }
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = this.#modules.clock.setTimer(this.#options.intervalMs, () => {
      this.look().finally(() => this.#schedule());
    });
  }
}
