/** Many seeds one after the other, on this thread. */
import { type Compiled, machineOf } from './machines.ts';
import { runSeed, type SeedResult } from './seeds.ts';

export interface RunOptions {
  /** The first seed; `stride` later comes the next. */
  readonly seed: number;
  readonly stride: number;
  /** Seeds are begun until so many transactions have been compared. */
  readonly transactions: number;
  /** So many seeds instead, if set. */
  readonly seeds: number | undefined;
  readonly blocks: number;
  readonly blockSize: number;
  readonly compiled: Compiled;
}

/** What was compared so far. */
export class Totals {
  seeds = 0;
  transactions = 0;
  blocks = 0;
  queries = 0;
  skipped = 0;
  readonly outcomes = new Map<string, number>();

  add(result: SeedResult): void {
    this.seeds++;
    this.transactions += result.transactions;
    this.blocks += result.blocks;
    this.queries += result.queries;
    this.skipped += result.skipped;
    for (const [status, count] of result.outcomes) {
      this.outcomes.set(status, (this.outcomes.get(status) ?? 0) + count);
    }
  }
}

/** Throws FailingSeed. @param report told the result of each seed. */
export async function runSeeds(options: RunOptions, report: (result: SeedResult) => void): Promise<void> {
  const { seeds, stride } = options;
  let transactions = 0;
  for (let done = 0; seeds === undefined ? transactions < options.transactions : done < seeds; done++) {
    const seed = options.seed + done * stride;
    // A machine of its own, so that what happens depends on nothing but the seed.
    const result = await runSeed(seed, { ...options, machine: machineOf(options.compiled) });
    transactions += result.transactions;
    report(result);
  }
}
