import { expect, test } from 'vitest';
import * as core from '../src/core/core.ts';
import { run } from './run.ts';

/** About twenty seconds on one core; `node sim/main.ts --seeds N --first S` runs as many as you like. */
const SEEDS = 2000;
const SLICES = 10;

test.each(Array.from({ length: SLICES }, (_, slice) => slice))('all properties hold, slice %i', (slice) => {
  for (let seed = 1 + slice; seed <= SEEDS; seed += SLICES) {
    const { breach } = run(seed, core);
    expect(breach, `node services/consensus-bft/sim/main.ts --trace ${seed}`).toBeNull();
  }
});

test('a run is decided by its seed alone', () => {
  const traces = [0, 1].map(() => {
    const lines: string[] = [];
    run(4711, core, (line) => lines.push(line));
    return lines;
  });
  expect(traces[0]?.length).toBeGreaterThan(100);
  expect(traces[0]).toEqual(traces[1]);
});
