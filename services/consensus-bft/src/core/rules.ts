/**
 * The protocol: Tendermint's rules over the messages of bft (docs/protocol/consensus.md 8.2). Each rule looks at the
 * facts, and if its condition holds it acts and says so; `settle` in core.ts applies the first one that can act until
 * none can. No rule calls another, and the order of the table is part of the protocol only where a comment says so.
 *
 * Why two correct validators never decide differently: a decision for v in round r needs a quorum of precommits, so
 * f + 1 correct validators hold a lock (r, v). V1 and V2 let those prevote another value only on a polka of a round ≥ r
 * for it; the first such polka would need the prevote of one of them before there is one. One prevote and one precommit
 * per round and validator, across crashes, is what `said` and the log stand for.
 */
import { resendAfter } from './pacing.ts';
import { isValid } from './proposal-keeper.ts';
import { faultsOf, quorumOf } from './quorum.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';
import {
  arm,
  armRetry,
  armRound,
  disarm,
  enterRound,
  leads,
  mayVote,
  record,
  tell,
  tellAll,
} from './turn.ts';
import type { Certificate, Hash } from './types.ts';
import { NIL } from './types.ts';
import { cast, sign, store } from './voice.ts';
import { certify, givenUpBy } from './vote-keeper.ts';

/** True when the rule acted; then the facts have changed and all rules are tried again. */
export type Rule = (turn: Turn, state: State) => boolean;

// ---- Deciding -----------------------------------------------------------------------------------------------------

/** D1, the leader's part: a quorum of precommits for one value is a decision, and everybody hears of it. */
function certifyPrecommits(turn: Turn, state: State): boolean {
  if (state.decision !== null || !leads(state)) return false;
  const decision = certify(state.votes, 'precommit', state.validators);
  if (decision === null) return false;
  state.decision = decision;
  state.step = 'decided';
  tellAll(turn, { kind: 'certificate', certificate: decision });
  return true;
}

/** D1, C1, W4: a decision of any round is committed, as soon as its block is here. */
function commit(turn: Turn, state: State): boolean {
  const { decision } = state;
  if (decision === null || state.commit !== 'no' || state.halted) return false;
  const block = state.proposals.blocks.get(decision.hash);
  if (block === undefined) return false;
  record(turn, { kind: 'decision', certificate: decision });
  store(turn, decision.hash, block);
  disarm(turn, 'round');
  disarm(turn, 'resend');
  state.commit = 'asked';
  state.commitAttempts += 1;
  const { height } = state;
  turn.send.push({ kind: 'commit', height, hash: decision.hash, raw: block.raw, certificate: decision });
  return true;
}

// ---- Locking ------------------------------------------------------------------------------------------------------

/** L1, the leader's part: a quorum of prevotes for one value is a polka, and everybody hears of it. */
function certifyPrevotes(turn: Turn, state: State): boolean {
  if (!leads(state) || (state.polka !== null && state.polka.round >= state.round)) return false;
  const polka = certify(state.votes, 'prevote', state.validators);
  if (polka === null) return false;
  state.polka = polka;
  tellAll(turn, { kind: 'certificate', certificate: polka });
  return true;
}

/** L1: a polka of a higher round takes us to that round. */
function followPolka(turn: Turn, state: State): boolean {
  if (state.decision !== null || state.polka === null || state.polka.round <= state.round) return false;
  enterRound(turn, state.polka.round);
  return true;
}

/**
 * L1, L2: the newest polka whose block is valid here is what we would propose. It changes no lock and casts no vote.
 * After `lock` in the table, which does the same and more.
 */
function adoptPolka(turn: Turn, state: State): boolean {
  const { polka } = state;
  if (polka === null || polka.round <= roundOf(state.valid) || state.decision !== null) return false;
  const block = state.proposals.blocks.get(polka.hash);
  if (block?.state !== 'valid') return false;
  store(turn, polka.hash, block);
  record(turn, { kind: 'polka', certificate: polka, locked: false });
  return true;
}

/**
 * L1, W3: on the polka of the current round lock its value and precommit, once per round. Before `prevote` in the
 * table: having precommitted we no longer prevote in the round.
 */
function lock(turn: Turn, state: State): boolean {
  const { polka } = state;
  if (polka === null || !willLock(state)) return false;
  const block = state.proposals.blocks.get(polka.hash);
  if (block === undefined) return false;
  store(turn, polka.hash, block);
  record(turn, { kind: 'polka', certificate: polka, locked: true });
  state.step = 'precommit';
  cast(turn, 'precommit', state.round, polka.hash);
  armRound(turn);
  return true;
}

function willLock(state: State): boolean {
  const { polka } = state;
  if (polka === null || polka.round !== state.round || state.said.precommit !== null) return false;
  return mayVote(state) && isValid(state.proposals, polka.hash);
}

// ---- Proposing ----------------------------------------------------------------------------------------------------

/** P1: the leader proposes the newest valid polka's value with its proof, else the own controller's. */
function propose(turn: Turn, state: State): boolean {
  if (!mayVote(state) || !leads(state) || state.step !== 'propose' || state.said.proposal !== null)
    return false;
  if (roundOf(state.polka) >= state.round || awaitsBlock(state)) return false;
  if (state.round === 0 && !isDue(turn, state)) return false;
  const hash = state.valid?.hash ?? state.own;
  const block = hash === null ? undefined : state.proposals.blocks.get(hash);
  if (hash === null || block === undefined) return build(turn, state);
  const { height, round, valid } = state;
  state.said.proposal = { hash, signed: null };
  sign(turn, { kind: 'proposal', height, round, hash, raw: block.raw, lock: valid });
  return true;
}

/**
 * P1: the newest polka's value comes first, even if its block is not here yet. But not for ever: a block that nobody
 * gives is locked by no correct validator, and one that the own controller refuses is not ours to propose.
 */
function awaitsBlock(state: State): boolean {
  const { polka } = state;
  if (polka === null || polka.round <= roundOf(state.valid)) return false;
  const block = state.proposals.blocks.get(polka.hash);
  if (block === undefined) return (state.fetching?.attempts ?? 0) < FETCH_ATTEMPTS;
  return block.state !== 'invalid';
}

/** P1: one value of the own controller per height. */
function build(turn: Turn, state: State): boolean {
  if (state.building !== 'no') return false;
  state.building = 'asked';
  turn.ask.push({ kind: 'build', height: state.height });
  return true;
}

/** T1: not before the height begins, plus what the slowest clock among the peers is behind. */
function isDue(turn: Turn, state: State): boolean {
  const wait = state.pace.startsAt + state.pace.guard - turn.now;
  if (wait <= 0) return true;
  if (state.timers.pace === 0) arm(turn, 'pace', wait);
  return false;
}

// ---- Prevoting ----------------------------------------------------------------------------------------------------

/** V1, V2, V3: one prevote per round, for the proposal if the lock allows it, else for nothing. */
function prevote(turn: Turn, state: State): boolean {
  if (state.step !== 'propose' || state.said.prevote !== null || !mayVote(state)) return false;
  const choice = choose(state);
  if (choice === null) return false;
  const block = state.proposals.blocks.get(choice);
  if (block !== undefined) store(turn, choice, block); // if a polka comes of it, somebody must have it
  const excuse = state.proposals.offers.get(state.round)?.proposal.lock ?? null;
  if (choice !== NIL && state.lock !== null && state.lock.hash !== choice && excuse !== null) {
    record(turn, { kind: 'polka', certificate: excuse, locked: false }); // W3: what unlocks us clears us of amnesia
  }
  state.step = 'prevote';
  cast(turn, 'prevote', state.round, choice);
  if (choice !== NIL) armRound(turn);
  return true;
}

/** What to prevote now; null while it is open. */
function choose(state: State): Hash | null {
  const offer = state.proposals.offers.get(state.round);
  const undecided = state.expired ? NIL : null;
  if (offer === undefined) return undecided;
  const { proposal, sound } = offer;
  const block = state.proposals.blocks.get(proposal.hash);
  if (!sound || block?.state === 'invalid') return NIL; // V3
  if (block?.state !== 'valid') return undecided;
  const { lock } = state;
  if (lock === null || lock.hash === proposal.hash) return proposal.hash; // V1, V2
  return proposal.lock !== null && lock.round <= proposal.lock.round ? proposal.hash : NIL; // V2, V1
}

/** P2: a block that a vote waits for is shown to the controller. */
function check(turn: Turn, state: State): boolean {
  if (!mayVote(state)) return false;
  const offered = state.proposals.offers.get(state.round)?.proposal.hash;
  for (const hash of [state.polka?.hash, offered]) {
    const block = hash === undefined ? undefined : state.proposals.blocks.get(hash);
    if (hash === undefined || block?.state !== 'unchecked') continue;
    block.state = 'checking';
    turn.ask.push({ kind: 'check', height: state.height, hash, raw: block.raw });
    return true;
  }
  return false;
}

// ---- Changing rounds ------------------------------------------------------------------------------------------------

/**
 * R1: a round that can no longer get what it needs from us is given up, aloud: the step's wait is over, or we prevoted
 * for nothing. It forbids nothing; what comes late for this round still counts.
 */
function giveUp(turn: Turn, state: State): boolean {
  if (!mayVote(state) || state.said.newview !== null) return false;
  if (!state.expired && state.said.prevote?.hash !== NIL) return false;
  return newview(turn, state);
}

/** R2: f + 1 validators have given up this round or higher ones, one of them correct: join them. */
function joinNewview(turn: Turn, state: State): boolean {
  if (state.decision !== null) return false;
  const round = givenUpBy(state.votes, faultsOf(state.validators.length) + 1);
  if (round > state.round) {
    enterRound(turn, round);
    return true;
  }
  return round === state.round && mayVote(state) && state.said.newview === null
    ? newview(turn, state)
    : false;
}

/** R2: a quorum has given up this round or higher ones. */
function leaveRound(turn: Turn, state: State): boolean {
  if (state.decision !== null) return false;
  const round = givenUpBy(state.votes, quorumOf(state.validators.length));
  if (round < state.round) return false;
  enterRound(turn, round + 1);
  return true;
}

function newview(turn: Turn, state: State): boolean {
  cast(turn, 'newview', state.round);
  if (state.timers.resend === 0) arm(turn, 'resend', resendAfter(state.pace, state.resends));
  return true;
}

// ---- Missing pieces -------------------------------------------------------------------------------------------------

/** After so many requests for a block, two to single voters and then to everybody, nobody has it. */
const FETCH_ATTEMPTS = 5;

/** D1, L1: a certificate whose block is not here: ask who voted for it, after a moment; then ask everybody. */
function fetchBlock(turn: Turn, state: State): boolean {
  const wanted = missingBlock(state);
  if (wanted === null) {
    state.fetching = null;
    return false;
  }
  if (state.fetching?.hash !== wanted.hash) state.fetching = { hash: wanted.hash, attempts: 0, due: false };
  armRetry(turn);
  const { fetching } = state;
  if (!fetching.due) return false;
  const voters = wanted.votes.filter((vote) => vote.signer !== state.options.self);
  const voter = fetching.attempts < 2 ? voters[fetching.attempts]?.signer : undefined;
  const message = { kind: 'fetch', height: state.height, hash: wanted.hash } as const;
  tell(turn, voter === undefined ? { kind: 'all' } : { kind: 'validator', address: voter }, message);
  fetching.due = false;
  fetching.attempts += 1;
  return true;
}

function missingBlock(state: State): Certificate | null {
  const polka = mayVote(state) && roundOf(state.polka) > roundOf(state.valid) ? state.polka : null;
  const wanted = state.decision ?? polka;
  return wanted === null || state.proposals.blocks.has(wanted.hash) ? null : wanted;
}

function roundOf(certificate: Certificate | null): number {
  return certificate === null ? -1 : certificate.round;
}

/** Decisions first, then what a polka demands, then rounds, and only then new proposals and prevotes. */
export const RULES: readonly Rule[] = [
  certifyPrecommits,
  commit,
  certifyPrevotes,
  leaveRound,
  followPolka,
  lock,
  adoptPolka,
  joinNewview,
  propose,
  prevote,
  giveUp,
  check,
  fetchBlock,
];
