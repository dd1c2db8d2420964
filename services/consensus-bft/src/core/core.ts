/**
 * The core of bft consensus: `step(state, event, now) → output`. No input, no output, no clock, no chance: the same
 * state and events give the same outputs, in a node, in the simulator and in a replay.
 *
 * An event is first noted (inbox.ts, chain.ts), then the rules that can act do so (rules.ts).
 */
import { onBuilt, onChecked, onCommitted, onConfigured } from './chain.ts';
import { onBlock, onCertificate, onFetch, onProposal, onVote, tellVotes } from './inbox.ts';
import { backOff } from './pacing.ts';
import { askAgain } from './proposal-keeper.ts';
import { RULES } from './rules.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';
import { arm, armRetry, armRound, leader, leads, newTurn, record, store, tell, tellAll } from './turn.ts';
import type { Event, Output, SignedVote, Statement, TimerName } from './types.ts';
import { addBallot, addNewview } from './vote-keeper.ts';

export { recover, snapshot } from './state.ts';

/** Takes one event at monotonic time `now` (ms). Changes `state`; the host does what the output says. */
export function step(state: State, event: Event, now: number): Output {
  const turn = newTurn(state, now);
  const wasRunning = state.running;
  note(turn, event);
  if (!wasRunning && state.running) sayAgain(turn);
  if (state.running) settle(turn);
  return turn;
}

function note(turn: Turn, event: Event) {
  if (event.kind === 'configured') return onConfigured(turn, event.configuration);
  if (!turn.state.running) return;
  switch (event.kind) {
    case 'proposal':
      return onProposal(turn, event.proposal, event.from);
    case 'vote':
      return onVote(turn, event.vote, event.from);
    case 'certificate':
      return onCertificate(turn, event.certificate);
    case 'fetch':
      return onFetch(turn, event.height, event.hash, event.from);
    case 'block':
      return onBlock(turn, event.height, event.hash, event.raw);
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
  }
}

/** More passes than any chain of rules needs: each rule acts a bounded number of times per round and event. */
const MAX_PASSES = 1000;

function settle(turn: Turn): void {
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    if (!RULES.some((rule) => rule(turn))) return;
  }
  throw new Error(`the rules do not settle at height ${turn.state.height}, round ${turn.state.round}`);
}

// ---- Signatures -----------------------------------------------------------------------------------------------------

/** W1: what was signed is logged first, then counted and sent. A signature that comes too late is never used. */
function onSigned(turn: Turn, id: number, signature: Uint8Array | null) {
  const { state } = turn;
  const statement = state.signing.get(id);
  if (statement === undefined) return;
  if (signature === null) {
    state.unsigned.add(id);
    return armRetry(turn);
  }
  state.signing.delete(id);
  if (statement.kind === 'proposal') return onProposalSigned(turn, statement, signature);
  const vote: SignedVote = { ...statement.vote, signer: state.options.self, signature };
  record(turn, { kind: 'vote', vote });
  publish(turn, vote);
}

/** W2: the block, then the proposal, then everybody. */
function onProposalSigned(
  turn: Turn,
  statement: Extract<Statement, { kind: 'proposal' }>,
  signature: Uint8Array,
): void {
  const { state } = turn;
  const { height, round, hash, lock, raw } = statement;
  const block = state.proposals.blocks.get(hash);
  if (block === undefined) return;
  store(turn, hash, block);
  const logged = { height, round, hash, lock, signer: state.options.self, signature };
  record(turn, { kind: 'proposal', proposal: logged });
  tellAll(turn, { kind: 'proposal', proposal: { ...logged, raw } });
}

/** Ballots go to the leader of the round, newviews to everybody; the own ones count at once. */
function publish(turn: Turn, vote: SignedVote) {
  const { state } = turn;
  if (vote.step === 'newview' || vote.step === 'newviewres') {
    addNewview(state.votes, vote.signer, vote.round);
    return shout(turn, vote);
  }
  if (leads(state)) {
    addBallot(state.votes, vote.step, vote);
    return;
  }
  const address = leader(state);
  if (address !== undefined) tell(turn, { kind: 'validator', address }, { kind: 'vote', vote });
}

/** R1: with a newview goes the newest polka, so that the next leader knows what the locked ones wait for. */
function shout(turn: Turn, vote: SignedVote): void {
  tellAll(turn, { kind: 'vote', vote });
  const { valid } = turn.state;
  if (vote.step === 'newview' && valid !== null) tellAll(turn, { kind: 'certificate', certificate: valid });
}

// ---- Timers ---------------------------------------------------------------------------------------------------------

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
      return arm(turn, 'resend', backOff(state.pace, state.pace.interval / 4, state.resends));
    case 'retry':
      return retry(turn);
  }
}

/** R1: what others may have lost. */
function resend(turn: Turn): void {
  const { newview } = turn.state.said;
  if (newview?.signed) shout(turn, newview.signed);
  tellVotes(turn);
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
  for (const id of state.unsigned) {
    const statement = state.signing.get(id);
    if (statement !== undefined) turn.ask.push({ kind: 'sign', id, statement });
  }
  state.unsigned.clear();
}

/** W6: after a restart the stored messages of the round are sent again, byte for byte; nothing is signed anew. */
function sayAgain(turn: Turn): void {
  const { state } = turn;
  const { proposal, prevote, precommit } = state.said;
  for (const certificate of [state.polka, state.decision]) {
    if (certificate !== null && leads(state)) tellAll(turn, { kind: 'certificate', certificate });
  }
  if (proposal?.signed) tellAll(turn, { kind: 'proposal', proposal: proposal.signed });
  for (const vote of [prevote?.signed, precommit?.signed]) {
    if (vote && leads(state) && vote.step !== 'newview' && vote.step !== 'newviewres') {
      addBallot(state.votes, vote.step, vote);
    }
  }
  resend(turn);
  if (state.said.newview !== null) arm(turn, 'resend', backOff(state.pace, state.pace.interval / 4, 0));
  armRound(turn);
}
