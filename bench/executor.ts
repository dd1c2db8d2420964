// Token transfers through the executor: its domain alone, on a real disk, and the process over gRPC.
// Usage: node bench/executor.ts [--transactions 3000] [--blocks 10] [--holders 3000]
//        node bench/executor.ts --accounts 10000,1000000,5000000   what a large state costs; some minutes
//        node bench/executor.ts --disk                             archive beside full, 5,000 blocks

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { connect } from '@hexapod/common/grpc-client';
import { rawRequest } from '@hexapod/common/grpc-method';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { StageTimers } from '@hexapod/common/stage-timers';
import { Block } from '@hexapod/protocol/blockchain';
import { ExecutorService } from '@hexapod/protocol/executor';
import { type EncodedBlocks, makeBlocks } from './executor/blocks.ts';
import { measureDisk } from './executor/disk.ts';
import { execute, executeEncoded, inFolder, openDomain } from './executor/domain.ts';
import type { ScaleFigures } from './executor/scale.ts';

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '3000' },
    blocks: { type: 'string', default: '10' },
    holders: { type: 'string', default: '3000' },
    accounts: { type: 'string' },
    disk: { type: 'boolean', default: false },
  },
});
const TRANSACTIONS = Number(values.transactions);
const BLOCKS = Number(values.blocks);
const HOLDERS = Number(values.holders);
/** Blocks that are executed first and do not count: the code has to become hot, too. */
const WARM_UP = 10;

if (values.disk) await measureDisk();
else if (values.accounts !== undefined) await measureScale(values.accounts.split(',').map(Number));
else await measureSpeed();

interface Figures {
  readonly name: string;
  readonly ms: number;
  readonly cpuMs: number;
}

interface Workload {
  readonly before: readonly Uint8Array[];
  readonly measured: readonly Uint8Array[];
}

async function measureSpeed(): Promise<void> {
  const blocks = WARM_UP + BLOCKS;
  const made: EncodedBlocks = makeBlocks({ transactions: TRANSACTIONS, blocks, accounts: HOLDERS });
  const workload = {
    before: [...made.setUp, ...made.transfers.slice(0, WARM_UP)],
    measured: made.transfers.slice(WARM_UP),
  };
  const timers = new StageTimers();
  const runs = [
    await inFolder((folder) => domain(folder, workload, timers)),
    await inFolder((folder) => service(folder, workload)),
  ];
  const total = TRANSACTIONS * BLOCKS;
  console.log(`${BLOCKS} blocks of ${TRANSACTIONS} token transfers between ${HOLDERS} accounts`);
  console.table(
    runs.map(({ name, ms, cpuMs }) => ({
      what: name,
      'transfers a second': Math.round((1000 * total) / ms),
      'us a transfer': ((1000 * ms) / total).toFixed(1),
      'us of CPU a transfer': ((1000 * cpuMs) / total).toFixed(1),
    })),
  );
  console.log('where the time of the domain goes, us a transfer:');
  console.table(
    [...timers.totals].map(([stage, { ms }]) => ({ stage, us: ((1000 * ms) / total).toFixed(2) })),
  );
}

/** Everything but gRPC and threads: decoding, execution, state, receipts, one synced batch. */
async function domain(folder: string, { before, measured }: Workload, timers: StageTimers): Promise<Figures> {
  let counting = false;
  const { chain, close } = await openDomain(folder, true, (name, step) =>
    counting ? timers.time(name, step) : step(),
  );
  for (const bytes of before) await executeEncoded(chain, bytes);
  counting = true;
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (const bytes of measured)
    await execute(
      chain,
      timers.time('decode', () => Block.decode(bytes)),
    );
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  await close();
  return { name: 'domain', ms, cpuMs: (user + system) / 1000 };
}

/** CPU of another process so far, ms. Linux only; elsewhere NaN. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

async function service(folder: string, { before, measured }: Workload): Promise<Figures> {
  const child = await ServiceChild.spawn({
    main: new URL('../services/executor/src/main.ts', import.meta.url),
    folder,
    config: '[executor_evm]\nexecutor_port = 0\nenable_metrics = false\n',
  });
  const address = `127.0.0.1:${await child.listening()}`;
  const execService = {
    name: ExecutorService.name,
    methods: { exec: rawRequest(ExecutorService.methods.exec) },
  };
  const client = connect(execService, { address, clientName: 'controller', log: quietLog });
  for (const bytes of before) await client.exec(bytes);
  const cpu = cpuOf(child.pid);
  const start = performance.now();
  for (const bytes of measured) {
    const { status } = await client.exec(bytes);
    if (status?.code !== 0) throw new Error(`Exec answered ${status?.code}`);
  }
  const figures = { name: 'process over gRPC', ms: performance.now() - start, cpuMs: cpuOf(child.pid) - cpu };
  client.close();
  await child.end();
  return figures;
}

/** Each size in processes of its own, so that memory is that of one. */
async function measureScale(sizes: readonly number[]): Promise<void> {
  const script = fileURLToPath(new URL('./executor/scale.ts', import.meta.url));
  const run = promisify(execFile);
  const figures: ScaleFigures[] = [];
  for (const accounts of sizes) {
    figures.push(
      await inFolder(async (folder) => {
        await run(process.execPath, [script, 'fill', folder, String(accounts)]);
        const { stdout } = await run(process.execPath, [script, 'measure', folder, String(accounts)]);
        return JSON.parse(stdout);
      }),
    );
    console.error(`${accounts} accounts measured`);
  }
  console.log('token transfers between any two accounts, blocks of 3000, the domain alone:');
  console.table(
    figures.map(({ accounts, lookupUs, cpuUs, commitMsABlock, rssMiB, ownMiB }) => ({
      accounts,
      'us a cold lookup': lookupUs.toFixed(1),
      'ms a commit': commitMsABlock.toFixed(1),
      'us of CPU a transfer': cpuUs.toFixed(1),
      'times the first': (cpuUs / (figures[0]?.cpuUs ?? Number.NaN)).toFixed(2),
      'MiB of memory': rssMiB.toFixed(0),
      'of it own': ownMiB.toFixed(0),
    })),
  );
}
