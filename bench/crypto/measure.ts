// Speeds of several ways to do the same, in turns within one run: what else the machine does at a time hits all of them, and of
// each way the fastest turn counts, since other work only makes turns slower.

export interface Way {
  readonly name: string;
  /** Does it once. */
  run(): unknown;
}

const TURNS = 300;
const TURN_MS = 1;

/** Runs a second of each way, in the order of the ways. */
export function speedsOf(ways: readonly Way[]): number[] {
  const best = ways.map(() => 0);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [index, { run }] of ways.entries()) best[index] = Math.max(best[index] ?? 0, speedOf(run));
  }
  return best;
}

/** Of one turn. The clock is read after so many runs that it does not count. */
function speedOf(run: () => unknown): number {
  let runs = 0;
  let batch = 1;
  const start = performance.now();
  for (let spent = 0; spent < TURN_MS; spent = performance.now() - start) {
    for (let index = 0; index < batch; index++) run();
    runs += batch;
    if (spent < TURN_MS / 8) batch *= 2;
  }
  return (1000 * runs) / (performance.now() - start);
}

/** A row for each way after the first, which is ours: how many times it is as fast. */
export function ratioRows(what: string, ways: readonly Way[]): object[] {
  const speeds = speedsOf(ways);
  const [ours = Number.NaN] = speeds;
  return ways.map(({ name }, index) => ({
    what: index === 0 ? what : '',
    with: name,
    'per second': Math.round(speeds[index] ?? 0),
    'ours is faster by': index === 0 ? '' : (ours / (speeds[index] ?? Number.NaN)).toFixed(2),
  }));
}

/** The value below which this part of them lies. @param sorted ascending */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
