// The machine's speed beside @ethereumjs/evm: loops of one kind of work, and token transfers with the commit of the
// tries. Same byte code, same run, CPU time of one thread.
// Usage: node bench/evm.ts [--only NAME] [--seconds 2] [--interpret]

import { parseArgs } from 'node:util';
import { equalBytes } from '@hexapod/protocol/bytes';
import * as ethereumjs from './evm/ethereumjs.ts';
import * as hexapod from './evm/ours.ts';
import { LOOPS, type Loop } from './evm/programs.ts';
import { threadTime } from './evm/thread-time.ts';
import { fastest, ours, theirs } from './evm/transfers.ts';
import { makeBlocks } from './executor/blocks.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '2' },
    /** Without the compiler. */
    interpret: { type: 'boolean', default: false },
  },
});
/** The fastest of so many rounds counts: whatever else the machine does only makes rounds slower. */
const ROUNDS = 5;
const ROUND_MS = (1000 * Number(values.seconds)) / ROUNDS;

interface Row {
  readonly what: string;
  /** Iterations or transfers a second. */
  readonly ours: number;
  readonly theirs: number;
  readonly wanted: number | undefined;
}

/** Work done per second in the fastest round; `run(count)` does `count` of it. The first round warms up. */
async function perSecond(run: (count: number) => unknown): Promise<number> {
  let count = 100;
  let best = 0;
  for (let round = 0; round <= ROUNDS; ) {
    const start = threadTime();
    await run(count);
    const ms = threadTime() - start;
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

const machine = await hexapod.machineModules(!values.interpret);

async function measureLoop({ name, code, wanted }: Loop): Promise<Row> {
  const runOurs = hexapod.prepare(code, machine);
  const runTheirs = await ethereumjs.prepare(code);
  if (!equalBytes(runOurs(iterations(1000)), await runTheirs(iterations(1000))))
    throw new Error(`${name}: the two machines compute different results`);
  return {
    what: name,
    ours: await perSecond((count) => runOurs(iterations(count))),
    theirs: await perSecond((count) => runTheirs(iterations(count))),
    wanted,
  };
}

/** Transfers in a block, and accounts that hold tokens. */
const BLOCK_SIZE = 500;
const ACCOUNTS = 1000;
/** Blocks before those that count: the optimiser needs to see some thousand transfers. */
const WARM_UP = 8;

async function measureTransfers(): Promise<Row[]> {
  const blocks = makeBlocks({ transactions: BLOCK_SIZE, blocks: WARM_UP + ROUNDS, accounts: ACCOUNTS });
  const [we, they] = [
    await fastest(blocks, ours(machine), ROUNDS),
    await fastest(blocks, await theirs(), ROUNDS),
  ];
  const aSecond = (ms: number) => (1000 * BLOCK_SIZE) / ms;
  const peer = aSecond(they.common);
  return [
    { what: 'ERC-20 transfers with trie commit', ours: aSecond(we.common), theirs: peer, wanted: 10 },
    // Ours also decodes, makes receipts, blooms, the receipts root and the header; the peer does not.
    {
      what: 'the same with all that makes a block',
      ours: aSecond(we.block),
      theirs: peer,
      wanted: undefined,
    },
  ];
}

const rows: Row[] = [];
if ('ERC-20'.includes(values.only)) rows.push(...(await measureTransfers()));
for (const loop of LOOPS.filter(({ name }) => name.includes(values.only))) rows.push(await measureLoop(loop));

console.log('iterations or transfers a second:');
console.table(
  rows.map((row) => ({
    what: row.what,
    hexapod: Math.round(row.ours),
    '@ethereumjs/evm': Math.round(row.theirs),
    times: (row.ours / row.theirs).toFixed(1),
    wanted: row.wanted ?? '',
  })),
);
