// One measurement of a running chain: warm up, look at it idle, then send and follow.

import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '@hexapod/sdk/chain-client';
import { BlockFollower, blocksWith, waitUntilConfirmed } from './confirm.ts';
import { type NodeProcesses, type ProcessUse, processUses } from './processes.ts';
import type { Run } from './report.ts';
import { type SendOptions, type Sent, sendAll } from './send.ts';
import type { PreparedTransaction } from './sign-worker.ts';
import { type NodeMetrics, stageTotals } from './stages.ts';

/** How long the chain is looked at while nothing is sent. */
const IDLE_MS = 3000;

export interface MeasureOptions {
  readonly load: SendOptions;
  /** Of the transactions, the first so many are sent before anything is measured. */
  readonly warmUp: number;
  /** Told what is going on, and how many of how many transactions that concerns. */
  readonly progress: (what: string, done: number, of: number) => void;
}

/** Everything of a run but its settings. */
export async function measure(
  chain: ChainClient,
  nodes: readonly (NodeProcesses & NodeMetrics)[],
  transactions: readonly PreparedTransaction[],
  { load, warmUp, progress }: MeasureOptions,
): Promise<Omit<Run, 'settings'>> {
  if (warmUp > 0) await sendAndFollow(chain, transactions.slice(0, warmUp), load, progress);
  const idleCpuMsPerSecond = await idleUse(nodes);
  const before = processUses(nodes);
  const stagesBefore = await stageTotals(nodes);
  const result = await sendAndFollow(chain, transactions.slice(warmUp), load, progress);
  const after = processUses(nodes);
  const stages = [...(await stageTotals(nodes))].map(
    ([stage, ms]) => [stage, ms - (stagesBefore.get(stage) ?? 0)] as const,
  );
  return { ...result, before, after, stages: new Map(stages), idleCpuMsPerSecond };
}

async function sendAndFollow(
  chain: ChainClient,
  transactions: readonly PreparedTransaction[],
  load: SendOptions,
  progress: MeasureOptions['progress'],
): Promise<Pick<Run, 'sent' | 'blocks'>> {
  const { blockNumber: height } = await chain.controller.getBlockNumber({ flag: false });
  const follower = new BlockFollower(chain, height);
  const told = (what: string) => (done: number) => progress(what, done, transactions.length);
  const sent: Sent = await sendAll(transactions, load, told('answered'));
  const missing = await waitUntilConfirmed(follower, sent, told('confirmed'));
  for (const hash of missing.slice(0, 3)) process.stderr.write(`not confirmed: ${hash}\n`);
  await follower.stop();
  return { sent, blocks: blocksWith(follower.blocks, sent) };
}

/** CPU time of all processes together, ms per second. */
async function idleUse(nodes: readonly NodeProcesses[]): Promise<number> {
  const total = (uses: readonly ProcessUse[]): number => uses.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  const start = performance.now();
  const before = total(processUses(nodes));
  await sleep(IDLE_MS);
  return ((total(processUses(nodes)) - before) / (performance.now() - start)) * 1000;
}
