/** The command line of the differential fuzz test: see ABOUT below. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { runCase } from './duel.ts';
import type { FuzzCase } from './fuzz-case.ts';
import type { WorkerReport } from './fuzz-worker.ts';
import { COMPILED, type Compiled, machineOf } from './machines.ts';
import { type RunOptions, runSeeds, Totals } from './run.ts';
import { FailingSeed } from './seeds.ts';
import { shrink } from './shrink.ts';

const ABOUT = `Random blocks of random byte code through the executor and through the reference in test/reference, which
must agree on every receipt, root and hash, and on calls, estimates and accounts afterwards.

  npm run fuzz:executor -- --transactions 100000
  npm run fuzz:executor -- --seed 17 --seeds 1         one seed once more
  npm run fuzz:executor -- --replay FILE               a case that was written to a file

  --transactions N   compare at least so many (default 10000)
  --seeds N          this many seeds, instead
  --seed S           the first seed (default 1)
  --blocks N         blocks of a case, at most (default 7)
  --block-size N     transactions of a block, at most (default 40)
  --compiled MODE    ${COMPILED.join(', ')} (default never)
  --workers N        threads (default 1)
  --no-shrink        print a failing case as it was found

Exit code 1: they differ. Then the seed is printed, and a case made as small as possible is written to a file.
`;

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '10000' },
    seeds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    blocks: { type: 'string', default: '7' },
    'block-size': { type: 'string', default: '40' },
    compiled: { type: 'string', default: 'never' },
    workers: { type: 'string', default: '1' },
    replay: { type: 'string' },
    shrink: { type: 'boolean', default: true },
    help: { type: 'boolean', short: 'h', default: false },
  },
  allowNegative: true,
});

const PROGRESS_EVERY_MS = 5000;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function count(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`--${name} ${text}: wanted an integer from ${least} on`);
}

function compiledMode(text: string): Compiled {
  const mode = COMPILED.find((known) => known === text);
  if (mode === undefined) throw new RangeError(`--compiled ${text}: wanted one of ${COMPILED.join(', ')}`);
  return mode;
}

/** The text of the failure, or undefined. */
async function failureOf(found: FuzzCase, compiled: Compiled): Promise<string | undefined> {
  try {
    await runCase(found, machineOf(compiled));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function reportFailure(seed: number, text: string, found: FuzzCase, compiled: Compiled): Promise<void> {
  print(`\nseed ${seed} fails: ${text}`);
  print(`once more: npm run fuzz:executor -- --seed ${seed} --seeds 1 --compiled ${compiled}`);
  const failure = await failureOf(found, compiled);
  let smallest = found;
  if (failure === undefined) {
    print('The case alone does not fail.');
  } else if (values.shrink) {
    const shrunk = await shrink(found, failure, (candidate) => failureOf(candidate, compiled));
    print(`smallest case after ${shrunk.runs} runs: ${shrunk.failure}`);
    smallest = shrunk.found;
  }
  const file = join(tmpdir(), `executor-fuzz-${seed}.json`);
  writeFileSync(file, JSON.stringify(smallest, undefined, 2));
  print(`${JSON.stringify(smallest).slice(0, 4000)}\nwritten to ${file}: replay with --replay ${file}`);
}

class Progress {
  readonly totals = new Totals();
  readonly #started = performance.now();
  #printed = performance.now();

  add(result: Parameters<Totals['add']>[0]): void {
    this.totals.add(result);
    if (performance.now() - this.#printed > PROGRESS_EVERY_MS) this.print();
  }

  print(): void {
    this.#printed = performance.now();
    const { seeds, transactions, blocks, queries, skipped } = this.totals;
    const seconds = (this.#printed - this.#started) / 1000;
    const rate = Math.round(transactions / seconds);
    print(
      `${transactions} transactions, ${blocks} blocks, ${queries} queries of ${seeds} seeds agree (${skipped} skipped), ${seconds.toFixed(0)} s, ${rate}/s`,
    );
  }

  printOutcomes(): void {
    const sorted = [...this.totals.outcomes].sort(([, a], [, b]) => b - a);
    print(sorted.map(([status, times]) => `${status} ${times}`).join(', '));
  }
}

/** Resolves with the failure, if there was one. */
function runWorker(options: RunOptions, progress: Progress): Promise<FailingSeed | undefined> {
  return new Promise((resolve, reject) => {
    let failure: FailingSeed | undefined;
    const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { workerData: options });
    worker.on('message', (report: WorkerReport) => {
      if (report.kind === 'result') progress.add(report.result);
      else failure = new FailingSeed(report.seed, report.found, report.text);
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve(failure));
  });
}

async function runHere(options: RunOptions, progress: Progress): Promise<FailingSeed | undefined> {
  try {
    await runSeeds(options, (result) => progress.add(result));
    return undefined;
  } catch (error) {
    if (error instanceof FailingSeed) return error;
    throw error;
  }
}

async function run(): Promise<number> {
  const compiled = compiledMode(values.compiled);
  if (values.replay !== undefined) {
    const failure = await failureOf(JSON.parse(readFileSync(values.replay, 'utf8')), compiled);
    print(failure ?? 'they agree');
    return failure === undefined ? 0 : 1;
  }
  const workers = count('workers', values.workers, 1);
  const seed = count('seed', values.seed, 0);
  const options = {
    stride: workers,
    seeds: values.seeds === undefined ? undefined : Math.ceil(count('seeds', values.seeds, 1) / workers),
    transactions: Math.ceil(count('transactions', values.transactions, 1) / workers),
    blocks: count('blocks', values.blocks, 2),
    blockSize: count('block-size', values['block-size'], 0),
    compiled,
  };
  const progress = new Progress();
  const parts = Array.from({ length: workers }, (_, i) => ({ ...options, seed: seed + i }));
  const [first] = parts;
  const failures = await Promise.all(
    workers === 1 && first !== undefined
      ? [runHere(first, progress)]
      : parts.map((part) => runWorker(part, progress)),
  );
  progress.print();
  progress.printOutcomes();
  const failure = failures.find((found) => found !== undefined);
  if (failure === undefined) return 0;
  await reportFailure(failure.seed, failure.message, failure.found, compiled);
  return 1;
}

if (values.help) print(ABOUT);
else process.exitCode = await run();
