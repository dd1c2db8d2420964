/**
 * The controller's side: configurations, built and checked values, results of commits (rules C1 and C2 of
 * docs/protocol/consensus.md 8.2). Like the inbox it only notes facts; what follows from them is in rules.ts.
 */
import { replay } from './inbox.ts';
import { intervalOf, learnGuard, startNext } from './pacing.ts';
import { leaderOf } from './quorum.ts';
import { newState, noneEarly } from './state.ts';
import type { Turn } from './turn.ts';
import { armRetry, armRound, enterRound, raise, record } from './turn.ts';
import type { CommitResult, Configuration, Hash, Verdict } from './types.ts';

/** C2: the controller says where the chain stands, unasked, or in answer to a commit or a ping. */
export function onConfigured(turn: Turn, configuration: Configuration) {
  const { state } = turn;
  const next = configuration.height + 1;
  if (next < state.height) return onBehind(turn, configuration);
  state.behind = false;
  if (next > state.height) return state.running ? jump(turn, configuration) : begin(turn, configuration);
  if (!state.running) return resume(turn, configuration);
  state.pace.interval = intervalOf(configuration.interval, state.options);
  if (sameList(state.validators, configuration.validators)) return;
  const spoke = Object.values(state.said).some((said) => said !== null);
  if (spoke || state.round > 0) raise(turn, { kind: 'validators-changed-midway', height: state.height });
  else {
    state.validators = configuration.validators;
    armRound(turn);
  }
}

/** The first configuration of a process whose log has nothing of the height. */
function begin(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  // W9: entering a height is on disk before the first vote in it, so a log that ends lower knows of every vote that was
  // cast with its help. Without one nobody knows, except that before the first block there was nothing to vote for.
  const next = configuration.height + 1;
  const isKnown = state.height > 0 || next === 1;
  if ((!isKnown || state.options.successor) && !state.options.resumeWithoutWal) state.silentThrough = next;
  state.running = true;
  state.pace.startsAt = turn.now;
  enterHeight(turn, configuration);
}

/** The first configuration of a process that crashed in this very height: everything in the log holds. */
function resume(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  if (state.options.successor && !state.options.resumeWithoutWal) state.silentThrough = state.height;
  state.running = true;
  state.validators = configuration.validators;
  state.pace.interval = intervalOf(configuration.interval, state.options);
  state.pace.startsAt = turn.now;
  armRound(turn);
}

/** The chain went on without this process: by synced blocks, or by its own commit while the answer was lost. */
function jump(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  const step = configuration.height + 1 - state.height;
  if (step === 1) startNext(state.pace, turn.now);
  else state.pace.startsAt = turn.now + intervalOf(configuration.interval, state.options);
  enterHeight(turn, configuration);
}

/** Enters the height after `configuration.height` (1.3: its validators decide it). */
function enterHeight(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  const height = configuration.height + 1;
  const early = state.height + 1 === height ? state.early : noneEarly();
  record(turn, { kind: 'height', height });
  state.early = noneEarly();
  state.validators = configuration.validators;
  state.pace.interval = intervalOf(configuration.interval, state.options);
  enterRound(turn, 0);
  replay(turn, early);
}

/**
 * The controller stands lower than the log. Either it lost a block whose decision is still known here: hand it over
 * again; or it was rolled back: an operator must say so, because forgetting votes is what makes forks.
 */
function onBehind(turn: Turn, configuration: Configuration) {
  const { state } = turn;
  const next = configuration.height + 1;
  const lost = state.decided.get(next);
  if (lost !== undefined && lost.raw !== null) {
    const { certificate, raw } = lost;
    turn.send.push({ kind: 'commit', height: next, hash: certificate.hash, raw, certificate });
    state.behind = true;
    return;
  }
  if (state.options.rollback) {
    const { lastId } = state;
    Object.assign(state, newState({ ...state.options, successor: false, rollback: false }), {
      lastId,
      running: true,
    });
    state.pace.startsAt = turn.now;
    return enterHeight(turn, configuration);
  }
  if (!state.behind)
    raise(turn, { kind: 'controller-behind', height: state.height, controller: configuration.height });
  state.behind = true;
}

/** A value of the own controller (P1), or none now. */
export function onBuilt(turn: Turn, height: number, value: { hash: Hash; raw: Uint8Array } | null) {
  const { state } = turn;
  if (height !== state.height || state.own !== null) return;
  if (value === null) {
    state.building = 'failed';
    return armRetry(turn);
  }
  state.building = 'no';
  record(turn, { kind: 'block', height, hash: value.hash, raw: value.raw, own: true });
}

/** P2: what the controller thinks of a block. */
export function onChecked(turn: Turn, height: number, hash: Hash, verdict: Verdict): void {
  const { state } = turn;
  const block = height === state.height ? state.proposals.blocks.get(hash) : undefined;
  if (block?.state !== 'checking') return;
  block.state = verdict;
  if (verdict === 'unknown') armRetry(turn);
}

/** C1: the answer to a CommitBlock. After a doubtful one the truth is asked for; a decision is never taken back. */
export function onCommitted(turn: Turn, height: number, result: CommitResult) {
  const { state } = turn;
  if (height !== state.height || state.decision === null) {
    if (result.kind !== 'done') return armRetry(turn);
    turn.ask.push({ kind: 'ping' });
    return;
  }
  if (result.kind === 'refused') {
    raise(turn, { kind: 'commit-refused', height, hash: state.decision.hash, code: result.code });
  }
  // A repeated commit may be answered by an echo: the height asked for, with the validators of another (1.2).
  if (result.kind === 'done' && state.commitAttempts === 1 && result.configuration.height === height) {
    return finish(turn, result.configuration);
  }
  state.commit = 'failed';
  turn.ask.push({ kind: 'ping' });
  armRetry(turn);
}

function finish(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  const { self } = state.options;
  const ledFirst = leaderOf(state.validators, state.height, 0) === self;
  if (ledFirst && state.validators.includes(self) && state.height > state.silentThrough) {
    learnGuard(
      state.pace,
      state.votes,
      state.validators.filter((validator) => validator !== self),
    );
  }
  startNext(state.pace, turn.now);
  enterHeight(turn, configuration);
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
