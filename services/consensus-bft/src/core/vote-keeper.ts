/**
 * The votes of others. Two kinds, each bounded by the number of validators:
 *
 * - ballots: prevotes and precommits of the round in force, collected by its leader; the first of a signer counts;
 * - newviews: of each validator only the highest round it has given up. A validator that gave up round r has given up
 *   every lower one, so "how many are at or above r" needs no more than that.
 */
import { quorumOf } from './quorum.ts';
import type { Address, BallotStep, Certificate, SignedVote } from './types.ts';
import { NIL } from './types.ts';

type Ballots = Map<Address, SignedVote>;

export interface VoteKeeper {
  readonly ballots: Record<BallotStep, Ballots>;
  readonly newviews: Map<Address, number>;
  /** Who prevoted in round 0, and who was heard at all: the leader learns from it whether it spoke too early. */
  readonly promptVoters: Set<Address>;
  readonly heard: Set<Address>;
}

export function newVoteKeeper(): VoteKeeper {
  return {
    ballots: { prevote: new Map(), precommit: new Map() },
    newviews: new Map(),
    promptVoters: new Set(),
    heard: new Set(),
  };
}

export function clearBallots(keeper: VoteKeeper): void {
  keeper.ballots.prevote.clear();
  keeper.ballots.precommit.clear();
}

/** Counts a ballot of the round in force; gives back an earlier, different vote of the same signer if there is one. */
export function addBallot(keeper: VoteKeeper, step: BallotStep, vote: SignedVote): SignedVote | null {
  const ballots = keeper.ballots[step];
  const earlier = ballots.get(vote.signer);
  if (earlier !== undefined) return earlier.hash === vote.hash ? null : earlier;
  ballots.set(vote.signer, vote);
  keeper.heard.add(vote.signer);
  if (step === 'prevote' && vote.round === 0) keeper.promptVoters.add(vote.signer);
  return null;
}

/** The certificate for the one value that has a quorum of ballots, if any. NIL never makes one. */
export function certify(
  keeper: VoteKeeper,
  step: BallotStep,
  validators: readonly Address[],
): Certificate | null {
  const quorum = quorumOf(validators.length);
  for (const [hash, ballots] of Map.groupBy(keeper.ballots[step].values(), (vote) => vote.hash)) {
    const [first] = ballots;
    if (first === undefined || ballots.length < quorum || hash === NIL) continue;
    const votes = ballots.sort(bySigner).map(({ signer, signature }) => ({ signer, signature }));
    return { height: first.height, round: first.round, step, hash, votes };
  }
  return null;
}

/** Notes that a validator gave up `round`. */
export function addNewview(keeper: VoteKeeper, signer: Address, round: number): void {
  keeper.heard.add(signer);
  if (round > (keeper.newviews.get(signer) ?? -1)) keeper.newviews.set(signer, round);
}

/** The highest round that at least `count` validators have given up; −1 when there is none. */
export function givenUpBy(keeper: VoteKeeper, count: number): number {
  if (count < 1 || keeper.newviews.size < count) return -1;
  const rounds = [...keeper.newviews.values()].sort((a, b) => b - a);
  return rounds[count - 1] ?? -1;
}

function bySigner(a: SignedVote, b: SignedVote): number {
  return a.signer < b.signer ? -1 : a.signer > b.signer ? 1 : 0;
}
