/**
 * A chain in one process: nodes, network, time and trouble, all from one seed. The core comes as a parameter, so that
 * broken ones can be tried (mutants.ts).
 */
import type * as core from '../src/core/core.ts';
import { faultsOf } from '../src/core/quorum.ts';
import type { Address, Alarm, Certificate, Destination, Hash, Message, Options } from '../src/core/types.ts';
import { Breach, Ledger } from './ledger.ts';
import { lie } from './liar.ts';
import { SimNode } from './node.ts';
import type { Random } from './random.ts';
import { seeded } from './random.ts';
import { Schedule } from './schedule.ts';
import { message as describe } from './trace.ts';
import type { Weather } from './weather.ts';

/** What the simulator needs of a core. */
export type Core = Pick<typeof core, 'recover' | 'snapshot' | 'step'>;

export interface WorldOptions {
  readonly seed: number;
  readonly weather: Weather;
  readonly core: Core;
  /** Receives a line per event and action; null costs nothing. */
  readonly trace: ((line: string) => void) | null;
  /** The validators of each height, where the weather is not to draw them. */
  readonly validatorsAt?: (height: number) => readonly Address[];
}

const LETTERS = 'ABCDEFGHIJKLMNOP';
const TRACED_KINDS = new Set(['conflict', 'validators-changed-midway']);

export class World {
  readonly random: Random;
  readonly weather: Weather;
  readonly core: Core;
  readonly schedule = new Schedule();
  readonly ledger: Ledger;
  readonly nodes: SimNode[] = [];
  /** Directed links that carry nothing now, as `from × 64 + to`. */
  readonly cut = new Set<number>();
  /** What a gust takes: kinds of messages by receiver, as `kind × 64 + to`. */
  readonly blown = new Set<number>();
  /** Victims of the nemesis: nodes cut off, nodes that hear of no polka, nodes that hear of no proposal either; until when. */
  private readonly isolated = new Map<number, number>();
  private readonly deaf = new Map<number, number>();
  private readonly blind = new Map<number, number>();
  /** The polkas of the height in which one was seen last, and the last decision. */
  polkas: readonly Certificate[] = [];
  private undecidable: Certificate | null = null;
  private decisions: readonly Certificate[] = [];
  /** What a scenario loses on the way, and says so itself. */
  swallows: ((from: SimNode, target: SimNode, message: Message) => boolean) | null = null;
  /** The trouble is over. */
  healed = false;
  events = 0;
  /** The highest round a correct node decided in. */
  topRound = 0;
  private readonly trace: WorldOptions['trace'];

  constructor({ seed, weather, core, trace, validatorsAt }: WorldOptions) {
    this.random = seeded(seed);
    this.weather = weather;
    this.core = core;
    this.trace = trace;
    const pool = [...LETTERS.slice(0, weather.validators + weather.observers)] as Address[];
    const liars = weather.liars === 'none' ? 0 : faultsOf(weather.validators);
    const first = this.random.below(weather.validators);
    const lying = new Set(
      pool.slice(0, weather.validators).filter((_, i) => (i - first + 64) % weather.validators < liars),
    );
    this.ledger = new Ledger(validatorsAt ?? validatorSets(seed, pool, weather), lying);
    const refusers = weather.refusal > 0 && liars === 0 ? faultsOf(weather.validators) : 0;
    for (const address of pool) {
      this.add(address, address, this.nodes.length < refusers);
      if (weather.liars === 'twins' && lying.has(address)) this.add(`${address}'`, address, false);
    }
  }

  private add(name: string, address: Address, refuses: boolean): void {
    this.nodes.push(new SimNode(this, this.nodes.length, name, address, refuses));
  }

  optionsOf(self: Address): Options {
    return {
      self,
      lowLimitInterval: 600,
      proposeShare: 24 / 30,
      maxProposalExponent: this.weather.patience,
      resumeWithoutWal: false,
      successor: false,
      rollback: false,
    };
  }

  get correct(): SimNode[] {
    return this.nodes.filter((node) => node.honest);
  }

  /** Adds a line to the trace; the text is made only when somebody reads it. */
  say(node: SimNode, text: () => string | null): void {
    if (this.trace === null) return;
    const line = text();
    if (line !== null)
      this.trace(`${(this.schedule.now / 1000).toFixed(3).padStart(9)} ${node.name.padEnd(2)} ${line}`);
  }

  // ---- Chance -----------------------------------------------------------------------------------------------------

  fails(probability: number): boolean {
    return !this.healed && probability > 0 && this.random.chance(probability);
  }

  controllerDelay(): number {
    return this.random.next() * this.weather.maxControllerDelay;
  }

  /** Whether a controller that refuses good blocks refuses this one: always the same answer for the same block. */
  refusesNow(hash: Hash): boolean {
    let sum = 0;
    for (let i = 0; i < hash.length; i += 1) sum = (sum * 31 + hash.charCodeAt(i)) % 1000;
    return sum < this.weather.refusal * 1000;
  }

  crashesInStep(node: SimNode): boolean {
    return node.honest && this.fails(this.weather.crashInStep);
  }

  goDown(node: SimNode): void {
    node.crash();
    this.schedule.after(this.random.next() * this.weather.downTime, () => node.start());
  }

  // ---- Network ----------------------------------------------------------------------------------------------------

  post(from: SimNode, to: Destination, message: Message): void {
    if (from.honest || this.weather.liars === 'twins') this.deliver(from, to, message, () => true);
    else lie(this, from, to, message);
  }

  /** Sends to those of the destination that `chosen` admits. */
  deliver(from: SimNode, to: Destination, message: Message, chosen: (target: SimNode) => boolean): void {
    this.note(from, message);
    if (message.kind === 'certificate') this.meetNemesis(from, message.certificate);
    for (const target of this.nodes) {
      if (target === from || !chosen(target)) continue;
      if (to.kind === 'validator' && target.address !== to.address) continue;
      if (to.kind === 'origin' && BigInt(target.index) !== to.origin) continue;
      this.carry(from, target, message);
    }
  }

  private isSilenced(from: SimNode, target: SimNode, message: Message): boolean {
    if (this.isCutOff(from) || this.isCutOff(target)) return true;
    if (this.isUndecidable(message)) return true;
    const kind = kindOf(message);
    if (this.healed || kind > 1) return false;
    const { now } = this.schedule;
    return (
      (this.blind.get(target.index) ?? 0) > now || (kind === 1 && (this.deaf.get(target.index) ?? 0) > now)
    );
  }

  private isUndecidable(message: Message): boolean {
    if (this.healed || this.undecidable === null || message.kind !== 'vote') return false;
    const { step, height, round } = message.vote;
    const { undecidable } = this;
    return (
      step === 'precommit' &&
      height === undecidable.height &&
      round === undecidable.round &&
      this.random.chance(0.8)
    );
  }

  private isCutOff(node: SimNode): boolean {
    return !this.healed && (this.isolated.get(node.index) ?? 0) > this.schedule.now;
  }

  /** Whether a controller can reach another one's. */
  reaches(from: SimNode, to: SimNode): boolean {
    return !this.cut.has(from.index * 64 + to.index) && !this.isCutOff(from) && !this.isCutOff(to);
  }

  /** What leaves a process binds its signer: a leader's own ballots leave inside certificates. */
  private note(from: SimNode, message: Message): void {
    if (message.kind === 'vote') {
      if (!from.honest) this.ledger.signed(from.address, message.vote);
      this.ledger.said(message.vote);
    }
    if (message.kind === 'proposal') this.ledger.said(message.proposal);
    if (message.kind !== 'certificate') return;
    const own = message.certificate.votes.find(({ signer }) => signer === from.address);
    if (own !== undefined) this.ledger.said({ ...message.certificate, ...own });
  }

  /**
   * The scheduler that wants a fork: the first to know of a decision is cut off, so that the others must not decide
   * otherwise; a new polka reaches only some, or only its leader, so that locks differ; of its precommits most get lost,
   * so that the height sees more polkas; and who knows of another value's polka learns of none newer.
   */
  private meetNemesis(from: SimNode, certificate: Certificate) {
    const { height, round, step, hash } = certificate;
    const isPolka = step === 'prevote';
    const seen = isPolka ? this.polkas.filter((polka) => polka.height === height) : this.decisions;
    if (seen.some((known) => known.height === height && (!isPolka || known.round === round))) return;
    if (isPolka) this.polkas = [...seen, certificate];
    else this.decisions = [certificate];
    if (!this.fails(this.weather.nemesis)) return;
    const { random, schedule, weather } = this;
    if (!isPolka) {
      this.isolated.set(from.index, schedule.now + random.between(1, 12) * weather.interval);
      return;
    }
    if (random.chance(0.6)) this.undecidable = certificate;
    const rivals = this.nodes.filter(
      ({ state }) => state.height === height && (state.valid?.hash ?? hash) !== hash,
    );
    const share = random.pick([0.4, 1]);
    const others = this.nodes.filter((node) => node !== from && random.chance(share));
    const isRivalry = rivals.length > 0;
    const until = schedule.now + random.between(0.3, isRivalry ? 12 : 4) * weather.interval;
    for (const { index } of isRivalry ? rivals : others)
      (isRivalry ? this.blind : this.deaf).set(index, until);
  }

  private carry(from: SimNode, target: SimNode, message: Message): void {
    const { weather, random } = this;
    if (this.swallows?.(from, target, message)) return;
    const isBlown = this.blown.size > 0 && this.blown.has(kindOf(message) * 64 + target.index);
    if (
      isBlown ||
      this.isSilenced(from, target, message) ||
      this.cut.has(from.index * 64 + target.index) ||
      this.fails(weather.loss)
    ) {
      this.say(from, () => `lost on the way to ${target.name}: ${describe(message)}`);
      return;
    }
    const copies = this.fails(weather.duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const straggles = this.fails(weather.straggling) ? random.next() * 5000 : 0;
      const delay = random.between(weather.minDelay, weather.maxDelay) + straggles;
      this.schedule.after(delay, () => target.receive(message, from));
    }
  }

  // ---- What is watched ---------------------------------------------------------------------------------------------

  noteDecision(certificate: Certificate): void {
    this.topRound = Math.max(this.topRound, certificate.round);
  }

  /** Proof of more than f liars must never be found while there are at most f. */
  noteAlarm(node: SimNode, alarm: Alarm): void {
    if (!node.honest) return;
    if (TRACED_KINDS.has(alarm.kind)) throw new Breach('agreement', `${node.name} raises ${alarm.kind}`);
    if (alarm.kind === 'equivocation' && !this.ledger.liars.has(alarm.first.signer)) {
      throw new Breach('accountability', `${node.name} accuses ${alarm.first.signer}, who is correct`);
    }
  }
}

/** Kinds of messages that a gust may take. */
export const KINDS = 6;

function kindOf(message: Message): number {
  if (message.kind === 'proposal') return 0;
  if (message.kind === 'certificate') return message.certificate.step === 'prevote' ? 1 : 2;
  if (message.kind !== 'vote') return -1;
  const { step } = message.vote;
  return step === 'prevote' ? 3 : step === 'precommit' ? 4 : 5;
}

/** The validators of each height: all of the time the first ones, or a new draw every few heights. */
function validatorSets(
  seed: number,
  pool: readonly Address[],
  weather: Weather,
): (height: number) => readonly Address[] {
  const fixed = pool.slice(0, weather.validators);
  if (weather.reshuffle === 0) return () => fixed;
  const known = new Map<number, readonly Address[]>();
  return (height) => {
    const term = Math.floor(height / weather.reshuffle);
    const set = known.get(term) ?? drawSet(seeded(seed * 7919 + term), pool, fixed, weather);
    known.set(term, set);
    return set;
  };
}

/** With liars only the order changes, so that they never become too many. */
function drawSet(
  random: Random,
  pool: readonly Address[],
  fixed: readonly Address[],
  weather: Weather,
): readonly Address[] {
  const from = weather.liars === 'none' ? [...pool] : [...fixed];
  const size = weather.liars === 'none' ? 1 + random.below(from.length) : from.length;
  const set: Address[] = [];
  while (set.length < size) set.push(...from.splice(random.below(from.length), 1));
  return set;
}
