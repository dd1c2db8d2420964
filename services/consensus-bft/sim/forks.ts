/**
 * Forks, as they come about when more than f validators lie: twins, who vote twice, or the forgetful, who forget their
 * lock. For the judge (src/accountability), who has to find the liars in what the others kept.
 */

import type { NodeLog } from '../src/accountability/evidence.ts';
import { faultsOf } from '../src/core/quorum.ts';
import type { Address, Certificate } from '../src/core/types.ts';
import { Breach } from './ledger.ts';
import type { SimNode } from './node.ts';
import type { Random } from './random.ts';
import { seeded } from './random.ts';
import { brew } from './trouble.ts';
import type { Weather } from './weather.ts';
import { CALM } from './weather.ts';
import type { Core } from './world.ts';
import { World } from './world.ts';

export interface Fork {
  readonly validators: readonly Address[];
  readonly liars: ReadonlySet<Address>;
  readonly proofs: readonly [Certificate, Certificate];
  /** Of the correct validators. */
  readonly logs: readonly NodeLog[];
  /** No log was cut, and the logs show it. */
  readonly isWhole: boolean;
  /** Of the others; of a twin two. */
  readonly liarsLogs: readonly NodeLog[];
}

/** One more liar than the validators bear, and a network that helps them; null when the chain held all the same. */
export function makeFork(seed: number, core: Core): Fork | null {
  const random = seeded(seed, 4);
  const weather = weatherOf(random);
  const { validators } = weather;
  const names = Array.from({ length: validators }, (_, index) => String.fromCharCode(65 + index) as Address);
  const first = random.below(validators);
  const isLiar = (index: number): boolean =>
    (index - first + validators) % validators < faultsOf(validators) + 1;
  const liars = new Set(names.filter((_, index) => isLiar(index)));
  const world = new World({ seed, weather, core, trace: null, liars, mayFork: true });
  const correct = names.filter((name) => !liars.has(name));
  divide(world, new Set(correct.filter((_, index) => index % 2 === 0)), random.between(0, 5000));
  brew(world);
  try {
    while (world.schedule.step(weather.trouble));
  } catch (error) {
    if (!(error instanceof Breach)) throw error;
  }
  const proofs = world.ledger.fork;
  if (proofs === null) return null;
  const logsOf = (honest: boolean): NodeLog[] =>
    world.nodes
      .filter((node) => node.honest === honest)
      .map(({ address, records }) => ({ owner: address, records: [...records] }));
  // A log that begins with the forked height may have been cut in it: nobody can tell.
  const isWhole = weather.logCuts === 0 && proofs[0].height > 1;
  return { validators: names, liars, proofs, isWhole, logs: logsOf(true), liarsLogs: logsOf(false) };
}

function weatherOf(random: Random): Weather {
  return {
    ...CALM,
    validators: random.pick([4, 4, 7]),
    interval: 600,
    patience: 0,
    trouble: 20_000,
    minDelay: 1,
    maxDelay: random.pick([5, 50]),
    maxFsync: random.pick([0, 5]),
    maxSigning: 1,
    sync: 60_000,
    loss: random.pick([0, 0, 0.05, 0.15]),
    crashes: random.pick([0, 0, 3000]),
    downTime: 500,
    logCuts: random.pick([0, 0, 0.02]),
    liars: random.pick(['twins', 'forgetful', 'forgetful']),
  };
}

/**
 * Two halves of the correct validators hear nothing of each other. Twins stand one in each half; the forgetful talk to
 * both, and what one half had a polka for, the other one does not hear of, nor do the liars hear that it was decided.
 */
function divide(world: World, half: ReadonlySet<Address>, from: number): void {
  let favourite: Certificate | null = null;
  const isLiar = ({ honest }: SimNode): boolean => !honest;
  const sideOf = (node: SimNode): boolean =>
    node.honest ? half.has(node.address) : !node.name.endsWith("'");
  world.swallows = (sender, target, message) => {
    if (world.schedule.now < from) return false;
    const isForgetful = world.weather.liars === 'forgetful';
    const isBetween = isForgetful && (isLiar(sender) || isLiar(target));
    if (!isBetween) return sideOf(sender) !== sideOf(target);
    if (message.kind !== 'certificate') return false;
    const { certificate } = message;
    if (half.has(sender.address) && certificate.height > (favourite?.height ?? 0)) favourite = certificate;
    if (favourite?.height !== certificate.height || favourite.hash !== certificate.hash) return false;
    return certificate.step === 'precommit'
      ? !half.has(target.address)
      : target.honest && !half.has(target.address);
  };
}
