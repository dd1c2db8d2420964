/** One run: trouble for a while, then none; then everybody must get on. */
import { faultsOf } from '../src/core/quorum.ts';
import { checkBounds } from './bounds.ts';
import type { Struck } from './dice.ts';
import { Breach } from './ledger.ts';
import type { SimNode } from './node.ts';
import type { Recipe } from './recipe.ts';
import { brew } from './trouble.ts';
import { divide, isPast } from './twins.ts';
import type { Weather } from './weather.ts';
import type { Core } from './world.ts';
import { World } from './world.ts';

export interface Outcome {
  /** What does not hold, in words, and the property's name; null when all properties held. */
  readonly breach: string | null;
  readonly property: string | null;
  readonly events: number;
  /** Virtual ms. */
  readonly simulated: number;
  readonly height: number;
  readonly topRound: number;
  /** All faults that happened, when the run was recorded. */
  readonly struck: readonly Struck[];
}

export type Trace = ((line: string) => void) | null;

/** Heights everybody has to gain after the trouble. */
const GAIN = 3;

export function run(recipe: Recipe, core: Core, trace: Trace = null, isRecording = false): Outcome {
  const { weather, plan } = recipe;
  const liars = plan === null ? {} : { liars: new Set(plan.liars) };
  const world = new World({ ...recipe, ...liars, core, trace, isRecording });
  return watch(world, () => {
    if (plan !== null) divide(world, plan);
    brew(world);
    while (world.schedule.step(weather.trouble)) {
      checkBounds(world);
      if (plan !== null && isPast(world, plan)) break;
    }
    calm(world);
  });
}

/** Runs a world until it is done or a property does not hold. */
function watch(world: World, work: () => void): Outcome {
  let breach: string | null = null;
  let property: string | null = null;
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    property = error instanceof Breach ? error.property : 'robustness';
    breach = error instanceof Breach ? error.message : `robustness: ${error.stack ?? error.message}`;
  }
  const { events, topRound, ledger, schedule, dice } = world;
  const struck = dice.struck ?? [];
  return { breach, property, events, simulated: schedule.now, height: ledger.top, topRound, struck };
}

/** Liveness after GST: every correct node gains `GAIN` heights within a time that the timers of f + 3 rounds allow. */
function calm(world: World): void {
  world.heal();
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
