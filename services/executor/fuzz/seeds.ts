/** A case from a seed: each block is made with a look at the state that the blocks before it left. */

import type { MachineModules } from '../src/evm/machine.ts';
import { firstBlock, randomBlock, randomQuery, randomSetup } from './blocks.ts';
import { Duel } from './duel.ts';
import type { FuzzBlock, FuzzCase, FuzzQuery } from './fuzz-case.ts';
import { Random } from './random.ts';

export interface SeedOptions {
  readonly blocks: number;
  /** Transactions in a block, at most. */
  readonly blockSize: number;
  readonly machine: MachineModules;
}

export interface SeedResult {
  readonly transactions: number;
  readonly blocks: number;
  readonly queries: number;
  /** Blocks and queries that the reference would have needed too long for. */
  readonly skipped: number;
  /** How many transactions ended how. */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** A seed whose case the two do not agree on. */
export class FailingSeed extends Error {
  readonly seed: number;
  readonly found: FuzzCase;

  constructor(seed: number, found: FuzzCase, cause: unknown) {
    super(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.seed = seed;
    this.found = found;
  }
}

/** One case in so many is a long chain of small blocks, for BLOCKHASH. */
const LONG_CHAIN = 0.004;
const LONG_CHAIN_BLOCKS = 300;
const QUERIES = 4;

/** Throws FailingSeed. */
export async function runSeed(seed: number, options: SeedOptions): Promise<SeedResult> {
  const random = new Random(seed);
  const setup = randomSetup(random);
  const isLong = random.chance(LONG_CHAIN);
  const count = isLong ? LONG_CHAIN_BLOCKS : random.between(2, options.blocks);
  const blocks: FuzzBlock[] = [];
  const queries: FuzzQuery[] = [];
  const counts = { transactions: 0, blocks: 0, queries: 0, skipped: 0, outcomes: new Map<string, number>() };
  try {
    const duel = await Duel.start(setup, options.machine);
    for (let made = 0; made < count; made++) {
      const size = isLong ? random.below(2) : random.between(0, options.blockSize);
      const block = made === 0 ? firstBlock(random) : randomBlock(random, duel.reference, size);
      blocks.push(block);
      if (await duel.execute(block)) {
        counts.blocks++;
      } else {
        blocks.pop();
        counts.skipped++;
      }
    }
    for (let asked = 0; asked < QUERIES; asked++) {
      const query = randomQuery(random, duel.reference);
      queries.push(query);
      if (await duel.ask(query)) counts.queries++;
      else counts.skipped++;
    }
    await duel.compareAccounts();
    for (const { status } of duel.reference.blocks.flatMap(({ results }) => results)) {
      counts.transactions++;
      counts.outcomes.set(status, (counts.outcomes.get(status) ?? 0) + 1);
    }
  } catch (error) {
    throw new FailingSeed(seed, { setup, blocks, queries }, error);
  }
  return counts;
}
