/**
 * Between the wire's structures and the core's. The core knows heights and rounds as exact numbers: what is above 2^53
 * is nobody's height and has no translation (null).
 */
import type {
  Address,
  BallotStep,
  Certificate,
  Endorsement,
  Hash,
  Proposal,
  Vote,
  VoteStep,
} from '../core/types.ts';
import { NIL } from '../core/types.ts';
import type {
  FollowerVote,
  LeaderVote,
  NetworkProposal,
  SignedNetworkProposal,
  VoteSet,
} from './wire-messages.ts';
import { WireStep } from './wire-messages.ts';

const STEPS: Readonly<Record<VoteStep, WireStep>> = {
  prevote: WireStep.Prevote,
  precommit: WireStep.Precommit,
  newview: WireStep.NewView,
  newviewres: WireStep.NewViewRes,
};
const VOTE_STEPS = new Map<WireStep, VoteStep>(
  Object.entries(STEPS).map(([name, number]) => [number, name as VoteStep]),
);

/** An exact number, or null for what no chain reaches. */
export function exact(value: bigint): number | null {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}

// ---- From the core ----------------------------------------------------------------------------------------------

/** A newview has no hash; a vote for nothing has 32 zero bytes. */
export function toWireVote({ height, round, step, hash }: Vote): FollowerVote {
  const isBallot = step === 'prevote' || step === 'precommit';
  return { height: BigInt(height), round: BigInt(round), step: STEPS[step], hash: isBallot ? hash : null };
}

export function toLeaderVote(certificate: Certificate): LeaderVote {
  const vote = toWireVote(certificate);
  return { ...vote, votes: certificate.votes.map(({ signature }) => ({ vote, sig: signature })) };
}

/** Lock fields both or neither, maps ascending (docs/protocol/consensus.md 8.1). */
export function toNetworkProposal(
  proposal: Pick<Proposal, 'height' | 'round' | 'hash' | 'raw' | 'lock'>,
): NetworkProposal {
  const { height, round, hash, raw, lock } = proposal;
  return {
    height: BigInt(height),
    round: BigInt(round),
    voteProposal: {
      phash: hash,
      lockRound: lock === null ? null : BigInt(lock.round),
      lockVotes: lock === null ? null : toVoteSet(lock),
    },
    rawProposal: raw,
  };
}

function toVoteSet(certificate: Certificate): VoteSet {
  const vote = toWireVote(certificate);
  const count = BigInt(certificate.votes.length);
  return {
    votesBySender: certificate.votes.map(
      ({ signer, signature }) => [signer, { vote, sig: signature }] as const,
    ),
    votesByProposal: [[certificate.hash, count]],
    count,
  };
}

export function toSignedProposal(proposal: Proposal): SignedNetworkProposal {
  return { proposal: toNetworkProposal(proposal), sig: proposal.signature, sender: proposal.signer };
}

// ---- To the core ------------------------------------------------------------------------------------------------

/** Null for steps that are no votes. */
export function toVote({ height, round, step, hash }: FollowerVote): Vote | null {
  const [h, r, name] = [exact(height), exact(round), VOTE_STEPS.get(step)];
  if (h === null || r === null || name === undefined) return null;
  const isBallot = name === 'prevote' || name === 'precommit';
  return { height: h, round: r, step: name, hash: isBallot ? ((hash ?? NIL) as Hash) : NIL };
}

/** A certificate whose every vote is for the same, by its signer; null for anything else, nil included. */
export function toCertificate(leaderVote: LeaderVote, signers: readonly Address[]): Certificate | null {
  const vote = toVote(leaderVote);
  if (vote === null || vote.hash === NIL || !isBallot(vote.step)) return null;
  const votes: Endorsement[] = [];
  for (const [index, signed] of leaderVote.votes.entries()) {
    const signer = signers[index];
    if (signer === undefined || !isSameVote(signed.vote, leaderVote)) return null;
    votes.push({ signer, signature: signed.sig.slice() });
  }
  return { ...vote, step: vote.step, votes: votes.sort(bySigner) };
}

/** The polka inside a proposal: those of its votes that are prevotes of the lock round for its hash. */
export function lockOf({ height, voteProposal }: NetworkProposal): LeaderVote | null {
  const { phash, lockRound, lockVotes } = voteProposal;
  if (lockRound === null || lockVotes === null) return null;
  const polka: FollowerVote = { height, round: lockRound, step: WireStep.Prevote, hash: phash };
  const votes = lockVotes.votesBySender
    .map(([, signed]) => signed)
    .filter(({ vote }) => isSameVote(vote, polka));
  return { ...polka, votes };
}

function isBallot(step: VoteStep): step is BallotStep {
  return step === 'prevote' || step === 'precommit';
}

function isSameVote(a: FollowerVote, b: FollowerVote): boolean {
  return a.height === b.height && a.round === b.round && a.step === b.step && a.hash === b.hash;
}

function bySigner(a: { readonly signer: Address }, b: { readonly signer: Address }): number {
  return a.signer < b.signer ? -1 : a.signer > b.signer ? 1 : 0;
}
