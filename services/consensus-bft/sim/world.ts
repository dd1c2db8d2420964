/**
 * A chain in one process: nodes, network, time and trouble, all from one seed. The core comes as a parameter, so that
 * broken ones can be tried (mutants.ts).
 */
import type * as core from '../src/core/core.ts';
import { faultsOf } from '../src/core/quorum.ts';
import type { Address, Alarm, Certificate, Destination, Hash, Message, Options } from '../src/core/types.ts';
import type { Struck } from './dice.ts';
import { Dice, Fault, Purpose } from './dice.ts';
import { Breach, Ledger } from './ledger.ts';
import { lie } from './liar.ts';
import { Nemesis } from './nemesis.ts';
import { SimNode } from './node.ts';
import type { Random } from './random.ts';
import { seeded } from './random.ts';
import { Schedule } from './schedule.ts';
import { message as describe } from './trace.ts';
import { keepSyncing } from './trouble.ts';
import type { Weather } from './weather.ts';

/** What the simulator needs of a core. */
export type Core = Pick<typeof core, 'recover' | 'snapshot' | 'step'>;

export interface WorldOptions {
  readonly seed: number;
  readonly weather: Weather;
  readonly core: Core;
  /** Receives a line per event and action; null costs nothing. */
  readonly trace: ((line: string) => void) | null;
  /** The only faults to happen; without it chance decides, and what happened is kept in `dice.struck`. */
  readonly faults?: readonly Struck[] | null;
  readonly isRecording?: boolean;
  /** The validators of each height, where the weather is not to draw them. */
  readonly validatorsAt?: (height: number) => readonly Address[];
  /** Who lies, where the weather is not to draw it. */
  readonly liars?: ReadonlySet<Address>;
  /** There are so many liars that a fork is what is looked for (forks.ts). */
  readonly mayFork?: boolean;
}

const LETTERS = 'ABCDEFGHIJKLMNOP';
const SERIOUS_ALARMS = new Set(['conflict', 'validators-changed-midway']);

export class World {
  readonly dice: Dice;
  readonly weather: Weather;
  readonly core: Core;
  readonly schedule = new Schedule();
  readonly ledger: Ledger;
  readonly nodes: SimNode[] = [];
  readonly nemesis: Nemesis;
  /** Directed links that carry nothing now, as `from × 64 + to`. */
  readonly cut = new Set<number>();
  /** What a gust takes: kinds of messages by receiver, as `kind × 64 + to`. */
  readonly blown = new Set<number>();
  /** What a scenario loses on the way, and says so itself. */
  swallows: ((from: SimNode, target: SimNode, message: Message) => boolean) | null = null;
  /** The trouble is over. */
  healed = false;
  events = 0;
  /** The highest round a correct node decided in. */
  topRound = 0;
  private readonly trace: WorldOptions['trace'];
  private readonly mayFork: boolean;

  constructor({ seed, weather, core, trace, ...more }: WorldOptions) {
    this.dice = new Dice(seed, more.faults ? new Set(more.faults) : null, more.isRecording ?? false);
    this.weather = weather;
    this.core = core;
    this.trace = trace;
    this.mayFork = more.mayFork ?? false;
    const pool = [...LETTERS.slice(0, weather.validators + weather.observers)] as Address[];
    const lying = more.liars ?? this.drawLiars(pool.slice(0, weather.validators));
    this.ledger = new Ledger(more.validatorsAt ?? validatorSets(seed, pool, weather), lying);
    this.nemesis = new Nemesis(this);
    const refusers = weather.refusal > 0 && lying.size === 0 ? faultsOf(weather.validators) : 0;
    for (const address of pool) {
      this.add(address, address, this.nodes.length < refusers);
      if (weather.liars === 'twins' && lying.has(address)) this.add(`${address}'`, address, false);
    }
  }

  private drawLiars(validators: readonly Address[]): Set<Address> {
    const { length } = validators;
    const liars = this.weather.liars === 'none' ? 0 : faultsOf(length);
    const first = liars === 0 ? 0 : this.dice.of(Purpose.setup).below(length);
    return new Set(validators.filter((_, index) => (index - first + length) % length < liars));
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

  /** Whether something fails at the node, or on the way from it to another one. */
  fails(fault: Fault, probability: number, at: SimNode, to = at): boolean {
    return !this.healed && this.dice.strikes(fault, probability, at.index, to.index);
  }

  controllerDelay(node: SimNode): number {
    const { maxControllerDelay } = this.weather;
    return maxControllerDelay === 0
      ? 0
      : this.dice.of(Purpose.controller, node.index).next() * maxControllerDelay;
  }

  /** Whether a controller that refuses good blocks refuses this one: always the same answer for the same block. */
  refusesNow(hash: Hash): boolean {
    let sum = 0;
    for (let i = 0; i < hash.length; i += 1) sum = (sum * 31 + hash.charCodeAt(i)) % 1000;
    return sum < this.weather.refusal * 1000;
  }

  /** The trouble is over: nothing fails any more, and everybody is up. */
  heal(): void {
    this.healed = true;
    this.cut.clear();
    this.blown.clear();
    this.swallows = null;
    for (const node of this.correct) node.start();
    for (const node of this.nodes) keepSyncing(this, node);
  }

  goDown(node: SimNode): void {
    node.crash();
    const pause = this.dice.of(Purpose.start, node.index).next() * this.weather.downTime;
    this.schedule.after(pause, () => node.start());
  }

  // ---- Network ----------------------------------------------------------------------------------------------------

  post(from: SimNode, to: Destination, message: Message): void {
    const { liars } = this.weather;
    if (from.honest || liars === 'twins' || liars === 'forgetful') this.deliver(from, to, message);
    else lie(this, from, to, message);
  }

  /** Sends to those of the destination that `chosen` admits; to all of it without. */
  deliver(
    from: SimNode,
    to: Destination,
    message: Message,
    chosen: ((target: SimNode) => boolean) | null = null,
  ): void {
    this.note(from, message);
    if (message.kind === 'certificate') this.nemesis.meet(from, message.certificate);
    if (message.kind === 'proposal') this.nemesis.meetProposal(from, message.proposal);
    for (const target of this.nodes) {
      if (target === from || (chosen !== null && !chosen(target))) continue;
      if (to.kind === 'validator' && target.address !== to.address) continue;
      if (to.kind === 'origin' && BigInt(target.index) !== to.origin) continue;
      this.carry(from, target, message);
    }
  }

  /** Whether a controller can reach another one's. */
  reaches(from: SimNode, to: SimNode): boolean {
    const { nemesis } = this;
    return !this.cut.has(from.index * 64 + to.index) && !nemesis.isCutOff(from) && !nemesis.isCutOff(to);
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

  private carry(from: SimNode, target: SimNode, message: Message): void {
    const { weather } = this;
    if (this.swallows?.(from, target, message)) return;
    if (this.isLost(from, target, message)) {
      this.say(from, () => `lost on the way to ${target.name}: ${describe(message)}`);
      return;
    }
    const copies = this.fails(Fault.duplication, weather.duplication, from, target) ? 2 : 1;
    const random = this.dice.of(Purpose.delay, from.index, target.index);
    for (let copy = 0; copy < copies; copy += 1) {
      const straggles = this.fails(Fault.straggling, weather.straggling, from, target);
      const delay =
        random.between(weather.minDelay, weather.maxDelay) + (straggles ? random.next() * 5000 : 0);
      this.schedule.after(delay, () => target.receive(message, from));
    }
  }

  private isLost(from: SimNode, target: SimNode, message: Message): boolean {
    if (this.healed) return false;
    if (this.cut.size > 0 && this.cut.has(from.index * 64 + target.index)) return true;
    if (this.blown.size > 0 && this.blown.has(kindOf(message) * 64 + target.index)) return true;
    return (
      this.nemesis.swallows(from, target, message) || this.fails(Fault.loss, this.weather.loss, from, target)
    );
  }

  // ---- What is watched ---------------------------------------------------------------------------------------------

  noteDecision(certificate: Certificate): void {
    this.topRound = Math.max(this.topRound, certificate.round);
  }

  /** Proof of more than f liars must never be found while there are at most f. */
  noteAlarm(node: SimNode, alarm: Alarm): void {
    if (!node.honest || this.mayFork) return;
    if (SERIOUS_ALARMS.has(alarm.kind)) throw new Breach('agreement', `${node.name} raises ${alarm.kind}`);
    if (alarm.kind === 'equivocation' && !this.ledger.liars.has(alarm.first.signer)) {
      throw new Breach('accountability', `${node.name} accuses ${alarm.first.signer}, who is correct`);
    }
  }
}

/** Kinds of messages that a gust may take, by their number. */
export const KINDS = ['proposal', 'polka', 'decision', 'prevote', 'precommit', 'newview'] as const;

/** Index in KINDS; −1 for what asks for a block, or answers. */
export function kindOf(message: Message): number {
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

/** With liars no set is so small that they are too many. */
function drawSet(
  random: Random,
  pool: readonly Address[],
  fixed: readonly Address[],
  weather: Weather,
): readonly Address[] {
  const isHonest = weather.liars === 'none';
  const from = isHonest ? [...pool] : [...fixed];
  const least = isHonest ? 1 : 3 * faultsOf(fixed.length) + 1;
  const size = least + random.below(from.length - least + 1);
  const set: Address[] = [];
  while (set.length < size) set.push(...from.splice(random.below(from.length), 1));
  return set;
}
