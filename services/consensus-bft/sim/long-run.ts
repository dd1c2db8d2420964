/** Many runs on all cores: ranges to threads, a line of progress now and then, and what is done in a file. */
import { availableParallelism } from 'node:os';
import { silentLog } from '@hexapod/common/log';
import { WorkerPool } from '@hexapod/common/worker-pool';
import type { Failure, Range, Tally } from './batch.ts';
import type { Done } from './done.ts';

const RANGE = 100;
const PROGRESS_MS = 5000;
/** So many failures are enough to start with. */
const ENOUGH = 3;

export interface LongRunOptions {
  readonly ranges: readonly Range[];
  readonly jobs: number;
  readonly done: Done;
  readonly say: (line: string) => void;
  /** Ends the run early, after the ranges under way. */
  readonly signal: AbortSignal;
}

export const defaultJobs = (): number => availableParallelism();

/** Gives back the failures of all runs in `done`, those of earlier times too. */
export async function longRun({ ranges, jobs, done, say, signal }: LongRunOptions): Promise<void> {
  const pool = new WorkerPool<Range, { tally: Tally; failures: Failure[] }>({
    script: new URL('./batch-worker.ts', import.meta.url),
    size: jobs,
    depth: 1,
    log: silentLog,
  });
  const progress = new Progress(ranges, done, say);
  const open = ranges.flatMap((range) => [...done.open(range, RANGE)])[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const range of open) {
      const { tally, failures } = await pool.run(range);
      done.note(range, tally, failures);
      progress.note(range, tally);
      if (signal.aborted || done.failures.length >= ENOUGH) return;
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await pool.close();
    done.save();
    progress.say();
  }
}

class Progress {
  readonly #wanted: number;
  readonly #done: Done;
  readonly #say: (line: string) => void;
  readonly #started = performance.now();
  #saidAt = performance.now();
  #runs = 0;
  #events = 0;

  constructor(ranges: readonly Range[], done: Done, say: (line: string) => void) {
    this.#wanted = ranges
      .flatMap((range) => [...done.open(range, RANGE)])
      .reduce((sum, { count }) => sum + count, 0);
    this.#done = done;
    this.#say = say;
  }

  note({ count }: Range, { events }: Tally): void {
    this.#runs += count;
    this.#events += events;
    const now = performance.now();
    if (now - this.#saidAt < PROGRESS_MS) return;
    this.#saidAt = now;
    this.#done.save();
    this.say();
  }

  say(): void {
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = seconds > 0 ? this.#runs / seconds : 0;
    const left = rate > 0 ? `, ${Math.ceil((this.#wanted - this.#runs) / rate / 60)} min left` : '';
    const events = Math.round(this.#events / seconds);
    this.#say(
      `${this.#runs} of ${this.#wanted} runs in ${seconds.toFixed(0)} s, ${this.#done.failures.length} failed, ` +
        `${rate.toFixed(0)} runs/s, ${events} events/s${left}`,
    );
  }
}

/** The sum of one mode in a line; rates are per second of CPU, so of one core. */
export function describeTally(
  name: string,
  { runs, events, simulated, heights, cpu }: Readonly<Tally>,
): string {
  const perCore =
    cpu > 0
      ? `${Math.round(events / cpu)} events/s and ${Math.round(simulated / cpu)} simulated seconds/s`
      : '';
  return `${name}: ${runs} runs, ${heights} heights, ${events} events; on one core ${perCore}`;
}
