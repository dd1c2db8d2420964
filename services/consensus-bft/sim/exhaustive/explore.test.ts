import { expect, test } from 'vitest';
import * as core from '../../src/core/core.ts';
import type { Address } from '../../src/core/types.ts';
import { withMutant } from '../hunt.ts';
import { MUTANTS } from '../mutants.ts';
import { explore } from './explore.ts';
import { contradictionIn, decidedBit, mirrorVotes, voteBit, X, Y } from './universe.ts';

/** A machine may be busy with other things. */
const PATIENCE_MS = 300_000;
const LIARS = ['A', 'B', 'C', 'D'] as Address[];
const BOUNDS = { maxStates: 1_000_000, symmetry: true };

test.each(LIARS)('one round is explored whole, liar %s', (liar) => {
  const findings = explore(core, { ...BOUNDS, rounds: 1, liar, seconds: 50 });
  expect(findings.breach).toBeNull();
  expect(findings.isExhausted).toBe(true);
  expect(findings.states).toBeGreaterThan(1000);
});

test('mirror images count as one: without that there are more states, and the same is found', () => {
  const [some, all] = [true, false].map((symmetry) =>
    explore(core, { ...BOUNDS, rounds: 1, liar: LIARS[1] as Address, seconds: 30, symmetry }),
  );
  expect(all?.isExhausted).toBe(true);
  expect(all?.states).toBeGreaterThan(2 * (some?.states ?? 0));
  expect(all?.breach).toBeNull();
});

test.each(LIARS)('two rounds are explored as far as five seconds go, in part here, liar %s', (liar) => {
  const findings = explore(core, { ...BOUNDS, rounds: 2, liar, seconds: 1.25 });
  expect(findings.breach).toBeNull();
  expect(findings.states).toBeGreaterThan(1000);
});

/** Each breaks a property in few rounds with some liar: the search must find it. */
test.each<[string, number, string]>([
  ['quorum − 1', 1, 'B'],
  ['a certificate is not counted', 1, 'B'],
  ['a certificate counts a signer twice', 1, 'B'],
  ['V3: a refused block counts as valid', 1, 'B'],
  ['D1: a polka is taken for a decision', 2, 'B'],
  ['V1: the lock is forgotten when prevoting', 2, 'B'],
  ['V2: the proof of lock is not checked', 2, 'C'],
])(
  'the mutant "%s" is found within %i rounds, liar %s',
  async (name, rounds, liar) => {
    const mutant = MUTANTS.find((one) => one.name === name);
    if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
    await withMutant(mutant, ({ core: broken }) => {
      const findings = explore(broken, { ...BOUNDS, rounds, liar: liar as Address, seconds: 200 });
      expect(findings.breach).toMatch(/^(agreement|validity)/);
      expect(findings.path.length).toBe(findings.depth);
    });
  },
  PATIENCE_MS,
);

test('two polkas of one round exclude each other, and so do two proofs of any rounds', () => {
  const bits = (...votes: number[]): number => votes.reduce((sum, bit) => sum | bit, 0);
  expect(contradictionIn(bits(voteBit('prevote', 1, X), voteBit('prevote', 1, Y)), 0)).toMatch('polka');
  expect(contradictionIn(bits(voteBit('prevote', 0, X), voteBit('prevote', 1, Y)), 0)).toBeNull();
  expect(contradictionIn(bits(voteBit('precommit', 0, X), voteBit('precommit', 2, Y)), 0)).toMatch('proof');
  expect(contradictionIn(0, decidedBit(X) | decidedBit(Y))).toMatch('decided');
  expect(mirrorVotes(voteBit('precommit', 2, X))).toBe(voteBit('precommit', 2, Y));
});
