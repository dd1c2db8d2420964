// The chain that is measured: one that runs already, or one started for the purpose.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RpcError } from '@hexapod/common/rpc-error';
import { type DevnetState, readState } from '@hexapod/devnet/state-file';
import { connectChain } from '@hexapod/sdk/chain-client';

const DEVNET = fileURLToPath(new URL('../../tools/devnet/src/main.ts', import.meta.url));
const START_LIMIT_MS = 120_000;
const POLL_MS = 250;

export interface RunningDevnet {
  readonly state: DevnetState;
  /** Stops it if it was started here. */
  stop(): Promise<void>;
}

/** The devnet on `data`. Throws when none runs. */
export async function attachDevnet(data: string): Promise<RunningDevnet> {
  const state = await readState(data);
  if (!state)
    throw new Error(
      `no devnet runs on ${data}: start one with "npm start", name its --data, or give --start`,
    );
  return { state, stop: () => Promise.resolve() };
}

/** Starts a devnet on `data` with these options of its command line, and waits until every node has made a block. */
export async function startDevnet(data: string, options: readonly string[]): Promise<RunningDevnet> {
  const child = spawn(process.execPath, [DEVNET, 'start', '--data', data, ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
  };
  try {
    const end = performance.now() + START_LIMIT_MS;
    while (performance.now() < end) {
      if (child.exitCode !== null) throw new Error(`the devnet ended with exit code ${child.exitCode}`);
      const state = await readState(data);
      if (state?.pid === child.pid && state && (await hasBlocks(state))) return { state, stop };
      await sleep(POLL_MS);
    }
    throw new Error(
      `the devnet on ${data} made no block within ${START_LIMIT_MS / 1000} s: see the logs there`,
    );
  } catch (error) {
    await stop();
    throw error;
  }
}

async function hasBlocks({ nodes }: DevnetState): Promise<boolean> {
  const heights = await Promise.all(nodes.map(({ ports }) => heightAt(ports.controller)));
  return heights.every((height) => height >= 1n);
}

/** 0 for a node that does not answer yet. */
async function heightAt(port: number): Promise<bigint> {
  const address = `127.0.0.1:${port}`;
  const chain = connectChain({ controller: address, executor: address }, { timeoutMs: 2000 });
  try {
    return (await chain.controller.getBlockNumber({ flag: false })).blockNumber;
  } catch (error) {
    if (error instanceof RpcError) return 0n;
    throw error;
  } finally {
    chain.close();
  }
}
