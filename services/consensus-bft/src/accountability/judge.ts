/**
 * Who is guilty of a fork (docs/protocol/consensus.md 8.5, accountability). Two proofs of different values for one height
 * need more than f validators who broke a rule; these are the rules, and what proves that somebody broke them:
 *
 * - double vote: two signed votes for different values in one round and step. The signatures are the proof.
 * - amnesia: a precommit of v in round r, then a prevote of another value v' in a later round r', although no polka of v'
 *   in a round from r on to r' − 1 allowed it (V1, V2). A correct validator has that polka in its log (W3), before the
 *   prevote. So its own log convicts who prevoted without it; and who hands in no log is convicted when there can have
 *   been no such polka, because the logs of the others show that too few of them voted for it.
 * - empty precommit: a precommit of v in round r, although there was no polka of v in r (L1). Proved in the same way.
 *
 * Whoever is named broke a rule, whatever logs are missing or end early, provided that the logs handed in are what the
 * nodes wrote. Missing logs only make the list shorter; who is suspected but not convicted is listed apart.
 */
import { quorumOf } from '../core/quorum.ts';
import type { Address, Certificate, Hash } from '../core/types.ts';
import { NIL } from '../core/types.ts';
import type { Ballot, Evidence, NodeLog } from './evidence.ts';
import { doubleVote, gather, isDenied } from './evidence.ts';

export interface Charge {
  readonly validator: Address;
  readonly offence: 'double vote' | 'amnesia' | 'empty precommit';
  readonly first: Ballot;
  readonly second: Ballot;
  /** Why it is proved, or what is missing to prove it or to disprove it. */
  readonly why: string;
}

export interface Verdict {
  readonly height: number;
  /** At most one charge for each validator, the clearest. */
  readonly guilty: readonly Charge[];
  readonly suspects: readonly Charge[];
  /** f + 1: so many must be guilty. */
  readonly least: number;
}

/** Throws for proofs that do not contradict each other, or are none. */
export function judge(
  validators: readonly Address[],
  proofs: readonly [Certificate, Certificate],
  logs: readonly NodeLog[],
): Verdict {
  const [a, b] = proofs;
  for (const proof of proofs) checkProof(proof, validators);
  if (a.height !== b.height) throw new Error(`the proofs are of heights ${a.height} and ${b.height}`);
  if (a.hash === b.hash) throw new Error(`both proofs are for ${a.hash}: there is no fork`);
  const evidence = gather(a.height, proofs, logs);
  // Who has something to explain is no witness against others.
  const witnesses = new Set(validators.filter((one) => [...accusationsOf(one, evidence)].length === 0));
  const guilty: Charge[] = [];
  const suspects: Charge[] = [];
  for (const validator of validators) {
    const charges = [...accusationsOf(validator, evidence)].map((accusation) =>
      weigh(accusation, evidence, validators, witnesses),
    );
    const proved = charges.find(({ isProved }) => isProved);
    const [open] = charges;
    if (proved !== undefined) guilty.push(proved.charge);
    else if (open !== undefined) suspects.push(open.charge);
  }
  const quorum = quorumOf(validators.length);
  return { height: a.height, guilty, suspects, least: 2 * quorum - validators.length };
}

function checkProof({ step, votes, height, hash }: Certificate, validators: readonly Address[]): void {
  const signers = new Set(votes.map(({ signer }) => signer));
  const strangers = [...signers].filter((signer) => !validators.includes(signer));
  if (step !== 'precommit' || hash === NIL)
    throw new Error(`the proof of height ${height} is not of precommits for a value`);
  if (strangers.length > 0)
    throw new Error(`${strangers.join(', ')} signed a proof, but is no validator of height ${height}`);
  if (signers.size < quorumOf(validators.length))
    throw new Error(
      `a proof for ${hash} has ${signers.size} signers, too few of ${validators.length} validators`,
    );
}

/** What somebody seems to have done, and which polka would excuse it: of a value, in one of these rounds. */
interface Accusation extends Omit<Charge, 'why'> {
  readonly excuse: { readonly hash: Hash; readonly from: number; readonly to: number } | null;
}

/** All that no known polka excuses. */
function* accusationsOf(validator: Address, evidence: Evidence): Iterable<Accusation> {
  const ballots = evidence.ballots.get(validator) ?? [];
  const twice = doubleVote(ballots);
  if (twice !== null) {
    yield { validator, offence: 'double vote', first: twice[0], second: twice[1], excuse: null };
  }
  for (const first of ballots) {
    if (first.step !== 'precommit' || first.hash === NIL) continue;
    const { round, hash } = first;
    const own = { hash, from: round, to: round };
    if (!isExcused(own, evidence))
      yield { validator, offence: 'empty precommit', first, second: first, excuse: own };
    for (const second of ballots) {
      if (second.step !== 'prevote' || second.hash === NIL || second.hash === hash) continue;
      const excuse = { hash: second.hash, from: round, to: second.round - 1 };
      if (second.round > round && !isExcused(excuse, evidence))
        yield { validator, offence: 'amnesia', first, second, excuse };
    }
  }
}

type Excuse = NonNullable<Accusation['excuse']>;

function isExcused({ hash, from, to }: Excuse, { polkas }: Evidence): boolean {
  return polkas.some((polka) => polka.hash === hash && polka.round >= from && polka.round <= to);
}

function weigh(
  { excuse, ...accusation }: Accusation,
  evidence: Evidence,
  validators: readonly Address[],
  witnesses: ReadonlySet<Address>,
): { charge: Charge; isProved: boolean } {
  const { validator, offence, second } = accusation;
  if (excuse === null) return { charge: { ...accusation, why: 'both are signed' }, isProved: true };
  const logs = evidence.logs.get(validator) ?? [];
  // W1: entries stand in the order of what happened, so a log that has the vote has what excuses it, too.
  const isConfessed = logs.some(
    ({ ballots, completeBelow }) =>
      completeBelow >= Math.max(1, second.round) && ballots.some((ballot) => isSame(ballot, second)),
  );
  if (isConfessed) {
    const why = 'its own log has the vote, and no polka that allows it';
    return { charge: { ...accusation, why }, isProved: true };
  }
  // Were an amnesiac correct, it would not be among the voters of the first such polka: nothing had unlocked it yet, and in
  // the round of its lock it voted once.
  const isVoter = (one: Address, round: number): boolean => {
    if (one !== validator || offence !== 'amnesia') return true;
    return round === excuse.from && !prevotedOther(evidence, one, round, excuse.hash);
  };
  const possible = (round: number): Address[] =>
    validators.filter(
      (one) => isVoter(one, round) && !(witnesses.has(one) && isDenied(evidence, one, round, excuse.hash)),
    );
  const open = firstOpen(excuse, possible, quorumOf(validators.length));
  const why =
    open === null
      ? 'the logs of the others show that no polka allowed it'
      : `a polka in round ${open} might have allowed it: the log of ${validator} would show it`;
  return { charge: { ...accusation, why }, isProved: open === null };
}

function isSame(a: Ballot, b: Ballot): boolean {
  return a.round === b.round && a.step === b.step && a.hash === b.hash;
}

function prevotedOther({ ballots }: Evidence, one: Address, round: number, hash: Hash): boolean {
  const known = ballots.get(one) ?? [];
  return known.some((ballot) => ballot.step === 'prevote' && ballot.round === round && ballot.hash !== hash);
}

/** The first round in which there may have been the polka; null when there was none for sure. */
function firstOpen(
  { from, to }: Excuse,
  possible: (round: number) => readonly Address[],
  quorum: number,
): number | null {
  for (let round = from; round <= to; round += 1) if (possible(round).length >= quorum) return round;
  return null;
}
