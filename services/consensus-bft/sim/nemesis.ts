/**
 * The scheduler that wants a fork: the first to know of a decision is cut off, so that the others must not decide
 * otherwise; a new polka reaches only some, or only its leader, so that locks differ; of its precommits most get lost,
 * so that the height sees more polkas; and who knows of another value's polka learns of none newer. Where processes
 * crash at all, those who have just locked do, and leaders who have just proposed: what they forget is what is sought.
 */
import type { Certificate, Message, Proposal } from '../src/core/types.ts';
import type { Dice } from './dice.ts';
import { Fault } from './dice.ts';
import type { SimNode } from './node.ts';
import type { Random } from './random.ts';
import type { Weather } from './weather.ts';

/** What the nemesis needs of a world. */
export interface Prey {
  readonly dice: Dice;
  readonly weather: Weather;
  readonly nodes: readonly SimNode[];
  readonly schedule: { readonly now: number; after(delay: number, run: () => void): void };
  readonly healed: boolean;
  goDown(node: SimNode): void;
}

export class Nemesis {
  readonly #prey: Prey;
  /** Victims, and until when: nodes cut off, nodes that hear of no polka, nodes that hear of no proposal either. */
  readonly #isolated = new Map<number, number>();
  readonly #deaf = new Map<number, number>();
  readonly #blind = new Map<number, number>();
  /** The polkas of the height in which one was seen last. */
  polkas: readonly Certificate[] = [];
  #undecidable: Certificate | null = null;
  #decisions: readonly Certificate[] = [];

  constructor(prey: Prey) {
    this.#prey = prey;
  }

  /** Sees a certificate when it is sent. */
  meet(from: SimNode, certificate: Certificate): void {
    const { height, round, step } = certificate;
    const isPolka = step === 'prevote';
    const seen = isPolka ? this.polkas.filter((polka) => polka.height === height) : this.#decisions;
    if (seen.some((known) => known.height === height && (!isPolka || known.round === round))) return;
    if (isPolka) this.polkas = [...seen, certificate];
    else this.#decisions = [certificate];
    const { dice, weather, healed } = this.#prey;
    const struck = healed ? null : dice.strike(Fault.nemesis, weather.nemesis);
    if (struck !== null) this.#hunt(from, certificate, struck);
  }

  /** Sees a proposal when it is sent: a leader that does not know the newest polka may forget it, and then hear of that. */
  meetProposal(from: SimNode, { height }: Proposal): void {
    const { dice, weather, healed } = this.#prey;
    const newest = this.polkas.findLast((polka) => polka.height === height);
    if (healed || weather.crashes === 0 || newest === undefined) return;
    if (newest.round <= (from.state.valid?.round ?? -1)) return;
    const struck = dice.strike(Fault.interruption, weather.nemesis, from.index);
    if (struck === null) return;
    this.#crashSoon(from, 0.1, dice.consequences(struck));
    this.#deaf.delete(from.index);
    this.#blind.delete(from.index);
  }

  #hunt(from: SimNode, certificate: Certificate, struck: number): void {
    const { dice, weather, nodes, schedule } = this.#prey;
    const { height, step, hash } = certificate;
    const random = dice.consequences(struck);
    if (step === 'precommit') {
      this.#isolated.set(from.index, schedule.now + random.between(1, 12) * weather.interval);
      return;
    }
    if (random.chance(0.6)) this.#undecidable = certificate;
    if (weather.crashes > 0 && random.chance(0.4)) {
      for (const node of nodes) this.#crashSoon(node, 0.6, random);
    }
    const rivals = nodes.filter(
      ({ state }) => state.height === height && (state.valid?.hash ?? hash) !== hash,
    );
    const share = random.pick([0.4, 1]);
    const others = nodes.filter((node) => node !== from && random.chance(share));
    const isRivalry = rivals.length > 0;
    const until = schedule.now + random.between(0.3, isRivalry ? 12 : 4) * weather.interval;
    for (const { index } of isRivalry ? rivals : others)
      (isRivalry ? this.#blind : this.#deaf).set(index, until);
  }

  /** Within a part of the interval. */
  #crashSoon(node: SimNode, part: number, random: Random): void {
    const { weather, schedule } = this.#prey;
    schedule.after(random.between(0, part) * weather.interval, () => {
      if (!this.#prey.healed && node.honest) this.#prey.goDown(node);
    });
  }

  isCutOff({ index }: SimNode): boolean {
    return !this.#prey.healed && (this.#isolated.get(index) ?? 0) > this.#prey.schedule.now;
  }

  /** Whether the message does not arrive. */
  swallows(from: SimNode, target: SimNode, message: Message): boolean {
    if (this.#prey.healed) return false;
    if (this.isCutOff(from) || this.isCutOff(target)) return true;
    if (message.kind === 'vote') return this.#swallowsVote(from, target, message.vote);
    const isPolka = message.kind === 'certificate' && message.certificate.step === 'prevote';
    if (message.kind !== 'proposal' && !isPolka) return false;
    const { now } = this.#prey.schedule;
    return (
      (this.#blind.get(target.index) ?? 0) > now || (isPolka && (this.#deaf.get(target.index) ?? 0) > now)
    );
  }

  #swallowsVote(from: SimNode, target: SimNode, vote: { step: string; height: number; round: number }) {
    const certificate = this.#undecidable;
    if (certificate === null || vote.step !== 'precommit') return false;
    if (vote.height !== certificate.height || vote.round !== certificate.round) return false;
    return this.#prey.dice.strikes(Fault.undecidable, 0.8, from.index, target.index);
  }
}
