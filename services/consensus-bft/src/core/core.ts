/**
 * The core of bft consensus: `step(state, event, now) → output`. No input, no output, no clock, no chance: the same
 * state and events give the same outputs, in a node, in the simulator and in a replay.
 *
 * An event is first noted (inbox.ts, chain.ts), then the rules that can act do so (rules.ts).
 */
import { onBuilt, onChecked, onCommitted, onConfigured } from './chain.ts';
import { onPeer } from './inbox.ts';
import { resendAfter } from './pacing.ts';
import { askAgain } from './proposal-keeper.ts';
import { RULES } from './rules.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';
import { arm, newTurn } from './turn.ts';
import type { Event, Output, TimerName } from './types.ts';
import { onSigned, resend, signAgain } from './voice.ts';

export { recover, snapshot } from './state.ts';

/** Takes one event at monotonic time `now` (ms). Changes `state`; the host does what the output says. */
export function step(state: State, event: Event, now: number): Output {
  const turn = newTurn(state, now);
  note(turn, event);
  if (state.running) settle(turn);
  return turn;
}

function note(turn: Turn, event: Event) {
  if (event.kind === 'configured') return onConfigured(turn, event.configuration);
  if (!turn.state.running) return;
  switch (event.kind) {
    case 'built':
      return onBuilt(turn, event.height, event.value);
    case 'checked':
      return onChecked(turn, event.height, event.hash, event.verdict);
    case 'signed':
      return onSigned(turn, event.id, event.signature);
    case 'committed':
      return onCommitted(turn, event.height, event.result);
    case 'timer':
      return onTimer(turn, event.timer, event.id);
    default:
      return onPeer(turn, event);
  }
}

/** More passes than any chain of rules needs: each rule acts a bounded number of times per round and event. */
const MAX_PASSES = 1000;

function settle(turn: Turn): void {
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    if (!RULES.some((rule) => rule(turn, turn.state))) return;
  }
  throw new Error(`the rules do not settle at height ${turn.state.height}, round ${turn.state.round}`);
}

function onTimer(turn: Turn, timer: TimerName, id: number) {
  const { state } = turn;
  if (state.timers[timer] !== id) return;
  state.timers[timer] = 0;
  switch (timer) {
    case 'round':
      state.expired = true;
      return;
    case 'pace':
      return; // `propose` looks at the time itself
    case 'resend':
      state.resends += 1;
      resend(turn);
      return arm(turn, 'resend', resendAfter(state.pace, state.resends));
    case 'retry':
      return retry(turn);
    default:
      timer satisfies never;
  }
}

/** Asks once more for everything that failed. */
function retry(turn: Turn): void {
  const { state } = turn;
  state.retries += 1;
  askAgain(state.proposals);
  if (state.building === 'failed') state.building = 'no';
  if (state.commit === 'failed') state.commit = 'no';
  if (state.fetching !== null) state.fetching.due = true;
  if (state.behind) turn.ask.push({ kind: 'ping' });
  signAgain(turn);
}
