/** All that decides a run, and where recipes come from: a seed, the number of a Twins scenario, or a file. */
import { readFileSync } from 'node:fs';
import type { Struck } from './dice.ts';
import { seeded } from './random.ts';
import type { Plan } from './twins.ts';
import { planOf, weatherOf } from './twins.ts';
import type { Weather } from './weather.ts';
import { CALM, draw } from './weather.ts';

export interface Recipe {
  readonly seed: number;
  readonly weather: Weather;
  /** The only faults to happen; null: as chance will have it. */
  readonly faults: readonly Struck[] | null;
  /** Twins in a divided network; null for weather alone. */
  readonly plan: Plan | null;
}

export const MODES = ['seeds', 'twins'] as const;
export type Mode = (typeof MODES)[number];

/** A seed draws its weather, too. */
export function recipeOf(mode: Mode, number: number): Recipe {
  if (mode === 'seeds') {
    return { seed: number, weather: draw(seeded(number, 1)), faults: null, plan: null };
  }
  const plan = planOf(number);
  return { seed: number, weather: weatherOf(number, plan), faults: null, plan };
}

/** What the weather has that clear skies have not. */
export function troubleOf(weather: Weather): Partial<Weather> {
  const entries = Object.entries(weather).filter(([key, value]) => value !== CALM[key as keyof Weather]);
  return Object.fromEntries(entries);
}

/** The text of a recipe file; what is as in clear skies is left out, so that it can be read. */
export function writeRecipe({ seed, weather, faults, plan }: Recipe, why: string): string {
  return `${JSON.stringify({ why, seed, weather: troubleOf(weather), faults, plan }, null, 1)}\n`;
}

/** Reads what `writeRecipe` wrote. */
export function readRecipe(path: string | URL): Recipe {
  const { seed, weather, faults, plan } = JSON.parse(readFileSync(path, 'utf8'));
  if (!Number.isSafeInteger(seed) || typeof weather !== 'object')
    throw new Error(`${path} is no recipe of a run: it has no seed or no weather`);
  return { seed, weather: { ...CALM, ...weather }, faults: faults ?? null, plan: plan ?? null };
}
