/**
 * The controller's side: configurations, built and checked values, results of commits (rules C1 and C2 of
 * docs/protocol/consensus.md 8.2). Like the inbox it only notes facts; what follows from them is in rules.ts.
 */
import { replay } from './inbox.ts';
import { intervalOf, learnGuard, startNext } from './pacing.ts';
import { leaderOf } from './quorum.ts';
import { newState } from './state.ts';
import type { Turn } from './turn.ts';
import { armRetry, enterRound, raise, record } from './turn.ts';
import type { CommitResult, Configuration, Hash, Value, Verdict } from './types.ts';
import { repeat } from './voice.ts';

/** C2: the controller says where the chain stands, unasked, or in answer to a commit or a ping. */
export function onConfigured(turn: Turn, configuration: Configuration) {
  const { state } = turn;
  const next = configuration.height + 1;
  if (next < state.height) return onBehind(turn, configuration);
  state.behind = false;
  if (!state.running) return begin(turn, configuration);
  if (next > state.height) return jump(turn, configuration);
  const isOther = configuration.validators.join() !== state.validators.join();
  if (!isOther) state.pace.interval = intervalOf(configuration.interval, state.options);
  else if (hasBegun(turn)) raise(turn, { kind: 'validators-changed-midway', height: state.height });
  else enterHeight(turn, configuration); // anew: what the others said so far was counted by the old list
}

/** Whether the own validator has spoken in the height, or what was said in it binds it. */
function hasBegun({ state }: Turn): boolean {
  const spoke = Object.values(state.said).some((said) => said !== null);
  return spoke || state.round > 0 || state.polka !== null || state.decision !== null;
}

/** The first configuration of a process. Everything its log has of the height holds. */
function begin(turn: Turn, configuration: Configuration) {
  const { state } = turn;
  const height = configuration.height + 1;
  // W9: entering a height is on disk before the first vote in it, so a log that ends lower knows of every vote that was
  // cast with its help. Without one nobody knows, except that before the first block there was nothing to vote for.
  const isKnown = state.height > 0 || height === 1;
  const { successor, resumeWithoutWal } = state.options;
  if ((!isKnown || successor) && !resumeWithoutWal) state.silentThrough = height;
  state.running = true;
  state.pace.startsAt = turn.now;
  if (height > state.height) return enterHeight(turn, configuration);
  state.validators = configuration.validators;
  state.pace.interval = intervalOf(configuration.interval, state.options);
  repeat(turn);
}

/** The chain went on without this process: by synced blocks, or by its own commit while the answer was lost. */
function jump(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  if (configuration.height === state.height) startNext(state.pace, turn.now);
  else state.pace.startsAt = turn.now + intervalOf(configuration.interval, state.options);
  enterHeight(turn, configuration);
}

/** Enters the height after `configuration.height` (1.3: its validators decide it). */
function enterHeight(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  const height = configuration.height + 1;
  const early = height === state.height + 1 ? state.early : null;
  record(turn, { kind: 'height', height });
  state.early = new Map();
  state.validators = configuration.validators;
  state.pace.interval = intervalOf(configuration.interval, state.options);
  enterRound(turn, 0);
  if (early !== null) replay(turn, early);
}

/**
 * The controller stands lower than the log. Either it lost a block whose decision is still known here: hand it over
 * again; or it was rolled back: an operator must say so, because forgetting votes is what makes forks.
 */
function onBehind(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  const height = configuration.height + 1;
  const lost = state.decided.get(height);
  if (lost !== undefined && lost.raw !== null) {
    const { certificate, raw } = lost;
    turn.send.push({ kind: 'commit', height, hash: certificate.hash, raw, certificate });
  } else if (state.options.rollback) {
    const options = { ...state.options, successor: false, rollback: false };
    Object.assign(state, newState(options), { lastId: state.lastId, running: true });
    state.pace.startsAt = turn.now;
    enterHeight(turn, configuration);
    return;
  } else if (!state.behind) {
    raise(turn, { kind: 'controller-behind', height: state.height, controller: configuration.height });
  }
  state.behind = true;
}

/** P1: a value of the own controller, or none now. */
export function onBuilt(turn: Turn, height: number, value: Value | null) {
  const { state } = turn;
  if (height !== state.height || state.own !== null) return;
  state.building = value === null ? 'failed' : 'no';
  if (value === null) return armRetry(turn);
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
    return result.kind === 'done' ? turn.ask.push({ kind: 'ping' }) : armRetry(turn);
  }
  if (result.kind === 'refused' && !state.accused.has('controller')) {
    state.accused.add('controller'); // said once, however often it is offered again
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

/** The own commit ends the height: T1 says when the next one begins. */
function finish(turn: Turn, configuration: Configuration): void {
  const { state } = turn;
  const { self } = state.options;
  const ledFirst = leaderOf(state.validators, state.height, 0) === self;
  if (ledFirst && state.height > state.silentThrough) {
    const others = state.validators.filter((validator) => validator !== self);
    learnGuard(state.pace, state.votes, others);
  }
  startNext(state.pace, turn.now);
  enterHeight(turn, configuration);
}
