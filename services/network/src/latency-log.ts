// Once in a while a line per peer with the round trip of its link, as operators know it from the original's health check
// messages (docs/protocol/network.md 7).

import type { Clock, Timer } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import type { Network } from './network.ts';

export function logLatency(
  network: Network,
  intervalMs: number,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): { stop(): void } {
  let timer: Timer;
  const schedule = () => {
    timer = clock.setTimer(intervalMs, () => {
      for (const { peer, latencyMs } of network.links) {
        if (latencyMs !== undefined)
          log.info(`peer ${peer.domain}, origin ${peer.origin}: round trip ${latencyMs.toFixed(1)} ms`);
      }
      schedule();
    });
  };
  schedule();
  return { stop: () => timer.cancel() };
}
