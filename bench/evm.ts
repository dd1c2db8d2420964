// The machine's speed beside @ethereumjs/evm: loops of one kind of work, and token transfers with the commit of the
// tries. Same byte code, same run, one thread.
// Usage: node bench/evm.ts [--only NAME] [--seconds 2]

import { parseArgs } from 'node:util';
import { equalBytes } from '@hexapod/protocol/bytes';
import * as ethereumjs from './evm/ethereumjs.ts';
import * as ours from './evm/ours.ts';
import { LOOPS, type Loop } from './evm/programs.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, seconds: { type: 'string', default: '2' } },
});
/** The fastest of so many rounds counts: whatever else the machine does only makes rounds slower. */
const ROUNDS = 5;
const ROUND_MS = (1000 * Number(values.seconds)) / ROUNDS;

interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number;
  readonly wanted: number;
}

type Run = (count: number) => unknown;

/** Work done per second in the fastest round; `run(count)` does `count` of it. The first round warms up. */
async function perSecond(run: Run): Promise<number> {
  let count = 100;
  let best = 0;
  for (let round = 0; round <= ROUNDS; ) {
    const start = performance.now();
    await run(count);
    const ms = performance.now() - start;
    if (ms < ROUND_MS / 2) {
      count = Math.ceil(count * Math.min(10, ROUND_MS / Math.max(ms, 0.1)));
      continue;
    }
    if (round > 0) best = Math.max(best, (1000 * count) / ms);
    round++;
  }
  return best;
}

function iterations(count: number): Uint8Array {
  const input = new Uint8Array(32);
  new DataView(input.buffer).setUint32(28, count);
  return input;
}

async function measureLoop({ name, code, wanted }: Loop): Promise<Row> {
  const runOurs = ours.prepare(code, await ours.machineModules());
  const runTheirs = await ethereumjs.prepare(code);
  if (!equalBytes(runOurs(iterations(1000)), await runTheirs(iterations(1000))))
    throw new Error(`${name}: the two machines compute different results`);
  return {
    what: name,
    unit: 'iterations',
    ours: await perSecond((count) => runOurs(iterations(count))),
    theirs: await perSecond((count) => runTheirs(iterations(count))),
    wanted,
  };
}

const rows: Row[] = [];
for (const loop of LOOPS.filter(({ name }) => name.includes(values.only))) rows.push(await measureLoop(loop));

console.table(
  rows.map((row) => ({
    what: row.what,
    unit: `${row.unit} a second`,
    hexapod: Math.round(row.ours),
    '@ethereumjs/evm': Math.round(row.theirs),
    times: (row.ours / row.theirs).toFixed(1),
    wanted: row.wanted,
  })),
);
