// Worker threads that end while they work: the call they were at gets an error, the process lives, the next call works.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@hexapod/common/grpc-client';
import { quietLog } from '@hexapod/common/quiet-log';
import { GrpcStatus } from '@hexapod/common/rpc-error';
import { ServiceChild } from '@hexapod/common/service-child';
import { Peer } from '@hexapod/compliance/peer';
import { toHex, Z32 } from '@hexapod/protocol/bytes';
import { RPCService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import { genesisBlock } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assemble } from './assemble.ts';
import { GENESIS_TIME, SENDER, TestChain } from './chain-in-memory.ts';

const MAIN = new URL('./fixtures/executor-with-mortal-workers.ts', import.meta.url);
const CONFIG = '[executor_evm]\nexecutor_port = 0\nenable_metrics = false\ncall_time_limit = 60000\n';
/** Hashes a megabyte again and again, which only its bound ends, long after all that follows. */
const ENDLESS = {
  from: SENDER,
  to: new Uint8Array(20),
  method: assemble('loop: 0x100000 0 SHA3 POP @loop JUMP'),
  args: [],
  height: 0n,
};

let folder: string;
const open: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-workers-'));
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await rm(folder, { recursive: true });
});

async function start() {
  const child = await ServiceChild.spawn({ main: MAIN, folder, config: CONFIG });
  open.push(() => child.end('SIGKILL'));
  const address = `127.0.0.1:${await child.listening()}`;
  const executor = connect(ExecutorService, { address, log: quietLog, retry: 'none' });
  const evm = connect(RPCService, { address, log: quietLog, retry: 'none' });
  const peer = new Peer(address);
  open.push(executor.close, evm.close, () => peer.close());
  const kill = async (victim: string): Promise<void> => {
    await writeFile(join(folder, 'victim'), victim);
    process.kill(child.pid, 'SIGUSR2');
  };
  return { child, executor, evm, peer, kill };
}

test('threads of queries: an endless estimate ends, others are answered before and after', async () => {
  const { child, executor, evm, peer, kill } = await start();
  await executor.exec(genesisBlock({ timestamp: GENESIS_TIME, prevhash: Z32 }));
  const estimates = [evm.estimateQuota(ENDLESS), evm.estimateQuota(ENDLESS)];
  const failed = Promise.allSettled(estimates);
  // Reads and calls have threads of their own.
  expect((await evm.getBalance({ address: SENDER })).value).toEqual(Z32);
  const nothing = { ...ENDLESS, to: SENDER, method: Z32 };
  expect((await executor.call(nothing)).value.length).toBe(0);
  await kill('query-worker');
  const [first] = await failed;
  expect(first).toMatchObject({ reason: { grpcCode: GrpcStatus.UNAVAILABLE } });
  expect((await executor.call(nothing)).value.length).toBe(0);
  expect((await evm.getBalance({ address: SENDER })).value).toEqual(Z32);
  await peer.health();
  expect(child.output).toContain('query-worker.ts failed');
});

test('the thread that executes: the block is whole or absent, and the chain goes on', async () => {
  const { child, executor, evm, peer, kill } = await start();
  const chain = await TestChain.start();
  await executor.exec(genesisBlock({ timestamp: GENESIS_TIME, prevhash: Z32 }));
  const outcomes = { answered: 0, failed: 0 };
  for (let round = 0; round < 4; round++) {
    const block = chain.block(
      Array.from({ length: 1500 }, (_, n) => ({ from: new Uint8Array(20).fill(n % 250), to: SENDER })),
    );
    const { record } = await chain.execute(block);
    const answer = executor.exec(block);
    // What only reads is answered meanwhile; then the thread ends, sooner or later in its work.
    for (let i = 0; i < round; i++) await evm.getBalance({ address: SENDER });
    await kill('exec-worker');
    const { status } = await answer;
    expect([Code.Success, Code.InternalChannelDisconnected]).toContain(status?.code);
    outcomes[status?.code === Code.Success ? 'answered' : 'failed']++;
    const again = await executor.exec(block);
    expect([Code.Success, Code.ReenterBlock]).toContain(again.status?.code);
    expect(toHex(again.hash?.hash ?? Z32)).toBe(toHex(record.stateRoot));
  }
  expect(outcomes.failed).toBeGreaterThan(0);
  const { nonce } = await evm.getTransactionCount({ address: new Uint8Array(20).fill(7) });
  expect(Number(nonce.at(-1))).toBe(4 * 6);
  await peer.health();
  expect(child.output).toContain('exec-worker.ts failed');
  expect(await child.end()).toMatchObject({ code: 0 });
});
