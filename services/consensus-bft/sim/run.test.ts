import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as core from '../src/core/core.ts';
import { readRecipe, recipeOf } from './recipe.ts';
import { run } from './run.ts';

/** About a minute for all slices; `npm run sim -- --seeds N --first S` runs as many as you like. */
const SLICES = 12;
const SLICE_MS = 4500;

test.each(Array.from({ length: SLICES }, (_, slice) => slice))(
  'all properties hold on seeds %i, …',
  (slice) => {
    const until = performance.now() + SLICE_MS;
    let runs = 0;
    for (let seed = 1 + slice; performance.now() < until; seed += SLICES) {
      const { breach } = run(recipeOf('seeds', seed), core);
      expect(breach, `npm run sim -- --trace ${seed}`).toBeNull();
      runs += 1;
    }
    expect(runs).toBeGreaterThan(0);
  },
);

/** Each was a mistake once, of the core or of the simulator; what made it fail was removed by the shrinker. */
const KEPT = new URL('./kept/', import.meta.url);

test.each(existsSync(KEPT) ? readdirSync(KEPT).filter((name) => name.endsWith('.json')) : [])(
  'all properties hold in kept/%s',
  (name) => {
    expect(run(readRecipe(new URL(name, KEPT)), core).breach).toBeNull();
  },
);

test('a run is decided by its recipe alone', () => {
  const traces = [0, 1].map(() => {
    const lines: string[] = [];
    run(recipeOf('seeds', 4711), core, (line) => lines.push(line));
    return lines;
  });
  expect(traces[0]?.length).toBeGreaterThan(100);
  expect(traces[0]).toEqual(traces[1]);
});

test('a run whose faults are given is the run in which chance made them', () => {
  for (const seed of [17, 18, 19, 20]) {
    const recipe = recipeOf('seeds', seed);
    const drawn = run(recipe, core, null, true);
    const given = run({ ...recipe, faults: drawn.struck }, core, null, true);
    expect(given).toEqual(drawn);
  }
});
