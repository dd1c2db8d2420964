/**
 * What the own validator says: statements go to the signer, then to the log (W1, W2), then to the others; and what they
 * may have lost is said again, byte for byte.
 */
import { resendAfter } from './pacing.ts';
import type { Block } from './proposal-keeper.ts';
import type { Turn } from './turn.ts';
import { arm, armRetry, armRound, leader, leads, record, tell, tellAll } from './turn.ts';
import type { Draft, Hash, SignedVote, Statement, VoteStep } from './types.ts';
import { NIL } from './types.ts';
import { addBallot, addNewview } from './vote-keeper.ts';

/** Makes a vote of the own validator: decided now and for good, counted and sent when signed. */
export function cast(turn: Turn, step: VoteStep, round: number, hash: Hash = NIL): void {
  const { state } = turn;
  state.said[step] = { hash, signed: null };
  sign(turn, { kind: 'vote', vote: { height: state.height, round, step, hash } });
}

/** Asks the signer. The round the statement belongs to is over when a new one clears `signing`. */
export function sign(turn: Turn, statement: Statement): void {
  const id = ++turn.state.lastId;
  turn.state.signing.set(id, statement);
  turn.ask.push({ kind: 'sign', id, statement });
}

/** W2, W3, W4: the raw block goes to the log once, before whatever speaks of it. */
export function store(turn: Turn, hash: Hash, block: Block): void {
  if (block.stored) return;
  record(turn, { kind: 'block', height: turn.state.height, hash, raw: block.raw, own: false });
}

/** W1: what was signed is logged first, then counted and sent. A signature that comes too late is never used. */
export function onSigned(turn: Turn, id: number, signature: Uint8Array | null) {
  const { state } = turn;
  const statement = state.signing.get(id);
  if (statement === undefined || state.halted) return;
  if (signature === null) {
    state.unsigned.add(id);
    return armRetry(turn);
  }
  state.signing.delete(id);
  if (statement.kind === 'proposal') return propose(turn, statement, signature);
  const vote: SignedVote = { ...statement.vote, signer: state.options.self, signature };
  record(turn, { kind: 'vote', vote });
  publish(turn, vote);
}

export function signAgain({ state, ask }: Turn): void {
  for (const id of state.unsigned) {
    const statement = state.signing.get(id);
    if (statement !== undefined) ask.push({ kind: 'sign', id, statement });
  }
  state.unsigned.clear();
}

/** W2: the block, then the proposal, then everybody. */
function propose(turn: Turn, draft: Draft, signature: Uint8Array): void {
  const { height, round, hash, lock, raw } = draft;
  const block = turn.state.proposals.blocks.get(hash);
  if (block === undefined) return;
  store(turn, hash, block);
  const proposal = { height, round, hash, lock, signer: turn.state.options.self, signature };
  record(turn, { kind: 'proposal', proposal });
  tellAll(turn, { kind: 'proposal', proposal: { ...proposal, raw } });
}

/** Ballots go to the leader of the round, newviews to everybody; the own ones count at once. */
function publish(turn: Turn, vote: SignedVote) {
  const { state } = turn;
  if (vote.step === 'newview' || vote.step === 'newviewres') {
    addNewview(state.votes, vote.signer, vote.round);
    return shout(turn, vote);
  }
  if (leads(state)) addBallot(state.votes, vote.step, vote);
  else tellLeader(turn, vote);
}

/** R1: with a newview goes the newest polka, so that the next leader knows what the locked ones wait for. */
function shout(turn: Turn, vote: SignedVote): void {
  tellAll(turn, { kind: 'vote', vote });
  const { valid } = turn.state;
  if (vote.step === 'newview' && valid !== null) tellAll(turn, { kind: 'certificate', certificate: valid });
}

function tellLeader(turn: Turn, vote: SignedVote): void {
  const address = leader(turn.state);
  if (address !== undefined) tell(turn, { kind: 'validator', address }, { kind: 'vote', vote });
}

/** Sends the own ballots of the round to its leader once more; a leader counts its own. */
export function tellBallots(turn: Turn): void {
  const { said } = turn.state;
  for (const cast of [said.prevote, said.precommit]) if (cast?.signed) publish(turn, cast.signed);
}

/** R1: what others may have lost. */
export function resend(turn: Turn): void {
  const { newview } = turn.state.said;
  if (newview?.signed) shout(turn, newview.signed);
  tellBallots(turn);
}

/** W6: after a restart the stored messages of the round are sent again, byte for byte; nothing is signed anew. */
export function repeat(turn: Turn): void {
  const { state } = turn;
  const { proposal, newview } = state.said;
  for (const certificate of [state.polka, state.decision]) {
    if (certificate !== null && leads(state)) tellAll(turn, { kind: 'certificate', certificate });
  }
  if (proposal?.signed) tellAll(turn, { kind: 'proposal', proposal: proposal.signed });
  resend(turn);
  if (newview !== null) arm(turn, 'resend', resendAfter(state.pace, 0));
  armRound(turn);
}
