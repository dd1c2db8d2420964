// Telling consensus the newest height, interval and validators until it has heard (docs/protocol/controller.md 3 step 12,
// 12.4). Each attempt carries what is current then, so an old configuration never overtakes a new one.

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import { Code, codeName } from '@hexapod/protocol/status-code';
import type { Chain } from './chain.ts';
import type { Consensus } from './neighbours.ts';
import { until } from './retry.ts';

export interface AnnouncerModules {
  readonly chain: Chain;
  readonly consensus: Pick<Consensus, 'reconfigure'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export class Announcer {
  readonly #modules: AnnouncerModules;
  readonly #intervalMs: number;

  /** @param intervalMs between attempts. */
  constructor(intervalMs: number, modules: AnnouncerModules) {
    this.#intervalMs = intervalMs;
    this.#modules = modules;
  }

  /** Resolves when consensus has taken the configuration of this height or a later one. Throws only when stopped. */
  async announce(): Promise<void> {
    const { chain, clock, consensus, log, signal } = this.#modules;
    await until({ clock, signal, intervalMs: this.#intervalMs }, async () => {
      const code = await consensus.reconfigure(chain.settings);
      if (code === Code.Success) return true;
      log.warn({ height: chain.height }, `reconfigure: consensus answers ${codeName(code)}, trying again`);
      return undefined;
    });
  }
}
