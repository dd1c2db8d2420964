/**
 * All the core knows, and `remember`: the one place where an entry of the write-ahead log changes it. The running core
 * and a replay after a crash go through the same function, so what comes back is what was there.
 */
import type { Pace } from './pacing.ts';
import type { ProposalKeeper } from './proposal-keeper.ts';
import { askAgain, forgetBelow, keepBlock, newProposalKeeper } from './proposal-keeper.ts';
import type {
  Address,
  Certificate,
  Hash,
  Options,
  PeerEvent,
  Proposal,
  SignedVote,
  Statement,
  TimerName,
  WalRecord,
} from './types.ts';
import { NIL } from './types.ts';
import type { VoteKeeper } from './vote-keeper.ts';
import { addNewview, clearBallots, newVoteKeeper } from './vote-keeper.ts';

/** How far the own validator went in the round: having prevoted, it waits for a polka; having precommitted, … */
export type Step = 'propose' | 'prevote' | 'precommit' | 'decided';

/** A statement that the own validator decided to make; `signed` once its signature came and it is in the log. */
export interface Cast<Signed> {
  readonly hash: Hash;
  readonly signed: Signed | null;
}

/** What the own validator said in the round in force: each at most once (no double sign). */
export interface Said {
  proposal: Cast<Proposal> | null;
  prevote: Cast<SignedVote> | null;
  precommit: Cast<SignedVote> | null;
  newview: Cast<SignedVote> | null;
  /** Answer for stragglers: "I am past round R − 1". */
  newviewres: Cast<SignedVote> | null;
}

/** A final height, kept for stragglers; `raw` only of the last one. The log does not tell its validators. */
export interface Decided {
  readonly certificate: Certificate;
  readonly validators: readonly Address[];
  raw: Uint8Array | null;
}

/** What a validator remembers from height to height. */
class Lasting {
  /** False until the controller has said where the chain stands. */
  running = false;
  /** Two blocks were decided for one height: nothing this validator says can be trusted to help. */
  halted = false;
  /** The controller stands below this height, and the block it lacks was offered to it. */
  behind = false;
  /** W9: no vote up to this height. */
  silentThrough = -1;
  /** The deciders of the height in force, in the controller's order. */
  validators: readonly Address[] = [];
  /** Messages for the next height, of a kind and signer the newest one. */
  early = new Map<string, PeerEvent>();
  /** Final heights, oldest first. */
  readonly decided = new Map<number, Decided>();
  readonly pace: Pace = { interval: 0, startsAt: 0, guard: 0 };
  /** The timer of each name that still counts; 0 for none. */
  readonly timers: Record<TimerName, number> = { round: 0, pace: 0, resend: 0, retry: 0 };
  /** The newest id of a timer or signature. */
  lastId = 0;
  /** When each peer was last answered, to answer nobody too often. */
  readonly answered = new Map<string, number>();
}

/** What ends with a height. */
class OfHeight {
  /** The own controller's value for this height: asked for once (P1). */
  own: Hash | null = null;
  building: 'no' | 'asked' | 'failed' = 'no';
  /** The value this validator precommitted last, by its polka (the quorum of prevotes). */
  lock: Certificate | null = null;
  /** The newest polka whose block is valid here: what a leader proposes again. */
  valid: Certificate | null = null;
  /** The newest polka seen, with or without its block. */
  polka: Certificate | null = null;
  /** A quorum of precommits. Nothing undoes it. */
  decision: Certificate | null = null;
  commit: 'no' | 'asked' | 'failed' = 'no';
  commitAttempts = 0;
  /** What this validator prevoted in the last n rounds: a polka of it may still turn up. */
  readonly prevoted = new Map<number, Hash>();
  readonly proposals: ProposalKeeper = newProposalKeeper();
  readonly votes: VoteKeeper = newVoteKeeper();
  /** The block that was asked for, and how often. */
  fetching: { hash: Hash; attempts: number; due: boolean } | null = null;
  /** Equivocations and refusals already reported. */
  readonly accused = new Set<string>();
}

/** What ends with a round. */
class OfRound {
  step: Step = 'propose';
  /** When the round was entered, monotonic ms. */
  enteredAt = 0;
  /** The wait of this step is over. */
  expired = false;
  readonly said: Said = { proposal: null, prevote: null, precommit: null, newview: null, newviewres: null };
  /** Statements at the signer, and those it failed to sign. */
  readonly signing = new Map<number, Statement>();
  readonly unsigned = new Set<number>();
  retries = 0;
  resends = 0;
}

/** Plain data: the classes above only say how each part begins. */
export interface State extends Lasting, OfHeight, OfRound {
  readonly options: Options;
  /** The height being decided; 0 while nothing is known. */
  height: number;
  round: number;
}

export function newState(options: Options): State {
  return { options, height: 0, round: 0, ...new Lasting(), ...new OfHeight(), ...new OfRound() };
}

const KEPT_DECISIONS = 100;

/** The state after a crash: what the log tells, and nothing else. */
export function recover(options: Options, records: Iterable<WalRecord>): State {
  const state = newState(options);
  for (const record of records) remember(state, record);
  return state;
}

/** The shortest log that `recover` makes this state of, as far as it was logged: for cutting a log that got long. */
export function snapshot(state: State): WalRecord[] {
  const records: WalRecord[] = [];
  const last = [...state.decided.values()].at(-1);
  if (last !== undefined && last.raw !== null) {
    const { height, hash } = last.certificate;
    records.push({ kind: 'height', height }, { kind: 'decision', certificate: last.certificate });
    records.push({ kind: 'block', height, hash, raw: last.raw, own: false });
  }
  const { height, round, lock, valid, decision, said } = state;
  records.push({ kind: 'height', height });
  if (round > 0) records.push({ kind: 'round', height, round });
  for (const [hash, { raw, stored }] of state.proposals.blocks) {
    if (stored) records.push({ kind: 'block', height, hash, raw, own: hash === state.own });
  }
  if (lock !== null) records.push({ kind: 'polka', certificate: lock, locked: true });
  if (valid !== null && valid !== lock) records.push({ kind: 'polka', certificate: valid, locked: false });
  if (said.proposal?.signed) {
    const { raw: _, ...proposal } = said.proposal.signed;
    records.push({ kind: 'proposal', proposal });
  }
  for (const vote of [said.prevote, said.precommit, said.newview, said.newviewres]) {
    if (vote?.signed) records.push({ kind: 'vote', vote: vote.signed });
  }
  if (decision !== null) records.push({ kind: 'decision', certificate: decision });
  return records;
}

/** Applies one entry of the log. Entries of another height than the one in force are history. */
export function remember(state: State, record: WalRecord) {
  if (record.kind === 'height') return beginHeight(state, record.height);
  if (heightOf(record) !== state.height) return;
  switch (record.kind) {
    case 'round':
      return beginRound(state, record.round);
    case 'block': {
      const block = keepBlock(state.proposals, record.hash, record.raw);
      block.stored = true;
      // A block is logged once it was found valid, or decided, or built here; see `store` in turn.ts.
      block.state = 'valid';
      if (record.own) state.own = record.hash;
      return;
    }
    case 'proposal':
      return rememberProposal(state, record.proposal);
    case 'vote':
      return rememberVote(state, record.vote);
    case 'polka':
      return rememberPolka(state, record.certificate, record.locked);
    case 'decision':
      state.decision = record.certificate;
      state.step = 'decided';
      return;
    default:
      record satisfies never;
  }
}

function heightOf(record: WalRecord): number {
  if ('certificate' in record) return record.certificate.height;
  if ('proposal' in record) return record.proposal.height;
  return 'vote' in record ? record.vote.height : record.height;
}

function beginHeight(state: State, height: number): void {
  if (state.decision !== null) archive(state, state.decision);
  Object.assign(state, new OfHeight(), { height });
  beginRound(state, 0);
}

function beginRound(state: State, round: number): void {
  Object.assign(state, new OfRound(), { round });
  if (state.building === 'failed') state.building = 'no';
  const n = state.validators.length; // 0 in a replay, which forgets nothing
  for (const at of state.prevoted.keys()) {
    if (n > 0 && at + n < round) state.prevoted.delete(at);
  }
  clearBallots(state.votes);
  askAgain(state.proposals);
  forgetBelow(state.proposals, round, wantedBlocks(state));
}

/** The blocks that outlive the round their proposal was made in. */
export function wantedBlocks(state: State): Hash[] {
  const certificates = [state.lock, state.valid, state.polka, state.decision];
  const hashes = certificates.flatMap((certificate) => (certificate === null ? [] : [certificate.hash]));
  return [...hashes, ...state.prevoted.values(), ...(state.own === null ? [] : [state.own])];
}

function archive(state: State, decision: Certificate): void {
  for (const decided of state.decided.values()) decided.raw = null;
  const raw = state.proposals.blocks.get(decision.hash)?.raw ?? null;
  state.decided.set(decision.height, { certificate: decision, validators: state.validators, raw });
  for (const height of state.decided.keys()) {
    if (state.decided.size <= KEPT_DECISIONS) return;
    state.decided.delete(height);
  }
}

function rememberProposal(state: State, logged: Omit<Proposal, 'raw'>): void {
  const block = state.proposals.blocks.get(logged.hash);
  if (block === undefined || logged.round !== state.round) return;
  const proposal: Proposal = { ...logged, raw: block.raw };
  state.said.proposal = { hash: proposal.hash, signed: proposal };
  state.proposals.offers.set(proposal.round, { proposal, sound: true });
}

function rememberVote(state: State, vote: SignedVote): void {
  if (vote.step === 'newview') addNewview(state.votes, vote.signer, vote.round);
  if (vote.step !== 'newviewres' && vote.round !== state.round) return;
  state.said[vote.step] = { hash: vote.hash, signed: vote };
  if (vote.step === 'prevote' && vote.hash !== NIL) state.prevoted.set(vote.round, vote.hash);
  if (vote.step === 'prevote' && state.step === 'propose') state.step = 'prevote';
  if (vote.step === 'precommit' && state.step !== 'decided') state.step = 'precommit';
}

function rememberPolka(state: State, polka: Certificate, locked: boolean): void {
  if (polka.round > (state.polka?.round ?? -1)) state.polka = polka;
  if (polka.round > (state.valid?.round ?? -1)) state.valid = polka;
  if (locked) state.lock = polka;
}
