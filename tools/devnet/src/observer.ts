// Looks at a running chain from outside, as a user would: asks every controller for its height and peers, and one of
// them for each new block.

import { type ChainClient, connectChain } from '@hexapod/sdk/chain-client';
import type { NodeLayout } from './layout.ts';

/** What one node says of itself. */
export interface NodeView {
  /** Undefined while the controller does not answer. */
  readonly height: bigint | undefined;
  readonly peers: bigint;
  readonly isSync: boolean;
}

export interface BlockView {
  readonly height: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: bigint;
  readonly transactions: number;
}

/** For one question, ms. */
const DEADLINE = 2_000;
/** Blocks fetched in one look; a devnet that continues a long chain does not count from its first block. */
const MAX_CATCH_UP = 50n;
/** Looks from one question for peers to the next: it costs a node ten times what its height costs. */
const STATUS_EVERY = 6;
const UNREACHABLE: NodeView = { height: undefined, peers: 0n, isSync: false };

type Controller = ChainClient['controller'];

export class Observer {
  readonly #clients: readonly ChainClient[];
  #views: NodeView[];
  #looks = 0;
  #next: bigint | undefined;

  constructor(nodes: readonly NodeLayout[]) {
    this.#clients = nodes.map(({ ports }) =>
      connectChain(
        { controller: `127.0.0.1:${ports.controller}`, executor: `127.0.0.1:${ports.executor}` },
        { timeoutMs: DEADLINE },
      ),
    );
    this.#views = nodes.map(() => UNREACHABLE);
  }

  get views(): readonly NodeView[] {
    return this.#views;
  }

  /** Asks all nodes, then returns the blocks that are new since the last look, in order. */
  async look(): Promise<BlockView[]> {
    const withStatus = this.#looks++ % STATUS_EVERY === 0;
    this.#views = await Promise.all(
      this.#clients.map(({ controller }, index) => {
        const last = withStatus ? UNREACHABLE : (this.#views[index] ?? UNREACHABLE);
        return viewOf(controller, last);
      }),
    );
    const best = this.#views.reduce((top, view, index) => {
      return (view.height ?? -1n) > (this.#views[top]?.height ?? -1n) ? index : top;
    }, 0);
    const height = this.#views[best]?.height;
    const client = this.#clients[best]?.controller;
    if (height === undefined || !client) return [];
    const first = this.#next ?? height;
    const blocks: BlockView[] = [];
    for (let next = height - first > MAX_CATCH_UP ? height - MAX_CATCH_UP : first; next <= height; next++) {
      const block = await blockOf(client, next);
      if (!block) break;
      blocks.push(block);
      this.#next = next + 1n;
    }
    return blocks;
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

/** @param last what the node said before: peers are asked for anew if that was nothing */
async function viewOf(client: Controller, last: NodeView): Promise<NodeView> {
  try {
    const height = client.getBlockNumber({ flag: false });
    if (last.height !== undefined) return { ...last, height: (await height).blockNumber };
    const [{ blockNumber }, status] = await Promise.all([height, client.getNodeStatus({})]);
    return { height: blockNumber, peers: status.connectedPeerCount, isSync: status.isSync };
  } catch {
    // A node that is down or starting is an ordinary sight here: the table shows it as such.
    return UNREACHABLE;
  }
}

async function blockOf(client: Controller, height: bigint): Promise<BlockView | undefined> {
  try {
    const { header, body } = await client.getBlockByNumber({ blockNumber: height });
    return { height, timestamp: header?.timestamp ?? 0n, transactions: body?.txHashes.length ?? 0 };
  } catch {
    // The node went away between two questions; the next look asks again.
    return undefined;
  }
}
