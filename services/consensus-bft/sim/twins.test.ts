import { expect, test } from 'vitest';
import * as core from '../src/core/core.ts';
import { recipeOf } from './recipe.ts';
import { run } from './run.ts';
import { partitionsOf, planOf } from './twins.ts';

test('all properties hold in scenarios with twins', () => {
  const until = performance.now() + 8000;
  for (let step = 0; performance.now() < until; step += 1) {
    // The systematic ones, which are odd, and the drawn ones by turns; far apart.
    const number = step % 2 === 0 ? step : (74 * step + 1) % (2 * 6724);
    const { breach } = run(recipeOf('twins', number), core);
    expect(breach, `npm run sim -- --trace-twins ${number}`).toBeNull();
  }
});

test('partitions into at most three groups, each once', () => {
  const partitions = partitionsOf(5, 3);
  expect(partitions).toHaveLength(1 + 15 + 25);
  expect(new Set(partitions).size).toBe(partitions.length);
});

test('a scenario is its number: who runs twice, and which instance is with which', () => {
  const [plan, again, other] = [planOf(5001), planOf(5001), planOf(5002)];
  expect(plan).toEqual(again);
  expect(plan).not.toEqual(other);
  expect(plan.liars).toHaveLength(1);
  expect(plan.divisions).toHaveLength(2);
  for (const { groups } of plan.divisions) expect(groups).toHaveLength(5);
});
