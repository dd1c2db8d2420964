/** One run: trouble for a while, then none; then everybody must get on. */
import { faultsOf } from '../src/core/quorum.ts';
import { Breach } from './ledger.ts';
import type { SimNode } from './node.ts';
import { seeded } from './random.ts';
import type { Weather } from './weather.ts';
import { draw } from './weather.ts';
import type { Core } from './world.ts';
import { KINDS, World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly weather: Weather;
  /** Null when all properties held. */
  readonly breach: string | null;
  readonly events: number;
  /** Virtual ms. */
  readonly simulated: number;
  readonly height: number;
  readonly topRound: number;
}

/** Heights everybody has to gain after the trouble. */
const GAIN = 3;

export function run(seed: number, core: Core, trace: ((line: string) => void) | null = null): Outcome {
  const weather = draw(seeded(seed + 1_000_003));
  const world = new World({ seed, weather, core, trace });
  let breach: string | null = null;
  try {
    begin(world);
    while (world.schedule.step(weather.trouble)) checkBounds(world);
    heal(world);
    recover(world);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    breach = error instanceof Breach ? error.message : `robustness: ${error.stack ?? error.message}`;
  }
  const { events, topRound, ledger, schedule } = world;
  return { seed, weather, breach, events, simulated: schedule.now, height: ledger.top, topRound };
}

function begin(world: World): void {
  const { weather, random, schedule } = world;
  for (const node of world.nodes) {
    schedule.after(random.between(0, 2000), () => node.start());
    syncing(world, node);
  }
  repeat(world, weather.crashes, () => {
    const victims = random.chance(weather.blackout) ? world.correct : [random.pick(world.correct)];
    for (const node of victims) world.goDown(node);
  });
  repeat(world, weather.gusts, () => gust(world));
  repeat(world, weather.partitions, () => partition(world));
}

/** Something that happens again and again until the trouble is over, `mean` ms apart; never if 0. */
function repeat(world: World, mean: number, what: () => void): void {
  if (mean === 0) return;
  world.schedule.after(world.random.between(0, 2 * mean), () => {
    if (world.healed) return;
    what();
    repeat(world, mean, what);
  });
}

/** Controllers learn of each other's height now and then, and sync. */
function syncing(world: World, node: SimNode): void {
  const mean = world.healed ? 2000 : world.weather.sync;
  world.schedule.after(world.random.between(mean / 4, 2 * mean), () => {
    const others = world.nodes.filter(
      (other) =>
        other.controller.height > node.controller.height && !world.cut.has(other.index * 64 + node.index),
    );
    if (others.length > 0) node.syncFrom(world.random.pick(others));
    syncing(world, node);
  });
}

/** Cuts the network anew: in two, or single links, one way or both; or not at all. */
function partition(world: World): void {
  const { random, weather, nodes, cut } = world;
  cut.clear();
  if (random.chance(0.3)) return;
  const inGroups = random.chance(0.6);
  const group = nodes.map(() => random.below(2));
  for (const a of nodes) {
    for (const b of nodes) {
      const separated = inGroups ? group[a.index] !== group[b.index] : random.chance(0.3);
      if (a.index >= b.index || !separated) continue;
      const way = weather.asymmetric ? random.below(3) : 2;
      if (way !== 0) cut.add(a.index * 64 + b.index);
      if (way !== 1) cut.add(b.index * 64 + a.index);
    }
  }
}

/** Takes some kinds of messages for a while, from everybody or from some: so locks become unequal. */
function gust({ random, weather, blown, nodes }: World): void {
  blown.clear();
  for (let kind = 0; kind < KINDS; kind += 1) {
    if (!random.chance(weather.gustiness)) continue;
    const share = random.pick([0.5, 0.8, 1]);
    for (const { index } of nodes) if (random.chance(share)) blown.add(kind * 64 + index);
  }
}

function heal(world: World): void {
  world.healed = true;
  world.cut.clear();
  world.blown.clear();
  for (const node of world.correct) node.start();
  for (const node of world.nodes) syncing(world, node);
}

/** Liveness after GST: every correct node gains `GAIN` heights within a time that the timers of f + 3 rounds allow. */
function recover(world: World): void {
  const { schedule, weather, ledger } = world;
  const goal = ledger.top + GAIN;
  const round = Math.max(...world.nodes.map((node) => node.state.round));
  const faults = faultsOf(weather.validators);
  const perRound = 4 * (weather.maxDelay + weather.maxFsync + 2 * weather.maxControllerDelay);
  let limit = schedule.now + 20_000 + GAIN * (weather.interval + 10 * perRound);
  for (let r = 0; r <= round + faults + 3; r += 1) limit += r < round ? 0 : wait(weather, r) + perRound;
  for (let r = 0; r <= faults + 2; r += 1) limit += GAIN * (wait(weather, r) + perRound);
  const behind = (): SimNode | undefined => world.correct.find((node) => node.controller.height < goal);
  while (behind() !== undefined) {
    if (schedule.step(limit)) continue;
    const node = behind();
    throw new Breach(
      'liveness',
      `${node?.name} stands at ${node?.controller.height}, not ${goal}, at ${limit.toFixed(0)} ms`,
    );
  }
  checkBounds(world);
}

/** All a round can wait: for the proposal, the polka and the decision. */
function wait({ interval, patience }: Weather, round: number): number {
  return interval * 0.8 * (2 ** Math.min(round, patience) + 2 * (round + 1)) + interval;
}

/** Boundedness: nothing that others fill grows with their zeal. */
function checkBounds(world: World): void {
  if (world.events % 64 !== 0) return;
  const n = world.nodes.length;
  for (const { state, name } of world.nodes) {
    const sizes: [string, number, number][] = [
      ['offers', state.proposals.offers.size, n + 2],
      ['blocks', state.proposals.blocks.size, 2 * n + 8],
      ['newviews', state.votes.newviews.size, n],
      ['ballots', state.votes.ballots.prevote.size + state.votes.ballots.precommit.size, 2 * n],
      ['early', state.early.size, 2 * n + 2],
      ['decided', state.decided.size, 100],
      ['signing', state.signing.size, 6],
      ['answered', state.answered.size, 4 * n + 64],
    ];
    for (const [what, size, bound] of sizes) {
      if (size > bound) throw new Breach('boundedness', `${name} keeps ${size} ${what}, bound ${bound}`);
    }
  }
}
