/**
 * One node of the small world as an automaton: its states are numbers, and what it does on an event is worked out by the
 * core once and then looked up. What has no influence on later votes is left out of a state (`normalize`): clocks,
 * counters, who was answered; so the states are few.
 */
import type { State } from '../../src/core/state.ts';
import type {
  Address,
  Certificate,
  Event,
  Hash,
  Options,
  Output,
  SignedVote,
  Verdict,
} from '../../src/core/types.ts';
import { NIL } from '../../src/core/types.ts';
import type { Core } from '../world.ts';
import type { Happening } from './universe.ts';
import {
  BAD,
  certificateOf,
  decidedBit,
  HEIGHT,
  proposalBit,
  SIGNATURE,
  VALIDATORS,
  voteBit,
  X,
  Y,
} from './universe.ts';

/** What an event leads to. */
export interface Effect {
  /** The next state. */
  to: number;
  /** Votes signed, and what was sent or decided, as bits of universe.ts. */
  readonly votes: number;
  readonly shared: number;
  /** A property that is broken at once. */
  readonly breach: string | null;
}

/** The state of a node that has decided: nothing matters any more. */
const DONE = 0;
const NOW = 0;
const ROUND_TIMER = 1;

export class Automaton {
  readonly happenings: readonly Happening[];
  readonly #core: Core;
  readonly #states: (State | null)[] = [null];
  readonly #numbers = new Map<string, number>();
  readonly #effects: (Effect | undefined)[][] = [[]];
  readonly #mirrors: number[] = [DONE];
  readonly initial: number;
  /** The last round the node leads; −1 for none. */
  readonly #lastLed: number;

  constructor(core: Core, self: Address, happenings: readonly Happening[], lastLed: number) {
    this.#core = core;
    this.#lastLed = lastLed;
    this.happenings = happenings;
    const state = core.recover(optionsOf(self), []);
    const configuration = { height: HEIGHT - 1, interval: 0, validators: VALIDATORS };
    feed(core, state, [{ kind: 'configured', configuration }]);
    this.initial = this.#numberOf(state);
  }

  get size(): number {
    return this.#states.length;
  }

  /** What happening number `index` does in a state. */
  effect(number: number, index: number): Effect {
    const effects = this.#effects[number];
    const known = effects?.[index];
    if (known !== undefined) return known;
    const effect = this.#workOut(number, index);
    if (effects !== undefined) effects[index] = effect;
    return effect;
  }

  /** The state with X for Y and Y for X. */
  mirror(number: number): number {
    const known = this.#mirrors[number];
    if (known !== undefined) return known;
    const state = this.#states[number];
    if (!state) throw new Error(`state ${number} has no mirror image`);
    const mirrored = this.#numberOf(copy(state, (text) => (text === X ? Y : text === Y ? X : text)));
    this.#mirrors[number] = mirrored;
    this.#mirrors[mirrored] = number;
    return mirrored;
  }

  #workOut(number: number, index: number): Effect {
    const nothing: Effect = { to: number, votes: 0, shared: 0, breach: null };
    const before = this.#states[number];
    const happening = this.happenings[index];
    if (!before || happening === undefined || !canHappen(before, happening)) return nothing;
    const state = copy(before);
    state.timers.round = ROUND_TIMER;
    const { votes, shared, breach, isDone } = feed(this.#core, state, happening.events);
    if (happening.isIdle && votes === 0 && shared === 0 && breach === null) return nothing;
    return { to: isDone ? DONE : this.#numberOf(state), votes, shared, breach };
  }

  #numberOf(state: State): number {
    normalize(state, state.round <= this.#lastLed);
    const key = JSON.stringify(state, sorted);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.length;
    this.#numbers.set(key, number);
    this.#states.push(state);
    this.#effects.push([]);
    return number;
  }
}

function optionsOf(self: Address): Options {
  const waits = { lowLimitInterval: 600, proposeShare: 0.8, maxProposalExponent: 8 };
  return { self, ...waits, resumeWithoutWal: false, successor: false, rollback: false };
}

/**
 * What comes early or late is left out where it changes nothing: a proposal of a later round may as well come when the
 * round is entered (its proof of lock can come by itself), and one of an earlier round is no more than its block.
 */
function canHappen(state: State, { events }: Happening): boolean {
  const [event] = events;
  if (event === undefined) return false;
  switch (event.kind) {
    case 'timer':
      return state.step === 'propose';
    case 'built':
      return state.building === 'asked';
    case 'proposal':
      return event.proposal.round === state.round;
    case 'vote':
      return event.vote.step === 'newview'
        ? event.vote.round >= state.round
        : event.vote.round === state.round;
    default:
      return true;
  }
}

/** Feeds events, and answers at once what the core asks of signer and controller; what it asks for a value waits. */
function feed(core: Core, state: State, events: readonly Event[]): Omit<Effect, 'to'> & { isDone: boolean } {
  const queue: Event[] = [...events];
  let [votes, shared] = [0, 0];
  let breach: string | null = null;
  const said = new Map<string, Hash>();
  for (const vote of [state.said.prevote, state.said.precommit]) {
    if (vote?.signed) said.set(`${vote.signed.step} ${vote.signed.round}`, vote.hash);
  }
  let isDone = false;
  for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
    const output = core.step(state, event, NOW);
    for (const { step, round, hash } of votesIn(output)) {
      if (hash === BAD) breach = `validity: a ${step} for a refused value`;
      votes |= voteBit(step, round, hash);
      const earlier = said.get(`${step} ${round}`);
      if (earlier !== undefined && earlier !== hash)
        breach = `no double sign: ${step}s ${earlier} and ${hash} in ${round}`;
      said.set(`${step} ${round}`, hash);
    }
    for (const out of output.send) {
      if (out.kind === 'commit') {
        isDone = true;
        if (out.hash === BAD || out.hash === NIL) breach = `validity: ${out.hash} is decided`;
        else shared |= decidedBit(out.hash);
      } else if (out.message.kind === 'certificate') {
        const { step, round, hash } = out.message.certificate;
        shared |= voteBit(step, round, hash);
      } else if (out.message.kind === 'proposal') {
        const { round, hash, lock } = out.message.proposal;
        shared |= proposalBit(round, hash, lock?.round ?? -1);
      }
    }
    for (const ask of output.ask) {
      if (ask.kind === 'sign') queue.push({ kind: 'signed', id: ask.id, signature: SIGNATURE });
      if (ask.kind === 'check')
        queue.push({ kind: 'checked', height: HEIGHT, hash: ask.hash, verdict: verdictOf(ask.hash) });
      if (ask.kind === 'alarm' && ask.alarm.kind === 'conflict')
        breach = 'agreement: two polkas or decisions exclude each other';
    }
  }
  return { votes, shared, breach, isDone };
}

const verdictOf = (hash: Hash): Verdict => (hash === BAD ? 'invalid' : 'valid');

/** Votes the log speaks of: all that were signed (W1). */
function votesIn({ persist }: Output): SignedVote[] {
  return persist.flatMap((record) =>
    record.kind === 'vote' && (record.vote.step === 'prevote' || record.vote.step === 'precommit')
      ? [record.vote]
      : [],
  );
}

/** A node that leads no more only votes: no more than its lock, its round and what it said in it bears on that. */
function normalize(state: State, willLead: boolean): void {
  state.timers.round = 0;
  state.timers.resend = 0;
  state.timers.retry = 0;
  state.timers.pace = 0;
  state.lastId = ROUND_TIMER;
  state.retries = 0;
  state.resends = 0;
  state.enteredAt = NOW;
  state.expired = false; // it made the node prevote nil, or say a newview: rounds are entered without those
  state.fetching = null;
  state.answered.clear();
  state.accused.clear();
  state.said.newview = null;
  state.said.newviewres = null;
  state.votes.newviews.clear();
  state.votes.heard.clear();
  state.votes.promptVoters.clear();
  for (const block of state.proposals.blocks.values()) block.stored = true;
  state.lock = unsigned(state.lock);
  state.valid = unsigned(state.valid);
  state.polka = unsigned(state.polka);
  state.decision = unsigned(state.decision);
  const offer = state.proposals.offers.get(state.round);
  if (offer !== undefined && state.said.prevote !== null) {
    // It has been answered; that there was one is all that counts now.
    const proposal = { ...offer.proposal, hash: NIL, lock: null };
    state.proposals.offers.set(state.round, { proposal, sound: false });
  }
  for (const ballots of Object.values(state.votes.ballots)) {
    for (const signer of ballots.keys()) if (signer !== state.options.self) ballots.delete(signer);
  }
  if (!willLead) forget(state);
}

/** What a node that only votes needs not remember: a polka brings its block along, and older ones only help leaders. */
function forget(state: State): void {
  if (state.polka !== null && state.polka.round < state.round) state.polka = null;
  state.valid = null;
  state.prevoted.clear();
  state.building = 'no';
  state.own = null;
  const { offers, blocks } = state.proposals;
  const offered = offers.get(state.round)?.proposal.hash;
  for (const hash of blocks.keys()) if (hash !== offered) blocks.delete(hash);
}

function unsigned(certificate: Certificate | null): Certificate | null {
  return certificate === null ? null : certificateOf(certificate.step, certificate.round, certificate.hash);
}

/** For JSON: maps and sets as sorted lists. */
function sorted(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...value].sort(([a], [b]) => (a < b ? -1 : 1));
  if (value instanceof Set) return [...value].sort();
  return value instanceof Uint8Array ? undefined : value;
}

/** A copy of plain data, with other texts. Byte strings are shared: nobody writes into them. */
function copy<T>(value: T, rename: (text: string) => string = (text) => text): T {
  const of = (one: unknown): unknown => {
    if (typeof one === 'string') return rename(one);
    if (typeof one !== 'object' || one === null || one instanceof Uint8Array) return one;
    if (one instanceof Map) return new Map([...one].map(([key, item]) => [of(key), of(item)]));
    if (one instanceof Set) return new Set([...one].map(of));
    if (Array.isArray(one)) return one.map(of);
    return Object.fromEntries(Object.entries(one).map(([key, item]) => [key, of(item)]));
  };
  return of(value) as T;
}
