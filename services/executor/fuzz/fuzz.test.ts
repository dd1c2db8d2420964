/** A short run of the fuzz test, and the fuzz test tested: it finds what is wrong, and cuts it down. */
import { describe, expect, test } from 'vitest';
import { runCase } from './duel.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { COMPILED, machineOf } from './machines.ts';
import { runSeeds, Totals } from './run.ts';
import { FailingSeed, runSeed } from './seeds.ts';
import { shrink } from './shrink.ts';

const SIZES = { blocks: 7, blockSize: 40, stride: 1, transactions: 0 };

test.each(COMPILED)('random blocks give the same in the reference, compiled %s', async (compiled) => {
  const totals = new Totals();
  await runSeeds({ ...SIZES, seed: 1, seeds: 30, compiled }, (result) => totals.add(result));
  expect(totals.seeds).toBe(30);
  expect(totals.transactions).toBeGreaterThan(1500);
  // Nothing is worth much if most of it fails at once, or never fails.
  expect(totals.outcomes.get('success')).toBeGreaterThan(totals.transactions / 3);
  expect(totals.outcomes.get('OutOfGas')).toBeGreaterThan(totals.transactions / 20);
  expect(totals.skipped).toBeLessThan(10);
});

describe('a machine that is wrong', () => {
  /** ecrecover finds no signer. */
  const wrong = { ...machineOf('never'), recover: () => undefined };

  async function findFailure(): Promise<FailingSeed> {
    for (let seed = 1; seed < 100; seed++) {
      try {
        await runSeed(seed, { ...SIZES, machine: wrong });
      } catch (error) {
        if (error instanceof FailingSeed) return error;
        throw error;
      }
    }
    throw new Error('not found');
  }

  test('is found, and its case is made small', async () => {
    const { found, message } = await findFailure();
    const run = async (candidate: FuzzCase): Promise<string | undefined> => {
      try {
        await runCase(candidate, wrong);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    const failure = await run(found);
    expect(message).toContain(failure);
    const shrunk = await shrink(found, failure ?? '', run, 300);
    expect(JSON.stringify(shrunk.found).length).toBeLessThan(JSON.stringify(found).length / 2);
    expect(await run(shrunk.found)).toBe(shrunk.failure);
    await runCase(shrunk.found, machineOf('never'));
  });
});
