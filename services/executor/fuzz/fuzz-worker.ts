/** A thread of its own for a part of the seeds. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FuzzCase } from './fuzz-case.ts';
import { type RunOptions, runSeeds } from './run.ts';
import { FailingSeed, type SeedResult } from './seeds.ts';

export type WorkerReport =
  | { readonly kind: 'result'; readonly result: SeedResult }
  | { readonly kind: 'failure'; readonly seed: number; readonly text: string; readonly found: FuzzCase };

const post = (report: WorkerReport): void => parentPort?.postMessage(report);

try {
  await runSeeds(workerData as RunOptions, (result) => post({ kind: 'result', result }));
} catch (error) {
  if (!(error instanceof FailingSeed)) throw error;
  post({ kind: 'failure', seed: error.seed, text: error.message, found: error.found });
}
