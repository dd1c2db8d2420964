/** `npm run sim:exhaustive -- --minutes 10`: all states of the small world, as far as time and memory go. */
import { parseArgs } from 'node:util';
import { silentLog } from '@hexapod/common/log';
import { WorkerPool } from '@hexapod/common/worker-pool';
import { leaderOf } from '../../src/core/quorum.ts';
import type { Address } from '../../src/core/types.ts';
import { defaultJobs } from '../long-run.ts';
import type { Bounds, Findings } from './explore.ts';
import { HEIGHT, MAX_ROUNDS, VALIDATORS } from './universe.ts';

const HELP = `Explores all states of four validators, one of them a liar, with two values and 1, 2, then ${MAX_ROUNDS} rounds.

  npm run sim:exhaustive [-- options]

      --minutes M       how long (default: 10)
      --max-states N    of one world, 34 bytes each (default: 20000000)
      --jobs J          worlds at a time (default: one for each core)

A world is a number of rounds and the liar's place among their leaders. The exit code is 1 when a property does not hold.
`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    'max-states': { type: 'string', default: '20000000' },
    jobs: { type: 'string', default: String(defaultJobs()) },
    help: { type: 'boolean', short: 'h' },
  },
});

/** Who may be the liar: one for each leader, and one of those who lead no round. */
function liars(rounds: number): Address[] {
  const leaders = Array.from({ length: rounds }, (_, round) => leaderOf(VALIDATORS, HEIGHT, round));
  return VALIDATORS.filter((name, index) => leaders.includes(name) || index === 0);
}

function describe({ rounds, liar }: Bounds, findings: Findings, seconds: number): string {
  const { states, transitions, depth, isExhausted, breach, local } = findings;
  const end =
    breach ?? (isExhausted ? 'all of them; all properties hold' : 'not all of them; all properties hold');
  return (
    `${rounds} rounds, liar ${liar}: ${states} states (${local} of single nodes), ${transitions} transitions, ` +
    `depth ${depth}, ${seconds.toFixed(0)} s: ${end}\n`
  );
}

async function run(minutes: number, maxStates: number, jobs: number): Promise<boolean> {
  const end = performance.now() + minutes * 60_000;
  const log = silentLog;
  const script = new URL('./explore-worker.ts', import.meta.url);
  const pool = new WorkerPool<Bounds, Findings>({ script, size: jobs, depth: 1, log });
  let [total, holds] = [0, true];
  const worlds = [1, 2, 3].flatMap((rounds) => liars(rounds).map((liar) => ({ rounds, liar })));
  const queue = worlds[Symbol.iterator]();
  let left = worlds.length;
  const work = async (): Promise<void> => {
    for (const world of queue) {
      // What is left of the time is shared by the worlds that are left.
      const started = performance.now();
      const seconds = (Math.max(0, end - started) / 1000) * Math.min(1, jobs / left);
      left -= 1;
      const bounds: Bounds = { ...world, seconds, maxStates, symmetry: true };
      const findings = await pool.run(bounds);
      total += findings.states;
      holds &&= findings.breach === null;
      process.stdout.write(describe(bounds, findings, (performance.now() - started) / 1000));
      // The search by mirror images mixes names up: once more without, for people.
      if (findings.breach !== null) {
        const { path } = await pool.run({ ...bounds, symmetry: false });
        process.stdout.write(`${path.map((step) => `    ${step}\n`).join('')}`);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await pool.close();
  }
  process.stdout.write(
    `${total} states; ${holds ? 'agreement, validity and no double sign hold in all' : 'BROKEN'}\n`,
  );
  return holds;
}

const [minutes, maxStates, jobs] = [values.minutes, values['max-states'], values.jobs].map(Number);
if (values.help) process.stdout.write(HELP);
else if (!(minutes && minutes > 0 && maxStates && maxStates > 0 && jobs && jobs > 0)) {
  process.stderr.write('sim:exhaustive: --minutes, --max-states and --jobs want numbers above 0\n');
  process.exitCode = 2;
} else process.exitCode = (await run(minutes, maxStates, jobs)) ? 0 : 1;
