/**
 * Makes a failing run short: a simpler weather, another seed that fails sooner, fewer faults, fewer divisions; as long as
 * the same property fails. What is shorter is what has fewer events, then fewer faults.
 */
import { faultsOf } from '../src/core/quorum.ts';
import type { Struck } from './dice.ts';
import type { Recipe } from './recipe.ts';
import type { Outcome } from './run.ts';
import type { Division } from './twins.ts';
import { weightOf, whole } from './twins.ts';
import type { Weather } from './weather.ts';
import { CALM } from './weather.ts';

export interface Shrunk {
  readonly recipe: Recipe;
  readonly outcome: Outcome;
  /** Runs it took. */
  readonly runs: number;
}

export type Attempt = (recipe: Recipe) => Outcome;

/** Seeds that are tried beside the one that failed. */
const NEIGHBOURS = 150;
/** A weather that loses the failure with its own seed gets so many other seeds. */
const FEW = 6;

/** Shrinks a recipe that fails; `seconds` bounds the search. Throws when the recipe does not fail. */
export function shrink(recipe: Recipe, attempt: Attempt, seconds: number): Shrunk {
  const search = new Search(recipe, attempt, performance.now() + seconds * 1000);
  if (recipe.faults === null && recipe.plan === null) {
    search.simplifyWeather(FEW);
    search.otherSeeds();
  }
  search.fixFaults();
  for (let before = Infinity; search.size < before && !search.isOver; ) {
    before = search.size;
    search.dropDivisions();
    search.dropFaults();
    search.simplifyWeather(0);
  }
  return search.result;
}

class Search {
  readonly #attempt: Attempt;
  readonly #property: string;
  readonly #deadline: number;
  #best: Recipe;
  #outcome: Outcome;
  #runs = 1;

  constructor(recipe: Recipe, attempt: Attempt, deadline: number) {
    this.#attempt = attempt;
    this.#deadline = deadline;
    this.#best = recipe;
    this.#outcome = attempt(recipe);
    const { property } = this.#outcome;
    if (property === null) throw new Error(`nothing to shrink: the run of seed ${recipe.seed} does not fail`);
    this.#property = property;
  }

  get result(): Shrunk {
    return { recipe: this.#best, outcome: this.#outcome, runs: this.#runs };
  }

  get isOver(): boolean {
    return performance.now() > this.#deadline;
  }

  get size(): number {
    return sizeOf(this.#best, this.#outcome);
  }

  /** Takes the recipe if it fails alike and is not longer; `much` longer is too long. */
  #try(recipe: Recipe, much = 1): boolean {
    if (this.isOver) return false;
    this.#runs += 1;
    const outcome = this.#attempt(recipe);
    if (outcome.property !== this.#property || sizeOf(recipe, outcome) > much * this.size) return false;
    this.#best = recipe;
    this.#outcome = outcome;
    return true;
  }

  /** One part of the weather after the other becomes as in clear skies, or at least smaller. */
  simplifyWeather(otherSeeds: number): void {
    for (const change of changesOf(this.#best.weather)) {
      const weather: Weather = { ...this.#best.weather, ...change };
      const { seed } = this.#best;
      for (let other = 0; other <= otherSeeds; other += 1) {
        // A simpler weather may take longer to the same end: worth it, as long as other seeds can still be tried.
        const much = otherSeeds > 0 ? 1.5 : 1;
        if (this.#try({ ...this.#best, weather, seed: seed + other * 1_000_003 }, much)) break;
      }
    }
  }

  /** Some other seed may fail sooner in the same weather. */
  otherSeeds(): void {
    const { seed } = this.#best;
    for (let other = 1; other <= NEIGHBOURS; other += 1) this.#try({ ...this.#best, seed: seed + other });
  }

  /** From here on nothing goes wrong but what did. */
  fixFaults(): void {
    if (this.#best.faults === null) this.#try({ ...this.#best, faults: this.#outcome.struck });
  }

  /** Delta debugging: takes away halves, quarters, … of the faults. */
  dropFaults(): void {
    const { faults } = this.#best;
    if (faults === null) return;
    for (
      let size = Math.ceil(faults.length / 2);
      size >= 1 && !this.isOver;
      size = size > 1 ? Math.ceil(size / 2) : 0
    ) {
      for (let from = (this.#best.faults?.length ?? 0) - size; from > -size; from -= size) {
        const now: readonly Struck[] = this.#best.faults ?? [];
        const fewer = now.filter((_, index) => index < from || index >= from + size);
        if (fewer.length < now.length) this.#try({ ...this.#best, faults: fewer });
      }
    }
  }

  /** Rounds of a plan that need no division, or no deafness to some kind; from the end. */
  dropDivisions(): void {
    const count = this.#best.plan?.divisions.length ?? 0;
    for (let index = count - 1; index >= 0; index -= 1) {
      const divisions = this.#best.plan?.divisions ?? [];
      const division = divisions[index];
      if (division === undefined) continue;
      const isLast = index === divisions.length - 1;
      if (this.#tryPlan(isLast ? divisions.slice(0, -1) : divisions.with(index, whole(division)))) continue;
      this.#tryPlan(divisions.with(index, { ...division, groups: whole(division).groups }));
      for (const kind of Object.keys(division.deaf)) {
        const now = this.#best.plan?.divisions ?? [];
        const kept = Object.entries(now[index]?.deaf ?? {}).filter(([other]) => other !== kind);
        this.#tryPlan(now.with(index, { ...(now[index] ?? division), deaf: Object.fromEntries(kept) }));
      }
    }
  }

  #tryPlan(divisions: readonly Division[]): boolean {
    const { plan } = this.#best;
    return plan !== null && this.#try({ ...this.#best, plan: { ...plan, divisions } });
  }
}

/** What the search makes smaller: events, faults and what stands in the way of a plan's messages. */
export function sizeOf({ faults, plan }: Recipe, { events, struck }: Outcome): number {
  const divisions = (plan?.divisions ?? []).reduce((sum, division) => sum + weightOf(division), 0);
  return events + (faults ?? struck).length + 5 * divisions;
}

/** What could be simpler, the largest steps first. */
function changesOf(weather: Weather): Partial<Weather>[] {
  const changes: Partial<Weather>[] = [];
  for (const key of Object.keys(CALM) as (keyof Weather)[]) {
    if (weather[key] === CALM[key] || key === 'interval' || key === 'patience' || key === 'trouble') continue;
    if (key === 'validators') {
      for (const validators of [4, 5])
        if (validators < weather.validators && faultsOf(validators) > 0) changes.push({ validators });
    } else if (key === 'minDelay' || key === 'maxDelay') {
      changes.push({ minDelay: weather.minDelay, maxDelay: weather.minDelay });
    } else changes.push({ [key]: CALM[key] });
  }
  return changes;
}
