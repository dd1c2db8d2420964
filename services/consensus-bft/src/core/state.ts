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
  Origin,
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

/** A final height, kept for stragglers; `raw` only of the last one. */
export interface Decided {
  readonly certificate: Certificate;
  raw: Uint8Array | null;
}

/** Messages for the next height, judged by the present validators, at most one of a kind and signer. */
export interface Early {
  readonly proposals: Map<Address, { readonly proposal: Proposal; readonly from: Origin }>;
  readonly newviews: Map<Address, { readonly vote: SignedVote; readonly from: Origin }>;
  polka: Certificate | null;
  decision: Certificate | null;
}

export interface State {
  readonly options: Options;

  /** False until the controller has said where the chain stands. */
  running: boolean;
  /** Two blocks were decided for one height: nothing this validator says can be trusted to help. */
  halted: boolean;
  /** The controller stands below this height, and the block it lacks was offered to it. */
  behind: boolean;
  /** W9: no vote up to this height. */
  silentThrough: number;

  /** The height being decided; 0 while nothing is known. */
  height: number;
  validators: readonly Address[];
  round: number;
  step: Step;
  /** When the round was entered, monotonic ms. */
  enteredAt: number;
  /** The wait of this step is over. */
  expired: boolean;

  /** The own controller's value for this height: asked for once (P1). */
  own: Hash | null;
  building: 'no' | 'asked' | 'failed';

  /** The value this validator precommitted last, by its polka (the quorum of prevotes). */
  lock: Certificate | null;
  /** The newest polka whose block is valid here: what a leader proposes again. */
  valid: Certificate | null;
  /** The newest polka seen, with or without its block. */
  polka: Certificate | null;
  /** A quorum of precommits. Nothing undoes it. */
  decision: Certificate | null;
  commit: 'no' | 'asked' | 'failed';
  commitAttempts: number;

  said: Said;
  /** What this validator prevoted in the last n rounds: a polka of it may still turn up. */
  readonly prevoted: Map<number, Hash>;
  proposals: ProposalKeeper;
  votes: VoteKeeper;
  early: Early;
  /** Final heights, oldest first. */
  readonly decided: Map<number, Decided>;

  /** Statements at the signer, and those it failed to sign. */
  readonly signing: Map<number, Statement>;
  readonly unsigned: Set<number>;
  /** The block that was asked for, and how often. */
  fetching: { hash: Hash; attempts: number; due: boolean } | null;

  readonly pace: Pace;
  retries: number;
  resends: number;
  /** The timer of each name that still counts. */
  readonly timers: Record<TimerName, number>;
  lastId: number;
  /** When each peer was last answered, to answer nobody too often. */
  readonly answered: Map<string, number>;
  /** Equivocations already reported in this height. */
  readonly accused: Set<string>;
}

const KEPT_DECISIONS = 100;

export function newState(options: Options): State {
  return {
    options,
    running: false,
    halted: false,
    behind: false,
    silentThrough: -1,
    height: 0,
    validators: [],
    round: 0,
    step: 'propose',
    enteredAt: 0,
    expired: false,
    own: null,
    building: 'no',
    lock: null,
    valid: null,
    polka: null,
    decision: null,
    commit: 'no',
    commitAttempts: 0,
    said: nothingSaid(),
    prevoted: new Map(),
    proposals: newProposalKeeper(),
    votes: newVoteKeeper(),
    early: noneEarly(),
    decided: new Map(),
    signing: new Map(),
    unsigned: new Set(),
    fetching: null,
    pace: { interval: 0, startsAt: 0, guard: 0 },
    retries: 0,
    resends: 0,
    timers: { round: 0, pace: 0, resend: 0, retry: 0 },
    lastId: 0,
    answered: new Map(),
    accused: new Set(),
  };
}

function nothingSaid(): Said {
  return { proposal: null, prevote: null, precommit: null, newview: null, newviewres: null };
}

export function noneEarly(): Early {
  return { proposals: new Map(), newviews: new Map(), polka: null, decision: null };
}

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
  switch (record.kind) {
    case 'height':
      return beginHeight(state, record.height);
    case 'round':
      return record.height === state.height ? beginRound(state, record.round) : undefined;
    case 'block': {
      if (record.height !== state.height) return;
      const block = keepBlock(state.proposals, record.hash, record.raw);
      block.stored = true;
      // A block is logged once it was found valid, or decided, or built here; see `store` in turn.ts.
      block.state = 'valid';
      if (record.own) state.own = record.hash;
      return;
    }
    case 'proposal':
      return record.proposal.height === state.height ? rememberProposal(state, record.proposal) : undefined;
    case 'vote':
      return record.vote.height === state.height ? rememberVote(state, record.vote) : undefined;
    case 'polka':
      return record.certificate.height === state.height
        ? rememberPolka(state, record.certificate, record.locked)
        : undefined;
    case 'decision':
      if (record.certificate.height !== state.height) return;
      state.decision = record.certificate;
      state.step = 'decided';
  }
}

function beginHeight(state: State, height: number): void {
  if (state.decision !== null) archive(state, state.decision);
  state.height = height;
  state.own = null;
  state.building = 'no';
  state.lock = null;
  state.valid = null;
  state.polka = null;
  state.decision = null;
  state.commit = 'no';
  state.commitAttempts = 0;
  state.proposals = newProposalKeeper();
  state.votes = newVoteKeeper();
  state.fetching = null;
  state.prevoted.clear();
  state.accused.clear();
  beginRound(state, 0);
}

function beginRound(state: State, round: number): void {
  state.round = round;
  state.step = 'propose';
  state.expired = false;
  state.said = nothingSaid();
  state.signing.clear();
  state.unsigned.clear();
  state.retries = 0;
  state.resends = 0;
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
  state.decided.set(decision.height, { certificate: decision, raw });
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
