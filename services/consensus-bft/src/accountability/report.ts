/** A verdict (judge.ts) as lines for people. */

import { NIL } from '../core/types.ts';
import type { Ballot } from './evidence.ts';
import type { Charge, Verdict } from './judge.ts';

export function report({ height, guilty, suspects, least }: Verdict): string[] {
  const lines = [`The chain forked at height ${height}: at least ${least} validators broke the rules.`];
  for (const charge of guilty) lines.push(`guilty   ${describe(charge)}`);
  for (const charge of suspects) lines.push(`suspect  ${describe(charge)}`);
  if (guilty.length < least)
    lines.push(
      `Named ${guilty.length} of at least ${least}: hand in more logs, first of all those of the suspects.`,
    );
  return lines;
}

function describe({ validator, offence, first, second, why }: Charge): string {
  const [one, other] = [ballot(first), ballot(second)];
  const what = {
    'double vote': `signed ${one} and ${other}`,
    amnesia: `signed ${one}, and forgot it: ${other}`,
    'empty precommit': `signed ${one} without a polka`,
  }[offence];
  return `${validator}  ${offence}: ${what}; ${why}`;
}

function ballot({ step, round, hash }: Ballot): string {
  return `a ${step} for ${hash === NIL ? 'nothing' : hash} in round ${round}`;
}
