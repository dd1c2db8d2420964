// Token transfers per second through the executor: its domain alone, on a real disk, and the process over gRPC.
// Usage: node bench/executor.ts [--transactions 3000] [--blocks 10] [--accounts 3000]

import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '@hexapod/common/grpc-client';
import { rawRequest } from '@hexapod/common/grpc-method';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { StageTimers } from '@hexapod/common/stage-timers';
import { keccak256, keccak256Into } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block } from '@hexapod/protocol/blockchain';
import { ExecutorService } from '@hexapod/protocol/executor';
import { Chain } from '../services/executor/src/chain.ts';
import { FramePool } from '../services/executor/src/evm/frame-pool.ts';
import { loadRecoverSigner } from '../services/executor/src/recover-signer.ts';
import { openLevelDatabase } from '../services/executor/src/store/level-database.ts';
import { makeBlocks } from './executor/blocks.ts';

const { values } = parseArgs({
  options: {
    transactions: { type: 'string', default: '3000' },
    blocks: { type: 'string', default: '10' },
    accounts: { type: 'string', default: '3000' },
  },
});
const TRANSACTIONS = Number(values.transactions);
const BLOCKS = Number(values.blocks);
/** Blocks that are executed first and do not count. */
const WARM_UP = 3;

const { setUp, transfers } = makeBlocks({
  transactions: TRANSACTIONS,
  blocks: WARM_UP + BLOCKS,
  accounts: Number(values.accounts),
});
const before = [...setUp, ...transfers.slice(0, WARM_UP)];
const measured = transfers.slice(WARM_UP);

interface Figures {
  readonly name: string;
  readonly ms: number;
  readonly cpuMs: number;
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hexapod-bench-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Everything but gRPC and threads: decoding, execution, state, receipts, one synced batch. */
async function domain(folder: string, timers: StageTimers): Promise<Figures> {
  const database = await openLevelDatabase(folder, { cacheBytes: 64 << 20, writeBufferBytes: 16 << 20 });
  const machine = { keccak: keccak256, recover: await loadRecoverSigner(), pool: new FramePool(), seed: 1 };
  const caches = {
    cacheSizes: { accounts: 200_000, slots: 400_000 },
    codeCacheBytes: 1 << 26,
    trieCacheBytes: 192 << 20,
  };
  let counting = false;
  const chain = new Chain(
    { ethCompatibility: false, keepHistory: true, ...caches },
    {
      database,
      machine,
      hash: sm3,
      keccakInto: keccak256Into,
      stage: (name, step) => (counting ? timers.time(name, step) : step()),
    },
  );
  for (const bytes of before) await chain.exec(Block.decode(bytes));
  counting = true;
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (const bytes of measured) {
    const { executed } = await chain.exec(timers.time('decode', () => Block.decode(bytes)));
    const failed = executed?.receipts.find(({ error }) => error !== undefined);
    if (executed === undefined || failed !== undefined)
      throw new Error(`a transfer failed: ${failed?.error}`);
  }
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  await database.close();
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

async function service(folder: string): Promise<Figures> {
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

const timers = new StageTimers();
const runs = [await inFolder((folder) => domain(folder, timers)), await inFolder(service)];
const total = TRANSACTIONS * BLOCKS;
console.log(`${BLOCKS} blocks of ${TRANSACTIONS} token transfers between ${values.accounts} accounts`);
console.table(
  runs.map(({ name, ms, cpuMs }) => ({
    what: name,
    'transfers a second': Math.round((1000 * total) / ms),
    'us a transfer': ((1000 * ms) / total).toFixed(1),
    'us of CPU a transfer': ((1000 * cpuMs) / total).toFixed(1),
  })),
);
console.log('where the time of the domain goes, us a transfer:');
console.table([...timers.totals].map(([stage, { ms }]) => ({ stage, us: ((1000 * ms) / total).toFixed(2) })));
