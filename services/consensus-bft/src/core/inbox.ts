/**
 * Messages of other nodes. Each function keeps what is worth keeping and forgets the rest; signatures were checked
 * before, so all that is decided here is whether the signer may say it, and whether it still matters. What follows from
 * the facts is in rules.ts. Stragglers are answered here (R3).
 */
import { isValid, keepBlock } from './proposal-keeper.ts';
import { isQuorum, leaderOf } from './quorum.ts';
import { wantedBlocks } from './state.ts';
import type { Turn } from './turn.ts';
import { leads, mayVote, raise, tell } from './turn.ts';
import type { Accusable, Address, Certificate, Hash, Origin, PeerEvent, Proposal, Value } from './types.ts';
import { cast, tellBallots } from './voice.ts';
import { addBallot, addNewview } from './vote-keeper.ts';

export function onPeer(turn: Turn, event: PeerEvent) {
  switch (event.kind) {
    case 'proposal':
      return onProposal(turn, event);
    case 'vote': {
      const { step } = event.vote;
      return step === 'newview' || step === 'newviewres' ? onNewview(turn, event) : onBallot(turn, event);
    }
    case 'certificate':
      return onCertificate(turn, event);
    case 'fetch':
      return onFetch(turn, event.height, event.hash, event.from);
    case 'block':
      return onBlock(turn, event.height, event);
    default:
      event satisfies never;
  }
}

/** Takes up what came before its height had begun. */
export function replay(turn: Turn, early: ReadonlyMap<string, PeerEvent>): void {
  for (const event of early.values()) onPeer(turn, event);
}

type PeerEventOf<Kind> = Extract<PeerEvent, { readonly kind: Kind }>;

/** P2: at most one proposal per round, by its leader; kept for the rounds to come and for the next height. */
function onProposal(turn: Turn, event: PeerEventOf<'proposal'>) {
  const { state } = turn;
  const { proposal, from } = event;
  const { height, round, signer } = proposal;
  if (isDecided(turn, height)) return answerDecided(turn, height, signer, from);
  if (height > state.height + 1 || leaderOf(state.validators, height, round) !== signer) return;
  if (height > state.height) {
    // Only of the present validators, and of each the newest: n blocks at most.
    if (round <= state.validators.length) state.early.set(`proposal ${signer}`, event);
    return;
  }
  if (round < state.round) return onBlock(turn, height, proposal);
  if (round > state.round + state.validators.length) return;
  const known = state.proposals.offers.get(round)?.proposal;
  if (known !== undefined) return onSecondProposal(turn, known, proposal);
  state.proposals.offers.set(round, { proposal, sound: provesLock(turn, proposal) });
  keepBlock(state.proposals, proposal.hash, proposal.raw);
  if (proposal.lock !== null) onCertificate(turn, { kind: 'certificate', certificate: proposal.lock, from });
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
  if (proposal.round !== turn.state.round || leads(turn.state)) return;
  if (!answeredLately(turn, `again ${proposal.signer}`)) tellBallots(turn);
}

/** A block without a proposal: kept if something refers to it. */
function onBlock(turn: Turn, height: number, { hash, raw }: Value): void {
  const { state } = turn;
  if (height === state.height && wantedBlocks(state).includes(hash)) keepBlock(state.proposals, hash, raw);
}

/** Somebody lacks a block that we may have. */
function onFetch(turn: Turn, height: number, hash: Hash, from: Origin): void {
  const { state } = turn;
  const decided = state.decided.get(height);
  const past = decided?.certificate.hash === hash ? decided.raw : null;
  const raw = height === state.height ? state.proposals.blocks.get(hash)?.raw : past;
  if (!raw || answeredLately(turn, `block ${from}`)) return;
  tell(turn, { kind: 'origin', origin: from }, { kind: 'block', height, raw });
}

/** Only the leader of the round counts single ballots. */
function onBallot(turn: Turn, { vote }: PeerEventOf<'vote'>): void {
  const { state } = turn;
  const { height, round, step, signer } = vote;
  if (height !== state.height || round !== state.round || !leads(state)) return;
  if (!state.validators.includes(signer) || (step !== 'prevote' && step !== 'precommit')) return;
  const earlier = addBallot(state.votes, step, vote);
  if (earlier !== null) accuse(turn, earlier, vote);
}

/** R2 counts it; R3 answers who is behind. */
function onNewview(turn: Turn, event: PeerEventOf<'vote'>) {
  const { state } = turn;
  const { vote, from } = event;
  const { height, round, signer } = vote;
  if (!state.validators.includes(signer) || signer === state.options.self) return;
  if (isDecided(turn, height)) return answerDecided(turn, height, signer, from);
  if (height === state.height + 1) {
    const kept = state.early.get(`newview ${signer}`);
    if (kept?.kind !== 'vote' || kept.vote.round < round) state.early.set(`newview ${signer}`, event);
  }
  if (height !== state.height) return;
  addNewview(state.votes, signer, round);
  if (vote.step === 'newview' && round < state.round) answerBehind(turn, signer, from);
}

/** A quorum of votes, whoever brings it. A prevote quorum is a polka (L1, L2), a precommit quorum a decision (D1). */
function onCertificate(turn: Turn, event: PeerEventOf<'certificate'>) {
  const { state } = turn;
  const { certificate } = event;
  const { height, round, step } = certificate;
  if (height < state.height) return onPastCertificate(turn, certificate);
  if (height > state.height + 1 || !isQuorum(certificate, state.validators)) return;
  if (height > state.height) {
    const kept = state.early.get(step);
    if (kept?.kind !== 'certificate' || kept.certificate.round < round) state.early.set(step, event);
    return;
  }
  const known = step === 'prevote' ? state.polka : state.decision;
  const isComparable = known !== null && (step === 'precommit' || known.round === round);
  if (isComparable && known.hash !== certificate.hash) return onConflict(turn, known, certificate);
  if (state.decision !== null) return;
  if (certificate.step === 'precommit') {
    state.decision = certificate;
    state.step = 'decided';
  } else if (round > (state.polka?.round ?? -1)) {
    state.polka = certificate;
  } else if (round > (state.valid?.round ?? -1) && isValid(state.proposals, certificate.hash)) {
    // L2: older than the newest polka, but its block is at hand and that one's may not be.
    state.valid = certificate;
  }
}

/** D1: of heights that are over only a contradiction is of interest. */
function onPastCertificate(turn: Turn, certificate: Certificate): void {
  const decided = turn.state.decided.get(certificate.height);
  if (decided === undefined || certificate.step !== 'precommit') return;
  if (decided.certificate.hash === certificate.hash || !isQuorum(certificate, decided.validators)) return;
  onConflict(turn, decided.certificate, certificate);
}

/** D1: more than f validators lied. Whatever is said now can only make it worse. */
function onConflict(turn: Turn, first: Certificate, second: Certificate): void {
  const { state } = turn;
  if (!state.halted) raise(turn, { kind: 'conflict', first, second });
  state.halted = true;
}

/** Two signed statements that exclude each other: reported once per height, kind and signer. */
function accuse(turn: Turn, first: Accusable, second: Accusable): void {
  const what = `${'step' in first ? first.step : 'proposal'} ${first.signer}`;
  if (turn.state.accused.has(what)) return;
  turn.state.accused.add(what);
  raise(turn, { kind: 'equivocation', first, second });
}

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
  const { answered, validators, pace } = state;
  const last = answered.get(whom);
  if (last !== undefined && now - last < pace.interval / 8) return true;
  answered.delete(whom);
  answered.set(whom, now);
  const oldest = answered.keys().next().value;
  if (answered.size > 4 * validators.length + 64 && oldest !== undefined) answered.delete(oldest);
  return false;
}
