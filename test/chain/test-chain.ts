// A chain of real processes for one test: made in a folder of its own, below the ports that a system gives away.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Chain, type ChainParameters, makeChain } from '@hexapod/devnet/chain';
import { Devnet } from '@hexapod/devnet/devnet';
import type { NodeLayout } from '@hexapod/devnet/layout';
import { ownCommand } from '@hexapod/devnet/service-process';
import { type ChainClient, connectChain } from '@hexapod/sdk/chain-client';

export const BASE_PORT = 17_000;
/** How long a condition may take to come true, in ms: far above what it takes on a slow machine. */
const PATIENCE = 120_000;
const LOOK = 100;

/** Repeats `look` until it returns something, and returns that. Throws with `what` when patience ends. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + PATIENCE;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      // A node that is down or starting: part of most conditions here. Told when patience ends.
      last = error;
    }
    await sleep(LOOK);
  }
  throw new Error(`waited ${PATIENCE / 1000} s in vain: ${what}`, { cause: last });
}

function clientOf({ ports }: NodeLayout): ChainClient {
  const addresses = { controller: `127.0.0.1:${ports.controller}`, executor: `127.0.0.1:${ports.executor}` };
  return connectChain(addresses, { timeoutMs: 20_000 });
}

export class TestChain {
  readonly chain: Chain;
  readonly devnet: Devnet;
  readonly nodes: readonly ChainClient[];
  /** What the devnet said, for a failing test to show. */
  readonly said: string[];

  private constructor(chain: Chain, devnet: Devnet, said: string[]) {
    this.chain = chain;
    this.devnet = devnet;
    this.said = said;
    this.nodes = chain.nodes.map(clientOf);
  }

  /** Makes a chain and starts it; every node has made a block when this returns. */
  static async start(parameters: Partial<ChainParameters>): Promise<TestChain> {
    const data = await mkdtemp(join(tmpdir(), 'hexapod-chain-'));
    const wanted = { nodes: 4, crypto: 'sm', interval: 1, basePort: BASE_PORT, ...parameters } as const;
    return TestChain.run(await makeChain(data, wanted));
  }

  /** Starts a chain whose directories are there. */
  static async run(chain: Chain): Promise<TestChain> {
    const said: string[] = [];
    const modules = { say: (text: string) => said.push(text), onStopRequest: () => undefined };
    const cldiHome = join(chain.data, 'cldi');
    const devnet = new Devnet({ chain, cldiHome, command: ownCommand }, modules);
    const started = new TestChain(chain, devnet, said);
    try {
      await devnet.start();
      await Promise.all(chain.nodes.map((_, index) => started.waitForHeight(index, 1n)));
    } catch (cause) {
      await started.stop();
      throw new Error(`the chain did not start:\n${said.join('\n')}`, { cause });
    }
    return started;
  }

  node(index: number): ChainClient {
    const clients = this.nodes[index];
    if (!clients) throw new Error(`this chain has no node ${index}`);
    return clients;
  }

  async height(index: number): Promise<bigint> {
    const { blockNumber } = await this.node(index).controller.getBlockNumber({ flag: false });
    return blockNumber;
  }

  /** Waits until node `index` has block `height`. */
  async waitForHeight(index: number, height: bigint): Promise<void> {
    await eventually(`node ${index} reaches height ${height}`, async () => {
      return (await this.height(index)) >= height ? true : undefined;
    });
  }

  /** Waits until all nodes have the newest block of any of them, and returns its height. */
  async waitForSameHeight(): Promise<bigint> {
    const heights = await Promise.all(this.nodes.map((_, index) => this.height(index)));
    const top = heights.reduce((a, b) => (a > b ? a : b));
    await Promise.all(this.nodes.map((_, index) => this.waitForHeight(index, top)));
    return top;
  }

  /** Stops everything and removes the data. */
  async stop(): Promise<void> {
    for (const client of this.nodes) client.close();
    await this.devnet.stop();
    await rm(this.chain.data, { recursive: true, force: true });
  }
}
