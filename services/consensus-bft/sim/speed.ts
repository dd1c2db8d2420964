/** How fast the simulator is on one core: four validators at an interval of three seconds, in several weathers. */
import { nothing } from './batch.ts';
import type { Weather } from './weather.ts';
import { CALM } from './weather.ts';
import type { Core } from './world.ts';
import { World } from './world.ts';

const LAN: Partial<Weather> = {
  minDelay: 1,
  maxDelay: 20,
  maxFsync: 5,
  maxControllerDelay: 20,
  maxSigning: 1,
};
const LOSSY: Partial<Weather> = { ...LAN, loss: 0.05, duplication: 0.02, crashes: 30_000, downTime: 5000 };

export const SPEEDS: readonly { readonly name: string; readonly weather: Partial<Weather> }[] = [
  { name: 'calm', weather: {} },
  { name: 'calm, everything takes its time', weather: LAN },
  { name: 'losses and crashes', weather: LOSSY },
];

/** Simulated and CPU seconds of one weather, after a warm-up. */
export function measure(
  weather: Partial<Weather>,
  core: Core,
  seconds: number,
): { events: number; simulated: number } {
  const world = new World({ seed: 1, weather: { ...CALM, ...weather }, core, trace: null });
  for (const node of world.nodes) node.start();
  const tally = nothing();
  for (let round = 0; tally.cpu < seconds; round += 1) {
    const [eventsBefore, until] = [world.events, world.schedule.now + 600_000];
    const started = process.cpuUsage();
    while (world.schedule.step(until));
    if (round === 0) continue;
    const { user, system } = process.cpuUsage(started);
    tally.cpu += (user + system) / 1e6;
    tally.events += world.events - eventsBefore;
    tally.simulated += 600;
  }
  return { events: tally.events / tally.cpu, simulated: tally.simulated / tally.cpu };
}
