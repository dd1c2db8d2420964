// Blocks for nodes that catch up (docs/protocol/controller.md 12.3), straight from storage, in answers that any link carries;
// one request at a time, so that a peer's hunger never gets in the way of the chain.

import type { Logger } from '@hexapod/common/log';
import { be64 } from '@hexapod/protocol/bytes';
import { SyncBlockRespond } from '@hexapod/protocol/controller-messages';
import { Region } from '@hexapod/protocol/rules';
import { Code, codeName } from '@hexapod/protocol/status-code';
import type { Chain } from './chain.ts';
import type { Storage } from './neighbours.ts';
import type { PeerLink } from './peer-link.ts';
import { syncAnswer } from './sync-answer.ts';
import type { SyncRequest } from './sync-plan.ts';

export interface SyncServerOptions {
  /** Blocks in one answer are joined up to so many bytes. */
  readonly maxAnswerBytes: number;
  /** Of one request no more is served; the asker asks again. */
  readonly maxBlocks: number;
  readonly maxBytes: number;
  /** Requests waiting, of all peers and of each. */
  readonly maxWaiting: number;
  readonly maxWaitingPerPeer: number;
}

export interface SyncServerModules {
  readonly chain: Chain;
  readonly storage: Pick<Storage, 'load'>;
  readonly link: Pick<PeerLink, 'sent'>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export class SyncServer {
  readonly #options: SyncServerOptions;
  readonly #modules: SyncServerModules;
  readonly #waiting: SyncRequest[] = [];
  #isRunning = false;

  constructor(options: SyncServerOptions, modules: SyncServerModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Takes a request; one that waits already, or one too many, is forgotten. */
  request(request: SyncRequest): void {
    const { origin, start, end } = request;
    const ofPeer = this.#waiting.filter((other) => other.origin === origin);
    if (ofPeer.some((other) => other.start === start && other.end === end)) return;
    if (
      this.#waiting.length >= this.#options.maxWaiting ||
      ofPeer.length >= this.#options.maxWaitingPerPeer
    ) {
      this.#modules.log.warn({ origin, start, end }, 'too many sync requests wait, one is forgotten');
      return;
    }
    this.#waiting.push(request);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let request = this.#waiting.shift(); request !== undefined; request = this.#waiting.shift()) {
      if (this.#modules.signal.aborted) break;
      await this.#serve(request).catch((error: unknown) => {
        this.#modules.log.error({ err: error, ...request }, 'a sync request cannot be served');
      });
    }
    this.#isRunning = false;
  }

  async #serve({ origin, start, end }: SyncRequest): Promise<void> {
    const { chain, link, log } = this.#modules;
    const { maxAnswerBytes, maxBlocks, maxBytes } = this.#options;
    const last = min(end, chain.height, start + BigInt(maxBlocks) - 1n);
    let answer: Uint8Array[] = [];
    let answerBytes = 0;
    let total = 0;
    const flush = async () => {
      if (answer.length === 0) return;
      await link.sent(origin, 'sync_block_respond', syncAnswer(chain.address, answer));
      answer = [];
      answerBytes = 0;
    };
    // Nothing at all of what was asked for: the asker should look elsewhere. Part of it: it goes on from there.
    if (start > last) await this.#sayMissing(origin);
    for (let height = start; height <= last && total < maxBytes; height += 1n) {
      const { code, value } = await this.#modules.storage.load(Region.fullBlock, be64(height));
      if (code !== Code.Success) {
        log.warn({ origin, height }, `a block cannot be served: ${codeName(code)}`);
        if (code === Code.NotFound && height === start) await this.#sayMissing(origin);
        break;
      }
      if (answerBytes + value.length > maxAnswerBytes) await flush();
      answer.push(value);
      answerBytes += value.length;
      total += value.length;
    }
    await flush();
  }

  #sayMissing(origin: bigint): Promise<void> {
    const { chain, link } = this.#modules;
    const respond = { case: 'missBlock' as const, value: { address: chain.address } };
    return link.sent(origin, 'sync_block_respond', SyncBlockRespond.encode({ respond }));
  }
}

function min(first: bigint, ...others: bigint[]): bigint {
  let least = first;
  for (const other of others) if (other < least) least = other;
  return least;
}
