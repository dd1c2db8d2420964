/**
 * Twins (arXiv:2004.10617): f validators run twice, two correct programs with one key, and the network is divided anew in
 * every round. A scenario is its number: the first odd ones are all divisions of the first two rounds, with the twins at each
 * place of the leaders' order; the others are drawn from the number: longer, some with 7 validators, and in each round
 * some kinds of messages do not reach some of the nodes, wherever these stand. (Votes go by way of the leader here: a
 * division that lasts a whole round makes all who hear of a polka hear of the decision, too.)
 */
import type { Address } from '../src/core/types.ts';
import type { SimNode } from './node.ts';
import type { Random } from './random.ts';
import { seeded } from './random.ts';
import { message as describe } from './trace.ts';
import type { Weather } from './weather.ts';
import { CALM } from './weather.ts';
import type { World } from './world.ts';
import { KINDS, kindOf } from './world.ts';

/** One round: the group of each instance, as digits in the order of the nodes, and who does not get which messages. */
export interface Division {
  readonly groups: string;
  /** For a kind of message a digit for each node: 1 for one that does not get it. */
  readonly deaf: Partial<Record<Kind, string>>;
}

type Kind = (typeof KINDS)[number];

export interface Plan {
  /** Who runs twice. */
  readonly liars: readonly Address[];
  /** By the height and round a node is in: `ROUNDS` for each height from 1 on; connected afterwards. */
  readonly divisions: readonly Division[];
}

const ROUNDS = 4;
const HEIGHTS = 2;
/** Partitions of five instances into at most three groups. */
const PARTITIONS = partitionsOf(5, 3);
const ENUMERATED = 4 * PARTITIONS.length ** 2;
/** Virtual ms in which a plan's rounds are over, whatever happens in them. */
const PLAN_TIME = 20_000;

/** All ways to divide n instances into at most `groups` groups: digits, where a new group gets the lowest unused one. */
export function partitionsOf(n: number, groups: number): string[] {
  let texts = ['0'];
  for (let i = 1; i < n; i += 1) {
    texts = texts.flatMap((text) => {
      const used = Math.max(...[...text].map(Number)) + 1;
      return Array.from({ length: Math.min(used + 1, groups) }, (_, group) => `${text}${group}`);
    });
  }
  return texts;
}

/** The scenario of a number. */
export function planOf(number: number): Plan {
  const systematic = Math.floor(number / 2);
  if (number % 2 === 1 && systematic < ENUMERATED) {
    const [at, rest] = [systematic % 4, Math.floor(systematic / 4)];
    const [first, second] = [rest % PARTITIONS.length, Math.floor(rest / PARTITIONS.length)];
    const divisions = [first, second].map((index) => ({ groups: PARTITIONS[index] ?? '', deaf: {} }));
    return { liars: [letter(at)], divisions };
  }
  const random = seeded(number, 2);
  const faults = random.chance(0.15) ? 2 : 1;
  const n = 3 * faults + 1;
  const first = random.below(n);
  const liars = Array.from({ length: faults }, (_, index) => letter((first + index) % n)).sort();
  const count = 2 + random.below(ROUNDS * HEIGHTS - 1);
  const divisions = Array.from({ length: count }, () => draw(random, n + faults));
  return { liars, divisions };
}

/** How often a kind of message does not reach everybody: what makes locks differ, and decisions unknown, most often. */
const DEAFNESS: Readonly<Record<Kind, number>> = {
  proposal: 0.15,
  polka: 0.4,
  decision: 0.6,
  prevote: 0.1,
  precommit: 0.25,
  newview: 0.1,
};

function draw(random: Random, instances: number): Division {
  const isWhole = random.chance(0.6);
  const digits = (digit: () => number): string => Array.from({ length: instances }, digit).join('');
  const groups = digits(() => (isWhole ? 0 : random.below(2)));
  const deaf: Partial<Record<Kind, string>> = {};
  for (const kind of KINDS) {
    if (!random.chance(DEAFNESS[kind])) continue;
    const share = random.pick([0.4, 0.7, 0.9]);
    deaf[kind] = digits(() => Number(random.chance(share)));
  }
  return { groups, deaf };
}

function letter(index: number): Address {
  return String.fromCharCode(65 + index) as Address;
}

/** Fair weather with short rounds: what goes wrong is in the plan. */
export function weatherOf(number: number, plan: Plan): Weather {
  const random = seeded(number, 3);
  return {
    ...CALM,
    validators: 3 * plan.liars.length + 1,
    interval: 600,
    patience: random.pick([0, 1]),
    trouble: PLAN_TIME,
    minDelay: 1,
    maxDelay: random.pick([1, 20]),
    maxSigning: 1,
    logCuts: 0.02,
    sync: 2 * PLAN_TIME,
    liars: 'twins',
  };
}

/** Puts the plan in force: a message passes if neither the sender's round nor the receiver's is against it. */
export function divide(world: World, { divisions }: Plan): void {
  const divisionOf = ({ state: { height, round } }: SimNode): Division | undefined =>
    round < ROUNDS ? divisions[(height - 1) * ROUNDS + round] : undefined;
  world.swallows = (from, target, message) => {
    const kind = KINDS[kindOf(message)];
    const isLost = [divisionOf(from), divisionOf(target)].some(
      (division) =>
        division !== undefined &&
        (division.groups[from.index] !== division.groups[target.index] ||
          (kind !== undefined && division.deaf[kind]?.[target.index] === '1')),
    );
    if (isLost) world.say(from, () => `divided from ${target.name}: ${describe(message)}`);
    return isLost;
  };
}

/** Whether every correct node has all heights of the plan behind it. */
export function isPast({ nodes, ledger }: World, { divisions }: Plan): boolean {
  const last = Math.ceil(divisions.length / ROUNDS);
  return ledger.top >= last && nodes.every((node) => !node.honest || node.controller.height >= last);
}

/** The plan in words. */
export function describePlan({ liars, divisions }: Plan): string {
  const rounds = divisions.map(({ groups, deaf }, index) => {
    const kinds = Object.entries(deaf).map(([kind, digits]) => ` ${kind}:${digits}`);
    return `${1 + Math.floor(index / ROUNDS)}/${index % ROUNDS} ${groups}${kinds.join('')}`;
  });
  return `twins ${liars.join(', ')}; groups, and who is deaf to what: ${rounds.join('; ')}`;
}

/** A round without any trouble. */
export function whole({ groups }: Division): Division {
  return { groups: '0'.repeat(groups.length), deaf: {} };
}

/** How much is in the way in a round. */
export function weightOf({ groups, deaf }: Division): number {
  return Number(/[^0]/.test(groups)) + Object.keys(deaf).length;
}
