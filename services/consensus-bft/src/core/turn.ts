/**
 * One step of the core while it runs: the state, the moment, and what has been ordered so far. The functions here are
 * the only ones that order anything.
 */
import { backOff, proposeWait, voteWait } from './pacing.ts';
import { leaderOf } from './quorum.ts';
import type { State } from './state.ts';
import { remember } from './state.ts';
import type {
  Address,
  Alarm,
  Destination,
  Message,
  Outgoing,
  Output,
  Request,
  TimerName,
  WalRecord,
} from './types.ts';

export interface Turn extends Output {
  readonly state: State;
  /** Monotonic ms. */
  readonly now: number;
  readonly persist: WalRecord[];
  readonly send: Outgoing[];
  readonly ask: Request[];
}

export function newTurn(state: State, now: number): Turn {
  return { state, now, persist: [], send: [], ask: [] };
}

/** Changes the state by a log entry and orders the entry to be kept. */
export function record(turn: Turn, entry: WalRecord): void {
  remember(turn.state, entry);
  turn.persist.push(entry);
}

export function tell(turn: Turn, to: Destination, message: Message): void {
  turn.send.push({ kind: 'message', to, message });
}

export function tellAll(turn: Turn, message: Message): void {
  tell(turn, { kind: 'all' }, message);
}

export function raise(turn: Turn, alarm: Alarm): void {
  turn.ask.push({ kind: 'alarm', alarm });
}

/** Starts a timer; an earlier one of that name no longer counts. */
export function arm(turn: Turn, timer: TimerName, after: number): void {
  const id = ++turn.state.lastId;
  turn.state.timers[timer] = id;
  turn.ask.push({ kind: 'timer', timer, id, after: Math.max(0, after) });
}

export function disarm(turn: Turn, timer: TimerName): void {
  turn.state.timers[timer] = 0;
}

/** Something is open that nobody will bring: look again soon, then less and less often. */
export function armRetry(turn: Turn): void {
  const { state } = turn;
  if (state.timers.retry === 0) arm(turn, 'retry', backOff(state.pace, 100, state.retries));
}

export function leader(state: State): Address | undefined {
  return leaderOf(state.validators, state.height, state.round);
}

export function leads(state: State): boolean {
  return leader(state) === state.options.self;
}

/** Whether the own validator has a voice in this height. */
export function mayVote(state: State): boolean {
  if (state.halted || state.decision !== null || state.height <= state.silentThrough) return false;
  return state.validators.includes(state.options.self);
}

/** Enters a round of the height in force (W5), and starts its clock. */
export function enterRound(turn: Turn, round: number): void {
  const { state } = turn;
  if (round > 0) record(turn, { kind: 'round', height: state.height, round });
  state.enteredAt = turn.now;
  for (const timer of ['pace', 'resend', 'retry'] as const) disarm(turn, timer);
  armRound(turn);
}

/** Starts the clock of the step in force; in round 0 it counts from the moment the height begins (T1). */
export function armRound(turn: Turn): void {
  const { state } = turn;
  const { pace, options, round } = state;
  const early = round === 0 ? Math.max(0, pace.startsAt - turn.now) : 0;
  const waitsAsLeader = state.step === 'propose' || (state.step === 'prevote' && leads(state));
  const wait = waitsAsLeader ? proposeWait(pace, round, options) : voteWait(pace, round, options);
  state.expired = false;
  arm(turn, 'round', early + wait);
}
