// Follows the chain and tells, block by block, how many transactions it finalizes (docs/protocol/cldi.md 12).

import { type Clock, sleep, systemClock } from '@hexapod/common/clock';
import { RpcError } from '@hexapod/common/rpc-error';
import type { ChainClient } from '@hexapod/sdk/chain-client';
import { elapsedTime } from './output/time.ts';
import type { Terminal } from './terminal.ts';

const POLL_MS = 500;
const POLL_AFTER_ERROR_MS = 3000;

export interface WatchOptions {
  /** First height. */
  readonly begin: bigint;
  /** Last height; without it the watch does not end there. */
  readonly end?: bigint | undefined;
  /** Ends after so many transactions. */
  readonly until?: bigint | undefined;
  /** Ends after so many blocks without transactions in a row. */
  readonly untilEmpty?: bigint | undefined;
}

export interface WatchModules {
  readonly chain: Pick<ChainClient, 'controller'>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/** Ends as the options say, or when the signal is aborted; then it prints the sum. */
export async function watchBlocks(options: WatchOptions, modules: WatchModules): Promise<void> {
  const { terminal } = modules;
  const tally = new Tally();
  for await (const { height, timestamp, transactions } of newBlocks(options, modules)) {
    tally.add(timestamp, transactions);
    const time = elapsedTime(tally.elapsed);
    terminal.out(
      `${time} block \`${height}\` contains \`${transactions}\` txs, finalized: \`${tally.finalized}\`\n`,
    );
    if (height === options.end || isEnough(tally, options)) break;
  }
  terminal.out(`\n${tally.summary}\n`);
}

function isEnough(tally: Tally, { until, untilEmpty }: WatchOptions): boolean {
  return (
    (until !== undefined && tally.finalized >= until) ||
    (untilEmpty !== undefined && tally.emptyInARow >= untilEmpty)
  );
}

interface WatchedBlock {
  readonly height: bigint;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: bigint;
  readonly transactions: number;
}

async function* newBlocks({ begin }: WatchOptions, modules: WatchModules): AsyncGenerator<WatchedBlock> {
  const { chain, terminal, signal, clock = systemClock } = modules;
  let next = begin;
  while (!signal.aborted) {
    let wait = POLL_MS;
    try {
      const { blockNumber: current } = await chain.controller.getBlockNumber({ flag: false });
      while (next <= current && !signal.aborted) {
        const { header, body } = await chain.controller.getBlockByNumber({ blockNumber: next });
        yield { height: next, timestamp: header?.timestamp ?? 0n, transactions: body?.txHashes.length ?? 0 };
        next += 1n;
      }
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      terminal.err(`${error.message}\n`);
      wait = POLL_AFTER_ERROR_MS;
    }
    await sleep(clock, wait, signal).catch(() => undefined);
  }
}

class Tally {
  finalized = 0n;
  emptyInARow = 0n;
  #first: bigint | undefined;
  #last = 0n;

  add(timestamp: bigint, transactions: number): void {
    this.#first ??= timestamp;
    this.#last = timestamp;
    this.finalized += BigInt(transactions);
    this.emptyInARow = transactions === 0 ? this.emptyInARow + 1n : 0n;
  }

  /** From the first block to the last, ms. */
  get elapsed(): bigint {
    return this.#last - (this.#first ?? 0n);
  }

  get summary(): string {
    const seconds = this.elapsed / 1000n;
    const finalized = `\`${this.finalized}\` txs finalized`;
    if (seconds <= 0n) return finalized;
    const rate = (Number(this.finalized) / Number(seconds)).toFixed(2);
    return `${finalized} in \`${seconds}\` secs, \`${rate}\` tx/s`;
  }
}
