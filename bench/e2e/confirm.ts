// Follows the chain and notes when each transaction stands in a block.

import { setTimeout as sleep } from 'node:timers/promises';
import { toHex } from '@hexapod/protocol/bytes';
import type { ChainClient } from '@hexapod/sdk/chain-client';
import type { Sent } from './send.ts';

const POLL_MS = 50;
/** Blocks in a row that confirm nothing more, after which what is missing is given up. */
const MOST_IDLE_BLOCKS = 10;

export interface SeenBlock {
  readonly height: bigint;
  readonly timestamp: bigint;
  /** When it was seen, ms of `performance.now()`. */
  readonly seenMs: number;
  readonly hashes: readonly string[];
}

export class BlockFollower {
  readonly blocks: SeenBlock[] = [];
  readonly #chain: ChainClient;
  readonly #stop = new AbortController();
  readonly #finished: Promise<void>;
  #waiting: (() => void) | undefined;

  /** Follows from the block after `height` on. */
  constructor(chain: ChainClient, height: bigint) {
    this.#chain = chain;
    this.#finished = this.#follow(height + 1n);
    // A failure is thrown to whoever waits next; until then it must not count as unhandled.
    this.#finished.catch(() => this.#waiting?.());
  }

  /** Resolves after the next block; throws when the node cannot be asked any more. */
  async nextBlock(): Promise<void> {
    const next = new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
    await Promise.race([next, this.#finished]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#finished;
  }

  async #follow(first: bigint): Promise<void> {
    const { controller } = this.#chain;
    for (let next = first; !this.#stop.signal.aborted; ) {
      const { blockNumber: height } = await controller.getBlockNumber({ flag: false });
      for (; next <= height; next++) {
        const { header, body } = await controller.getBlockByNumber({ blockNumber: next });
        const hashes = body?.txHashes.map(toHex) ?? [];
        this.blocks.push({
          height: next,
          timestamp: header?.timestamp ?? 0n,
          seenMs: performance.now(),
          hashes,
        });
        this.#waiting?.();
      }
      await sleep(POLL_MS);
    }
  }
}

/**
 * Returns when all accepted transactions stand in blocks, or when blocks come without bringing any: the hashes of those
 * that are missing. `progress` is told how many are there.
 */
export async function waitUntilConfirmed(
  follower: BlockFollower,
  { accepted }: Sent,
  progress: (confirmed: number) => void,
): Promise<string[]> {
  const missing = new Set(accepted.keys());
  let looked = 0;
  for (let idle = 0; missing.size > 0 && idle < MOST_IDLE_BLOCKS; ) {
    if (looked === follower.blocks.length) await follower.nextBlock();
    for (const { hashes } of follower.blocks.slice(looked)) {
      const size = missing.size;
      for (const hash of hashes) missing.delete(hash);
      idle = missing.size < size ? 0 : idle + 1;
      looked += 1;
    }
    progress(accepted.size - missing.size);
  }
  return [...missing];
}

/** The blocks up to the last that holds one of the transactions. */
export function blocksWith(blocks: readonly SeenBlock[], { accepted }: Sent): readonly SeenBlock[] {
  return blocks.slice(0, blocks.findLastIndex(({ hashes }) => hashes.some((hash) => accepted.has(hash))) + 1);
}
