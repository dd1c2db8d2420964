/** The simulator's command line: `npm run sim -- --help`. */
import { parseArgs } from 'node:util';
import * as core from '../src/core/core.ts';
import { Done } from './done.ts';
import { defaultJobs, describeTally, longRun } from './long-run.ts';
import type { Mode } from './recipe.ts';
import { MODES, readRecipe, recipeOf } from './recipe.ts';
import { play, reportFailure } from './report.ts';
import { measure, SPEEDS } from './speed.ts';

const HELP = `Tries to break the core of consensus-bft under simulated networks, disks, controllers and liars.

  npm run sim -- --seeds N [--first S]     runs seeds S to S + N − 1 (default: 1000 from 1)
  npm run sim -- --twins N [--first S]     runs N scenarios with twins in a divided network, from number S (default: 0)

      --jobs J               threads (default: one for each core)
      --resume FILE          keeps what is done in FILE, and goes on from there
      --shrink-seconds N     how long to search for a shorter run that fails alike (default: 30)

  npm run sim -- --trace S                 prints all that happens in the run of seed S
  npm run sim -- --trace-twins S           the same of a scenario with twins
  npm run sim -- --replay FILE             the same of a file that a failure left
  npm run sim -- --speed                   events and simulated seconds per second of one core

The exit code is 1 when a property does not hold, 2 for a wrong command line.
`;

const OPTIONS = {
  seeds: { type: 'string' },
  twins: { type: 'string' },
  first: { type: 'string' },
  jobs: { type: 'string' },
  resume: { type: 'string' },
  'shrink-seconds': { type: 'string' },
  trace: { type: 'string' },
  'trace-twins': { type: 'string' },
  replay: { type: 'string' },
  speed: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

class UsageError extends Error {}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function number(name: string, text: string | undefined, fallback: number, least = 0): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} "${text}": wanted a whole number from ${least} on`);
}

type Values = ReturnType<typeof options>;

function options(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function runMany(values: Values): Promise<number> {
  const counts: Record<Mode, number> = {
    seeds: number('seeds', values.seeds, values.twins === undefined ? 1000 : 0),
    twins: number('twins', values.twins, 0),
  };
  const ranges = MODES.map((mode) => ({
    mode,
    first: number('first', values.first, mode === 'seeds' ? 1 : 0),
    count: counts[mode],
  })).filter(({ count }) => count > 0);
  const jobs = number('jobs', values.jobs, defaultJobs(), 1);
  const shrinkSeconds = number('shrink-seconds', values['shrink-seconds'], 30);
  const done = openDone(values.resume ?? null);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  await longRun({ ranges, jobs, done, say, signal: stopping.signal });
  for (const { mode } of ranges) say(describeTally(mode, done.tally(mode)));
  if (stopping.signal.aborted) say('stopped; the same command goes on where it was');
  for (const { mode, number: at } of done.failures) {
    reportFailure(`${mode} ${at}`, recipeOf(mode, at), core, say, shrinkSeconds);
  }
  return done.failures.length === 0 ? 0 : 1;
}

function openDone(path: string | null): Done {
  try {
    return Done.open(path);
  } catch (error) {
    throw new UsageError(`--resume: ${error instanceof Error ? error.message : error}`);
  }
}

function printSpeed(): number {
  for (const { name, weather } of SPEEDS) {
    const { events, simulated } = measure(weather, core, 4);
    say(
      `4 validators at 3 s, ${name}: ${Math.round(events)} events/s, ${Math.round(simulated)} simulated seconds/s`,
    );
  }
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  const values = options(args);
  if (values.help) {
    say(HELP);
    return 0;
  }
  if (values.speed) return printSpeed();
  const { trace, 'trace-twins': twins, replay } = values;
  if (trace !== undefined) return play(recipeOf('seeds', number('trace', trace, 0)), core, say) ? 0 : 1;
  if (twins !== undefined) return play(recipeOf('twins', number('trace-twins', twins, 0)), core, say) ? 0 : 1;
  if (replay !== undefined) return play(readRecipe(replay), core, say) ? 0 : 1;
  return runMany(values);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`sim: ${error.message}; see npm run sim -- --help\n`);
  process.exitCode = 2;
}
