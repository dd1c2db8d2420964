import { expect, test } from 'vitest';
import type { Specimen } from './hunt.ts';
import { withMutant } from './hunt.ts';
import { MUTANTS } from './mutants.ts';
import type { Mode, Recipe } from './recipe.ts';
import { recipeOf } from './recipe.ts';
import { shrink, sizeOf } from './shrink.ts';

/** A machine may be busy with other things. */
const PATIENCE_MS = 300_000;

/** The longest of the first failing runs: the one that most wants to be made short. */
function longest({ core, run }: Specimen, mode: Mode): Recipe {
  let [found, most]: [Recipe | null, number] = [null, 0];
  for (let number = 1; number <= 120; number += 1) {
    const recipe = recipeOf(mode, number);
    const outcome = run(recipe, core, null, true);
    if (outcome.breach === null || sizeOf(recipe, outcome) <= most) continue;
    [found, most] = [recipe, sizeOf(recipe, outcome)];
  }
  if (found === null) throw new Error('the mutant was not found');
  return found;
}

/** A failing run becomes much shorter and still fails alike, each time it is played. */
test.each<[string, Mode]>([
  ['W1: votes are not logged', 'seeds'],
  ['W5: rounds are not logged', 'seeds'],
  ['quorum − 1', 'twins'],
])(
  'the failing run of "%s" is made short (%s)',
  async (name, mode) => {
    const mutant = MUTANTS.find((one) => one.name === name);
    if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
    await withMutant(mutant, (specimen) => {
      const recipe = longest(specimen, mode);
      const attempt = (one: Recipe) => specimen.run(one, specimen.core, null, true);
      const long = attempt(recipe);
      const { recipe: short, outcome } = shrink(recipe, attempt, 10);
      expect(outcome.property).toBe(long.property);
      expect(attempt(short)).toEqual(outcome);
      expect(sizeOf(short, outcome)).toBeLessThan(sizeOf(recipe, long) / 2);
    });
  },
  PATIENCE_MS,
);
