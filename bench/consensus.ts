// How fast four validators agree, and what it costs them: real consensus processes on loopback, everything around them played
// by this one. Prints a table and exits with 1 when a bound is not kept. Usage: node bench/consensus.ts

import type { SuiteName } from '@hexapod/crypto/suite';
import { Chain } from './consensus/chain.ts';

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly bound: string;
  readonly kept: boolean;
}

const rows: Row[] = [];
const report = (what: string, measured: string, bound = '', kept = true): void => {
  rows.push({ what, measured, bound, kept });
};
const ms = (value: number): string => `${value.toFixed(1)} ms`;

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Message delays from a proposal to the last commit: proposal, prevote, polka, precommit, decision. */
const HOPS = 5;

/**
 * What the same number of gRPC calls take, one after the other, without any consensus: each message is one out of its sender's
 * process and one into its receiver's. Once a second, as rarely as the real ones, because what runs rarely runs cold.
 */
async function bareTime({ nodes }: Chain, times: number): Promise<number> {
  const taken: number[] = [];
  const message = { module: 'consensus', type: 'nothing', origin: 1n, msg: new Uint8Array(231) };
  for (let time = 0; time < times; time += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const before = performance.now();
    for (let call = 0; call < 2 * HOPS; call += 1) await nodes[call % nodes.length]?.deliver(message);
    taken.push(performance.now() - before);
  }
  return quantile(taken, 0.5);
}

/** Waits, and counts the blocks that all living nodes got meanwhile. */
async function blocksIn(chain: Chain, seconds: number): Promise<number> {
  const before = chain.lowest;
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return chain.lowest - before;
}

async function withChain(
  suite: SuiteName,
  interval: number,
  run: (chain: Chain) => Promise<void>,
): Promise<void> {
  const chain = await Chain.start(suite, interval);
  try {
    await run(chain);
  } finally {
    await chain.stop();
  }
}

/** The first timer of a height at an interval of 1 s: 24/30 of it. What is faster waited for messages only. */
const FIRST_TIMER = 800;

/** All four up, a block a second: the time to agree, and what a height costs. */
async function pace(suite: SuiteName, seconds: number): Promise<void> {
  await withChain(suite, 1, async (chain) => {
    await chain.until(() => chain.lowest >= 4, 20_000);
    const [from, cpu, messages] = [chain.lowest, chain.cpuMs(), chain.messages];
    const blocks = await blocksIn(chain, seconds);
    const [cpuUsed, sent] = [chain.cpuMs() - cpu, chain.messages - messages];
    const times = chain.commitTimes(from);
    const least = await bareTime(chain, 7);
    const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
    report(
      `${suite}: proposal → commit, p50 of ${times.length}`,
      ms(p50),
      `${(p50 / least).toFixed(1)} × bare`,
    );
    report(`${suite}: proposal → commit, p99`, ms(p99), `< ${FIRST_TIMER}, a timer`, p99 < FIRST_TIMER);
    report(`${suite}: bare, ${HOPS} messages of two gRPC calls`, ms(least));
    const late = chain.lateHeights(from);
    report(`${suite}: heights not decided in round 0`, String(late), '0', late === 0);
    report(
      `${suite}: blocks in ${seconds} s, interval 1 s`,
      String(blocks),
      `≥ ${seconds - 2}`,
      blocks >= seconds - 2,
    );
    report(`${suite}: CPU per height and process`, ms(cpuUsed / blocks / chain.living.length));
    report(`${suite}: messages per height`, (sent / blocks).toFixed(1));
  });
}

/** At the usual interval: next to nothing; then with one of four killed. */
async function idle(): Promise<void> {
  await withChain('sm', 3, async (chain) => {
    await chain.until(() => chain.lowest >= 4, 30_000);
    const cpu = chain.cpuMs();
    const seconds = 18;
    const blocks = await blocksIn(chain, seconds);
    const percent = (chain.cpuMs() - cpu) / chain.living.length / (seconds * 10);
    report(
      `idle, interval 3 s, ${blocks} blocks in ${seconds} s: CPU of a process`,
      `${percent.toFixed(2)} %`,
      '< 1 % of a core',
      percent < 1,
    );

    await chain.nodes[2]?.kill();
    const periods = 8;
    const alone = await blocksIn(chain, 3 * periods);
    report(
      `one of four killed, interval 3 s: blocks in ${3 * periods} s`,
      String(alone),
      `≥ ${periods - 1}`,
      alone >= periods - 1,
    );
  });
}

async function oneDown(): Promise<void> {
  await withChain('sm', 1, async (chain) => {
    await chain.nodes[1]?.kill();
    const blocks = await blocksIn(chain, 20);
    report('one of four killed, interval 1 s: blocks in 20 s', String(blocks), '≥ 10', blocks >= 10);
  });
}

await pace('sm', 20);
await pace('eth', 12);
await idle();
await oneDown();
console.table(rows);
if (rows.some(({ kept }) => !kept)) process.exitCode = 1;
