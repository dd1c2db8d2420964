/** Runs mutants (mutants.ts) until a run shows that a rule is broken. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Mutant } from './mutants.ts';
import type { Mode, Recipe } from './recipe.ts';
import { recipeOf } from './recipe.ts';
import type { Outcome, Trace } from './run.ts';
import type { Core } from './world.ts';

const HOME = fileURLToPath(new URL('..', import.meta.url));

/** A copy of core and simulator with one rule broken. */
export interface Specimen {
  readonly core: Core;
  readonly run: (recipe: Recipe, core: Core, trace?: Trace, isRecording?: boolean) => Outcome;
}

/** Makes the copy, gives it to `work` and removes it. Throws when the mutant's text is not in the file exactly once. */
export async function withMutant<T>(
  mutant: Mutant,
  work: (specimen: Specimen) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    for (const part of ['src/core', 'sim', 'package.json'])
      cpSync(join(HOME, part), join(folder, part), { recursive: true });
    symlinkSync(join(HOME, 'node_modules'), join(folder, 'node_modules'));
    const path = join(folder, mutant.file);
    const source = readFileSync(path, 'utf8');
    if (source.split(mutant.from).length !== 2) {
      throw new Error(
        `mutant "${mutant.name}": its text is not in ${mutant.file} exactly once: correct the mutant`,
      );
    }
    writeFileSync(
      path,
      source.replace(mutant.from, () => mutant.to),
    );
    const load = (file: string) => import(pathToFileURL(join(folder, file)).href);
    const { run }: Pick<Specimen, 'run'> = await load('sim/run.ts');
    return await work({ core: await load('src/core/core.ts'), run });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface Caught {
  readonly mode: Mode;
  /** Runs until it was caught; null when it was not. */
  readonly runs: number | null;
  /** CPU seconds. */
  readonly seconds: number;
  readonly breach: string;
  /** The recipe that caught it. */
  readonly recipe: Recipe | null;
}

/** Runs a specimen on the first seeds (or scenarios with twins), until one fails. */
export function hunt({ core, run }: Specimen, mode: Mode, runs: number): Caught {
  const started = process.cpuUsage();
  const seconds = (): number => {
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1e6;
  };
  for (let number = 1; number <= runs; number += 1) {
    const recipe = recipeOf(mode, number);
    const { breach } = run(recipe, core);
    if (breach !== null) return { mode, runs: number, seconds: seconds(), breach, recipe };
  }
  return { mode, runs: null, seconds: seconds(), breach: 'survived', recipe: null };
}
