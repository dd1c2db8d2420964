/** What goes wrong from outside while a run's trouble lasts: starts, crashes, gusts, partitions; and the controllers' sync. */
import { Fault, Purpose } from './dice.ts';
import type { SimNode } from './node.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';
import { KINDS } from './world.ts';

/** Plans all of it. */
export function brew(world: World): void {
  const { weather, dice, schedule } = world;
  for (const node of world.nodes) {
    schedule.after(dice.of(Purpose.setup, node.index).between(0, weather.lateness), () => node.start());
    keepSyncing(world, node);
  }
  again(world, Fault.crash, weather.crashes, (random) => {
    const victims = random.chance(weather.blackout) ? world.correct : [random.pick(world.correct)];
    for (const node of victims) world.goDown(node);
  });
  again(world, Fault.gust, weather.gusts, (random) => gust(world, random));
  again(world, Fault.partition, weather.partitions, (random) => partition(world, random));
}

/** Something that happens again and again until the trouble is over, `mean` ms apart; never if 0. */
function again(world: World, fault: Fault, mean: number, what: (random: Random) => void): void {
  if (mean === 0) return;
  world.schedule.after(world.dice.of(Purpose.weather, fault).between(0, 2 * mean), () => {
    if (world.healed) return;
    const struck = world.dice.strike(fault, 1);
    if (struck !== null) what(world.dice.consequences(struck));
    again(world, fault, mean, what);
  });
}

/** Controllers learn of each other's height now and then, and sync; or say once more, or late, what they said before. */
export function keepSyncing(world: World, node: SimNode): void {
  const mean = world.healed ? 2000 : world.weather.sync;
  const random = world.dice.of(Purpose.sync, node.index);
  world.schedule.after(random.between(mean / 4, 2 * mean), () => {
    const { height } = node.controller;
    // A validator that lacks no more than the last block gets it by consensus itself (D1, R3), or it is a mistake.
    const { reshuffle, observers } = world.weather;
    const isOwnAffair = world.healed && reshuffle === 0 && observers === 0;
    const least = isOwnAffair ? height + 2 : height + 1;
    const others = world.nodes.filter(
      (other) => other.controller.height >= least && world.reaches(other, node),
    );
    if (others.length > 0) node.syncFrom(random.pick(others));
    else if (random.chance(0.2)) node.reconfigure(Math.max(0, height - random.below(3)));
    keepSyncing(world, node);
  });
}

/** Cuts the network anew: in two, or single links, one way or both; or not at all. */
function partition({ weather, nodes, cut }: World, random: Random): void {
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
function gust({ weather, blown, nodes }: World, random: Random): void {
  blown.clear();
  for (let kind = 0; kind < KINDS.length; kind += 1) {
    if (!random.chance(weather.gustiness)) continue;
    const share = random.pick([0.5, 0.8, 1]);
    for (const { index } of nodes) if (random.chance(share)) blown.add(kind * 64 + index);
  }
}
