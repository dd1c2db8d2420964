/** A range of runs, one after the other: what a worker does, and what is added up. */
import type { Mode } from './recipe.ts';
import { recipeOf } from './recipe.ts';
import { run } from './run.ts';
import type { Core } from './world.ts';

export interface Range {
  readonly mode: Mode;
  readonly first: number;
  readonly count: number;
}

export interface Failure {
  readonly mode: Mode;
  readonly number: number;
  readonly breach: string;
}

export interface Tally {
  runs: number;
  events: number;
  /** Virtual seconds. */
  simulated: number;
  heights: number;
  /** CPU seconds of the threads that ran. */
  cpu: number;
}

export const nothing = (): Tally => ({ runs: 0, events: 0, simulated: 0, heights: 0, cpu: 0 });

export function add(sum: Tally, more: Tally): void {
  sum.runs += more.runs;
  sum.events += more.events;
  sum.simulated += more.simulated;
  sum.heights += more.heights;
  sum.cpu += more.cpu;
}

export function runRange({ mode, first, count }: Range, core: Core): { tally: Tally; failures: Failure[] } {
  const tally = nothing();
  const failures: Failure[] = [];
  const started = process.threadCpuUsage();
  for (let number = first; number < first + count; number += 1) {
    const { breach, events, simulated, height } = run(recipeOf(mode, number), core);
    add(tally, { runs: 1, events, simulated: simulated / 1000, heights: height, cpu: 0 });
    if (breach !== null) failures.push({ mode, number, breach });
  }
  const { user, system } = process.threadCpuUsage(started);
  tally.cpu = (user + system) / 1e6;
  return { tally, failures };
}
