/**
 * What goes wrong in a run, drawn from its seed. Every kind of trouble is off in some runs and rough in others: a
 * mixture that is always the same hides what only shows without one of its parts.
 */
import type { Random } from './random.ts';

export interface Weather {
  readonly validators: number;
  /** Nodes of the chain that are validators only now and then, or never. */
  readonly observers: number;
  /** ms between blocks. */
  readonly interval: number;
  /** Cap of the growth of the rounds' waits. */
  readonly patience: number;
  /** Processes start up to so many ms after each other. */
  readonly lateness: number;
  /** How long the trouble lasts, virtual ms. */
  readonly trouble: number;
  readonly loss: number;
  /** Mean ms between gusts, 0 for none: a gust draws anew which kinds of messages get lost on which way. */
  readonly gusts: number;
  /** Whoever decides first is cut off for a while, and polkas reach only some: how often, when it happens. */
  readonly nemesis: number;
  /** Mean share of the kinds that a gust takes. */
  readonly gustiness: number;
  readonly duplication: number;
  readonly minDelay: number;
  readonly maxDelay: number;
  /** Probability that a message is held up very long. */
  readonly straggling: number;
  /** Mean ms between changes of the partition, 0 for none. */
  readonly partitions: number;
  /** Links are cut one way only. */
  readonly asymmetric: boolean;
  /** Mean ms between crashes, 0 for none; and how long a node stays down at most. */
  readonly crashes: number;
  readonly downTime: number;
  /** Probability of a crash in the middle of a step's actions. */
  readonly crashInStep: number;
  readonly maxFsync: number;
  /** How often a log is cut when all of it is on disk. */
  readonly logCuts: number;
  /** Probability that a crash takes all nodes at once. */
  readonly blackout: number;
  /** The controller: slowest answer, probability of failing, of not knowing, of refusing a good block. */
  readonly maxControllerDelay: number;
  readonly controllerFailure: number;
  readonly refusal: number;
  readonly signFailure: number;
  /** Slowest signature, ms. */
  readonly maxSigning: number;
  /** Mean ms between a controller's looks at how far the others are. */
  readonly sync: number;
  /** The validator list changes after every so many heights, 0 for never. */
  readonly reshuffle: number;
  /** Clock rates differ by up to this share. */
  readonly drift: number;
  /** How the f liars lie. */
  readonly liars: 'none' | 'twins' | 'tamper' | 'silent' | 'forgetful';
}

/** Weather of a seed: a mixture, or clear skies in which the nemesis hunts undisturbed. */
export function draw(random: Random): Weather {
  const mixture = drawMixture(random);
  if (random.chance(0.6)) return mixture;
  // New validators at every height, who enter it one after the other: what is a quorum for some is none for others.
  const isChanging = random.chance(0.2);
  return {
    ...CALM,
    validators: isChanging ? 5 : random.pick([4, 4, 4, 5, 7]),
    reshuffle: isChanging ? 1 : 0,
    maxControllerDelay: isChanging ? 1500 : 0,
    interval: 600,
    patience: isChanging ? 5 : random.pick([0, 1]),
    lateness: 2000,
    trouble: mixture.trouble,
    sync: 60_000,
    maxSigning: 1,
    logCuts: random.pick([0.02, 0.5]),
    crashes: random.pick([0, 0, 15_000, mixture.crashes]),
    downTime: mixture.downTime,
    nemesis: random.pick([0.6, 0.9, 1]),
    liars: isChanging
      ? random.pick(['none', 'tamper', 'tamper'])
      : random.pick(['none', 'twins', 'tamper', 'tamper', 'silent']),
  };
}

function drawMixture(random: Random): Weather {
  const some = (probability: number, value: () => number): number =>
    random.chance(probability) ? value() : 0;
  const validators = random.pick([1, 2, 3, 4, 4, 4, 4, 4, 4, 5, 7]);
  const maxDelay = random.pick([5, 30, 100, 400]);
  const maxControllerDelay = random.pick([1, 20, 200, 1500]);
  const interval = random.pick([600, 600, 1000, 3000]);
  // A round must be able to grow longer than everything in it takes: else nobody promises progress.
  const longest = 4 * (maxDelay + 50 + 2 * maxControllerDelay);
  const needed = Math.max(0, Math.ceil(Math.log2(longest / (0.8 * interval))));
  return {
    validators,
    observers: random.pick([0, 0, 1]),
    interval,
    patience: Math.max(needed, random.pick([0, 1, 3, 8])),
    lateness: 2000,
    trouble: random.between(10_000, 60_000),
    loss: some(0.6, () => random.pick([0.02, 0.1, 0.3])),
    gusts: some(0.6, () => random.pick([200, 700, 2000])),
    nemesis: some(0.5, () => random.pick([0.3, 0.9])),
    gustiness: random.pick([0.1, 0.3, 0.5]),
    duplication: some(0.3, () => random.pick([0.02, 0.2])),
    minDelay: random.pick([0, 1, Math.min(20, maxDelay)]),
    maxDelay,
    straggling: some(0.3, () => random.pick([0.01, 0.1])),
    partitions: some(0.5, () => random.pick([500, 3000, 10_000])),
    asymmetric: random.chance(0.5),
    crashes: some(0.6, () => random.pick([500, 1500, 5000, 15_000])),
    blackout: random.pick([0, 0.1, 0.5]),
    downTime: random.pick([50, 500, 5000]),
    crashInStep: some(0.4, () => random.pick([0.001, 0.01])),
    maxFsync: random.pick([0, 5, 50]),
    logCuts: random.pick([0.02, 0.5]),
    maxControllerDelay,
    controllerFailure: some(0.4, () => random.pick([0.02, 0.2])),
    refusal: some(0.3, () => random.pick([0.02, 0.3])),
    signFailure: some(0.3, () => random.pick([0.02, 0.2])),
    maxSigning: random.pick([0, 1, 20]),
    sync: random.pick([2000, 10_000, 60_000]),
    reshuffle: some(0.3, () => random.pick([1, 3])),
    drift: some(0.3, () => random.pick([0.001, 0.05])),
    liars: random.pick(['none', 'none', 'twins', 'tamper', 'silent']),
  };
}

/** Weather without any trouble, for scenarios written by hand. */
export const CALM: Weather = {
  validators: 4,
  observers: 0,
  interval: 3000,
  patience: 8,
  lateness: 0,
  trouble: 0,
  loss: 0,
  gusts: 0,
  gustiness: 0,
  nemesis: 0,
  duplication: 0,
  minDelay: 10,
  maxDelay: 10,
  straggling: 0,
  partitions: 0,
  asymmetric: false,
  crashes: 0,
  blackout: 0,
  downTime: 0,
  crashInStep: 0,
  maxFsync: 0,
  logCuts: 0,
  maxControllerDelay: 0,
  controllerFailure: 0,
  refusal: 0,
  signFailure: 0,
  maxSigning: 0,
  sync: 1000,
  reshuffle: 0,
  drift: 0,
  liars: 'none',
};
