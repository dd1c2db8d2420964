/**
 * Messages of other nodes. Each function keeps what is worth keeping and forgets the rest; signatures were checked
 * before, so all that is decided here is whether the signer may say it, and whether it still matters. What follows from
 * the facts is in rules.ts. Stragglers are answered here (R3).
 */
import { keepBlock } from './proposal-keeper.ts';
import { isQuorum, leaderOf } from './quorum.ts';
import type { Early } from './state.ts';
import { wantedBlocks } from './state.ts';
import type { Turn } from './turn.ts';
import { cast, leader, leads, mayVote, raise, tell } from './turn.ts';
import type { Address, Certificate, Hash, Origin, Proposal, SignedVote } from './types.ts';
import { addBallot, addNewview } from './vote-keeper.ts';

/** P2: at most one proposal per round, by its leader; kept for the rounds to come and for the next height. */
export function onProposal(turn: Turn, proposal: Proposal, from: Origin) {
  const { state } = turn;
  const { height, round, signer } = proposal;
  if (isDecided(turn, height)) return answerDecided(turn, height, signer, from);
  if (height === state.height + 1) {
    // Only of the present validators, and of each the newest: n blocks at most.
    if (round > state.validators.length || leaderOf(state.validators, height, round) !== signer) return;
    state.early.proposals.set(signer, { proposal, from });
    return;
  }
  if (height !== state.height || leaderOf(state.validators, height, round) !== signer) return;
  if (round < state.round) return onBlock(turn, height, proposal.hash, proposal.raw);
  if (round > state.round + state.validators.length) return;
  const known = state.proposals.offers.get(round)?.proposal;
  if (known !== undefined) return onSecondProposal(turn, known, proposal);
  state.proposals.offers.set(round, { proposal, sound: provesLock(turn, proposal) });
  keepBlock(state.proposals, proposal.hash, proposal.raw);
  if (proposal.lock !== null) onCertificate(turn, proposal.lock);
}

/** V2: the proof of lock is a polka of this height for this value, of a round before the proposal's. */
function provesLock({ state }: Turn, { height, round, hash, lock }: Proposal): boolean {
  if (lock === null) return true;
  if (lock.height !== height || lock.step !== 'prevote' || lock.hash !== hash || lock.round >= round)
    return false;
  return isQuorum(lock, state.validators);
}

/** The leader said it again: after a restart, so our vote may be lost, too; or it said two things. */
function onSecondProposal(turn: Turn, known: Proposal, proposal: Proposal) {
  if (known.hash !== proposal.hash || known.lock?.round !== proposal.lock?.round) {
    return accuse(turn, known, proposal);
  }
  if (proposal.round === turn.state.round && !answeredLately(turn, `again ${proposal.signer}`))
    tellVotes(turn);
}

/** Sends the own votes of the round to its leader once more. */
export function tellVotes(turn: Turn): void {
  const { state } = turn;
  const address = leader(state);
  if (address === undefined || leads(state)) return;
  for (const vote of [state.said.prevote?.signed, state.said.precommit?.signed]) {
    if (vote) tell(turn, { kind: 'validator', address }, { kind: 'vote', vote });
  }
}

export function onVote(turn: Turn, vote: SignedVote, from: Origin) {
  const { state } = turn;
  if (vote.step === 'newview' || vote.step === 'newviewres') return onNewview(turn, vote, from);
  if (vote.height !== state.height || vote.round !== state.round || !leads(state)) return;
  if (!state.validators.includes(vote.signer)) return;
  const earlier = addBallot(state.votes, vote.step, vote);
  if (earlier !== null) accuse(turn, earlier, vote);
}

/** R2 counts it; R3 answers who is behind. */
function onNewview(turn: Turn, vote: SignedVote, from: Origin) {
  const { state } = turn;
  if (!state.validators.includes(vote.signer) || vote.signer === state.options.self) return;
  if (isDecided(turn, vote.height)) return answerDecided(turn, vote.height, vote.signer, from);
  if (vote.height === state.height + 1) {
    const kept = state.early.newviews.get(vote.signer)?.vote;
    if (kept === undefined || kept.round < vote.round) state.early.newviews.set(vote.signer, { vote, from });
  }
  if (vote.height !== state.height) return;
  addNewview(state.votes, vote.signer, vote.round);
  if (vote.step === 'newview' && vote.round < state.round) answerBehind(turn, vote.signer, from);
}

/** A quorum of votes, whoever brings it. A prevote quorum is a polka (L1, L2), a precommit quorum a decision (D1). */
export function onCertificate(turn: Turn, certificate: Certificate) {
  const { state } = turn;
  if (certificate.height !== state.height) return onOtherHeight(turn, certificate);
  if (!isQuorum(certificate, state.validators)) return;
  const known = certificate.step === 'prevote' ? state.polka : state.decision;
  const comparable =
    known !== null && (certificate.step === 'precommit' || known.round === certificate.round);
  if (comparable && known.hash !== certificate.hash) return onConflict(turn, known, certificate);
  if (state.decision !== null) return;
  if (certificate.step === 'precommit') {
    state.decision = certificate;
    state.step = 'decided';
  } else if (certificate.round > (state.polka?.round ?? -1)) {
    state.polka = certificate;
  } else if (certificate.round > (state.valid?.round ?? -1) && knows(turn, certificate.hash)) {
    // L2: older than the newest polka, but its block is at hand and that one's may not be.
    state.valid = certificate;
  }
}

function knows({ state }: Turn, hash: Hash): boolean {
  return state.proposals.blocks.get(hash)?.state === 'valid';
}

function onOtherHeight(turn: Turn, certificate: Certificate): void {
  const { state } = turn;
  const decided = state.decided.get(certificate.height)?.certificate;
  if (decided !== undefined && certificate.step === 'precommit' && decided.hash !== certificate.hash) {
    if (isQuorum(certificate, state.validators)) onConflict(turn, decided, certificate);
    return;
  }
  if (certificate.height !== state.height + 1 || !isQuorum(certificate, state.validators)) return;
  if (certificate.step === 'precommit') state.early.decision = certificate;
  else if (certificate.round > (state.early.polka?.round ?? -1)) state.early.polka = certificate;
}

/** D1: more than f validators lied. Whatever is said now can only make it worse. */
function onConflict(turn: Turn, first: Certificate, second: Certificate): void {
  const { state } = turn;
  if (!state.halted) raise(turn, { kind: 'conflict', first, second });
  state.halted = true;
}

/** Somebody lacks a block that we may have. */
export function onFetch(turn: Turn, height: number, hash: Hash, from: Origin): void {
  const { state } = turn;
  const decided = state.decided.get(height);
  const past = decided?.certificate.hash === hash ? decided.raw : null;
  const raw = height === state.height ? state.proposals.blocks.get(hash)?.raw : past;
  if (!raw || answeredLately(turn, `block ${from}`)) return;
  tell(turn, { kind: 'origin', origin: from }, { kind: 'block', height, raw });
}

/** A block without a proposal: kept if something refers to it. */
export function onBlock(turn: Turn, height: number, hash: Hash, raw: Uint8Array): void {
  const { state } = turn;
  if (height === state.height && wantedBlocks(state).includes(hash)) keepBlock(state.proposals, hash, raw);
}

/** Takes up what came before its height had begun. */
export function replay(turn: Turn, early: Early): void {
  for (const { proposal, from } of early.proposals.values()) onProposal(turn, proposal, from);
  for (const { vote, from } of early.newviews.values()) onNewview(turn, vote, from);
  for (const certificate of [early.polka, early.decision]) {
    if (certificate !== null) onCertificate(turn, certificate);
  }
}

// ---- R3: answers for stragglers -----------------------------------------------------------------------------------

function isDecided({ state }: Turn, height: number): boolean {
  return height < state.height || (height === state.height && state.decision !== null);
}

/** A peer works on a height that is over: here is its decision. */
function answerDecided(turn: Turn, height: number, signer: Address, from: Origin): void {
  const { state } = turn;
  const certificate = height === state.height ? state.decision : state.decided.get(height)?.certificate;
  if (!certificate || !state.validators.includes(signer) || signer === state.options.self) return;
  if (answeredLately(turn, `decided ${signer}`)) return;
  tell(turn, { kind: 'origin', origin: from }, { kind: 'certificate', certificate });
}

/**
 * A peer is in a lower round. The original answers with a vote for the peer's own round; for R − 1 it takes the peer
 * all the way at once, and an original counts it as well.
 */
function answerBehind(turn: Turn, signer: Address, from: Origin): void {
  const { state } = turn;
  // When all change rounds together the last newviews come when we have gone on already: that is no straggling.
  if (turn.now - state.enteredAt < state.pace.interval / 8) return;
  const answer = state.said.newviewres;
  if (answer === null) {
    if (mayVote(state)) cast(turn, 'newviewres', state.round - 1);
  } else if (answer.signed !== null && !answeredLately(turn, `behind ${signer}`)) {
    tell(turn, { kind: 'origin', origin: from }, { kind: 'vote', vote: answer.signed });
  }
}

/** Notes an answer to `whom`; true when one was given a moment ago. Bounded: the oldest entry makes room. */
function answeredLately({ state, now }: Turn, whom: string): boolean {
  const last = state.answered.get(whom);
  if (last !== undefined && now - last < state.pace.interval / 8) return true;
  state.answered.delete(whom);
  state.answered.set(whom, now);
  const oldest = state.answered.keys().next().value;
  if (state.answered.size > 4 * state.validators.length + 64 && oldest !== undefined)
    state.answered.delete(oldest);
  return false;
}

/** Two signed statements that exclude each other: reported once per height, kind and signer. */
function accuse(turn: Turn, first: SignedVote | Proposal, second: SignedVote | Proposal): void {
  const what = `${'step' in first ? first.step : 'proposal'} ${first.signer}`;
  if (turn.state.accused.has(what)) return;
  turn.state.accused.add(what);
  raise(turn, { kind: 'equivocation', first, second });
}
