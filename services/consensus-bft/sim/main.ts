/**
 * The long run: `node sim/main.ts --seeds N [--first S]`. Prints progress, and for a seed that fails its trace and the
 * command that replays it. Exit code 1 if one failed. `--trace S` prints the whole trace of one seed.
 */
import { parseArgs } from 'node:util';
import * as core from '../src/core/core.ts';
import type { Outcome } from './run.ts';
import { run } from './run.ts';

const TRACE_TAIL = 150;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    trace: { type: 'string' },
  },
});

function report(failed: Outcome): void {
  const lines: string[] = [];
  run(failed.seed, core, (line) => lines.push(line));
  process.stdout.write(`${lines.slice(-TRACE_TAIL).join('\n')}\n`);
  process.stdout.write(
    `weather ${JSON.stringify(failed.weather)}\nseed ${failed.seed} fails: ${failed.breach}\n`,
  );
  process.stdout.write(`replay: node services/consensus-bft/sim/main.ts --trace ${failed.seed}\n`);
}

function runSeeds(first: number, count: number): number {
  const started = performance.now();
  let [events, simulated, heights, failures, printed] = [0, 0, 0, 0, started];
  for (let seed = first; seed < first + count; seed += 1) {
    const outcome = run(seed, core);
    events += outcome.events;
    simulated += outcome.simulated;
    heights += outcome.height;
    if (outcome.breach !== null) {
      failures += 1;
      report(outcome);
      if (failures >= 3) break;
    }
    const now = performance.now();
    if (now - printed > 5000 || seed === first + count - 1) {
      printed = now;
      const seconds = (now - started) / 1000;
      const rate = `${Math.round(events / seconds)} events/s, ${Math.round(simulated / 1000 / seconds)} × real time`;
      process.stdout.write(
        `seed ${seed}: ${heights} heights, ${failures} failed, ${seconds.toFixed(0)} s, ${rate}\n`,
      );
    }
  }
  return failures;
}

if (values.trace !== undefined) {
  const outcome = run(Number(values.trace), core, (line) => process.stdout.write(`${line}\n`));
  process.stdout.write(
    `weather ${JSON.stringify(outcome.weather)}\n${outcome.breach ?? 'all properties hold'}\n`,
  );
  process.exitCode = outcome.breach === null ? 0 : 1;
} else {
  process.exitCode = runSeeds(Number(values.first), Number(values.seeds)) === 0 ? 0 : 1;
}
