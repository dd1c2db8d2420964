import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MUTANTS = fileURLToPath(new URL('mutants.ts', import.meta.url));

/** A few of the mutants that are found soon; `node sim/mutants.ts` hunts all of them. */
test.each([
  'V1: the lock is forgotten when prevoting',
  'L1: a polka of an older round locks',
  'W1: votes are not logged',
  'W3: locks are not logged',
  'W1: speaks before the log is synced',
  'quorum − 1',
  'a certificate counts a signer twice',
])('the simulator finds the mutant "%s"', (name) => {
  const table = execFileSync(process.execPath, [MUTANTS, '--seeds', '2000', '--only', name], {
    encoding: 'utf8',
  });
  expect(table).toMatch(/\| \d+ \| [\d.]+ \| (agreement|no double sign|proof soundness)/);
});
