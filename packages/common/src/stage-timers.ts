// How long a process spent in each stage of its work, so that a bench can print where a millisecond went.

export interface StageTotal {
  ms: number;
  runs: number;
}

/** Stage names are words in the code, not data; beyond this many nothing new is counted. */
const MOST_STAGES = 256;

export class StageTimers {
  readonly totals = new Map<string, StageTotal>();

  /** Runs `fn` and counts its wall time under `stage`, also when it throws; a promise is counted when it settles. */
  time<T>(stage: string, fn: () => T): T {
    const start = performance.now();
    let result: T;
    try {
      result = fn();
    } catch (error) {
      this.add(stage, performance.now() - start);
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.add(stage, performance.now() - start);
      return result;
    }
    const done = () => this.add(stage, performance.now() - start);
    result.then(done, done);
    return result;
  }

  /** Counts `ms` milliseconds measured elsewhere, in a worker for instance. */
  add(stage: string, ms: number): void {
    const total = this.totals.get(stage);
    if (total) {
      total.ms += ms;
      total.runs += 1;
    } else if (this.totals.size < MOST_STAGES) this.totals.set(stage, { ms, runs: 1 });
  }
}
