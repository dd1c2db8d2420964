/** A failing run, for people: what it was, how short it can be made, its trace, and the command that plays it again. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeFault } from './dice.ts';
import type { Recipe } from './recipe.ts';
import { troubleOf, writeRecipe } from './recipe.ts';
import type { Trace } from './run.ts';
import { run } from './run.ts';
import { shrink } from './shrink.ts';
import { describePlan } from './twins.ts';
import type { Core } from './world.ts';

const TAIL = 400;
const FOLDER = new URL('./failures/', import.meta.url);

/** Plays the recipe and tells what happens. True when all properties held. */
export function play(recipe: Recipe, core: Core, say: (line: string) => void): boolean {
  const { breach } = run(recipe, core, say);
  say(breach ?? 'all properties hold');
  return breach === null;
}

/** Shrinks a failing run, prints what is left of it and writes it to a file. Gives back the file's path. */
export function reportFailure(name: string, recipe: Recipe, core: Core, say: Say, seconds: number): string {
  const long = run(recipe, core);
  say(`${name} fails: ${long.breach}`);
  say(`shrinking for up to ${seconds} s …`);
  const { recipe: short, outcome, runs } = shrink(recipe, (one) => run(one, core, null, true), seconds);
  const lines: string[] = [];
  run(short, core, (line) => lines.push(line));
  if (lines.length > TAIL) say(`(the first ${lines.length - TAIL} lines are left out)`);
  for (const line of lines.slice(-TAIL)) say(line);
  for (const line of summary(short)) say(line);
  say(`${name} fails: ${outcome.breach}`);
  say(`${long.events} events became ${outcome.events} in ${runs} runs`);
  mkdirSync(FOLDER, { recursive: true });
  const file = new URL(`${name.replace(/\W+/g, '-')}.json`, FOLDER);
  writeFileSync(file, writeRecipe(short, outcome.breach ?? ''));
  const path = relative(process.cwd(), fileURLToPath(file));
  say(`replay: npm run sim -- --replay ${path}`);
  say('once it is mended: move the file to services/consensus-bft/sim/kept, and the tests play it for ever');
  return path;
}

type Say = NonNullable<Trace>;

function summary({ seed, weather, faults, plan }: Recipe): string[] {
  const lines = [`seed ${seed}, weather ${JSON.stringify(troubleOf(weather))}`];
  if (plan !== null) lines.push(describePlan(plan));
  if (faults !== null && faults.length > 0) {
    const names = namesOf(weather.validators + weather.observers, plan?.liars ?? []);
    lines.push(
      `faults: ${faults
        .slice(0, 40)
        .map((fault) => describeFault(fault, names))
        .join(', ')}`,
    );
    if (faults.length > 40) lines.push(`… and ${faults.length - 40} more`);
  }
  return lines;
}

/** As World names them. */
function namesOf(count: number, twins: readonly string[]): string[] {
  return Array.from({ length: count }, (_, index) => String.fromCharCode(65 + index)).flatMap((name) =>
    twins.includes(name) ? [name, `${name}'`] : [name],
  );
}
