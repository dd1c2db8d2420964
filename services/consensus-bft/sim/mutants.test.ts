import { expect, test } from 'vitest';
import { hunt, withMutant } from './hunt.ts';
import { MUTANTS } from './mutants.ts';

/** A machine may be busy with other things. */
const PATIENCE_MS = 300_000;

/** A few of the mutants that are found soon; `npm run sim:mutants` hunts all of them. */
test.each([
  'V1: the lock is forgotten when prevoting',
  'L1: a polka of an older round locks',
  'W1: votes are not logged',
  'W5: rounds are not logged',
  'W1: speaks before the log is synced',
  'quorum − 1',
  'a certificate counts a signer twice',
])(
  'the simulator finds the mutant "%s"',
  async (name) => {
    const mutant = MUTANTS.find((one) => one.name === name);
    if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
    const caught = await withMutant(mutant, (specimen) => hunt(specimen, 'seeds', 2000));
    expect(caught.runs).not.toBeNull();
    expect(caught.breach).toMatch(/^(agreement|no double sign|proof soundness)/);
  },
  PATIENCE_MS,
);

test.each(MUTANTS)('the mutant "$name" can be made of the core as it is', async (mutant) => {
  await withMutant(mutant, ({ core }) => expect(core.step).toBeTypeOf('function'));
});
