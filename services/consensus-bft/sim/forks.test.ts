/** The judge of forks: names enough, and never a correct one. */
import { expect, test } from 'vitest';
import type { NodeLog } from '../src/accountability/evidence.ts';
import { judge } from '../src/accountability/judge.ts';
import * as core from '../src/core/core.ts';
import type { Fork } from './forks.ts';
import { makeFork } from './forks.ts';
import type { Random } from './random.ts';
import { seeded } from './random.ts';

const SECONDS = 12;

/** Some logs are gone, others end early, some of the liars hand in theirs. */
function damaged({ logs, liarsLogs }: Fork, random: Random): NodeLog[] {
  const left = logs.filter(() => random.chance(0.6));
  const torn = left.map(({ owner, records }) => ({
    owner,
    records: random.chance(0.5) ? records : records.slice(0, random.below(records.length + 1)),
  }));
  return [...torn, ...liarsLogs.filter(() => random.chance(0.3))];
}

test('of every fork at least f + 1 are named, all of them liars; and no correct one, whatever logs are lost', () => {
  const until = performance.now() + SECONDS * 1000;
  const offences = new Set<string>();
  let forks = 0;
  for (let seed = 1; performance.now() < until || forks < 20; seed += 1) {
    const fork = makeFork(seed, core);
    if (fork === null) continue;
    forks += 1;
    const { guilty, least } = judge(fork.validators, fork.proofs, fork.logs);
    for (const { validator, offence } of guilty) {
      expect(fork.liars, `seed ${seed}: ${validator} is named`).toContain(validator);
      offences.add(offence);
    }
    if (fork.isWhole) expect(guilty.length, `seed ${seed}`).toBeGreaterThanOrEqual(least);
    const random = seeded(seed, 5);
    for (let times = 0; times < 10; times += 1) {
      for (const { validator } of judge(fork.validators, fork.proofs, damaged(fork, random)).guilty)
        expect(fork.liars, `seed ${seed}, damaged logs ${times}`).toContain(validator);
    }
  }
  expect([...offences].sort()).toEqual(['amnesia', 'double vote']);
});
