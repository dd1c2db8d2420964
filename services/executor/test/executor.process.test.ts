// The process as a node runs it: a crash leaves whole blocks, queries and blocks do not wait for each other, and what
// nobody
// should send it survives.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, connect } from '@hexapod/common/grpc-client';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { badInputChecks } from '@hexapod/compliance/bad-input';
import { executorSuite } from '@hexapod/compliance/executor';
import { Peer } from '@hexapod/compliance/peer';
import type { Block } from '@hexapod/protocol/blockchain';
import { equalBytes, toHex, Z32 } from '@hexapod/protocol/bytes';
import { RPCService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import { genesisBlock } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ExecutedBlock } from '../src/block/block-executor.ts';
import { assemble, deployer } from './assemble.ts';
import { GENESIS_TIME, SENDER, TestChain } from './chain-in-memory.ts';

const MAIN = new URL('../src/main.ts', import.meta.url);
const CONFIG = '[executor_evm]\nexecutor_port = 0\nenable_metrics = false\ncall_time_limit = 4000\n';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-executor-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Running {
  readonly child: ServiceChild;
  readonly address: string;
  readonly executor: Client<typeof ExecutorService>;
  readonly evm: Client<typeof RPCService>;
  close(): void;
}

async function start(config = CONFIG): Promise<Running> {
  const child = await ServiceChild.spawn({ main: MAIN, folder, config });
  const address = `127.0.0.1:${await child.listening()}`;
  const executor = connect(ExecutorService, {
    address,
    clientName: 'controller',
    log: quietLog,
    retry: 'none',
  });
  const evm = connect(RPCService, { address, log: quietLog, retry: 'none' });
  return {
    child,
    address,
    executor,
    evm,
    close() {
      executor.close();
      evm.close();
    },
  };
}

const GENESIS = genesisBlock({ timestamp: GENESIS_TIME, prevhash: Z32 });

interface Step {
  readonly block: Block;
  readonly executed: ExecutedBlock;
}

/** Writes a counter into as many slots as the input is long. */
const WRITER = deployer(
  assemble(`
    0 next: DUP1 CALLDATASIZE EQ @end JUMPI
    NUMBER DUP2 SSTORE
    0 0 LOG0
    1 ADD @next JUMP
    end: STOP
  `),
);

/** Blocks with what they must come to, made by a chain in memory. */
async function makeBlocks(count: number): Promise<Step[]> {
  const chain = await TestChain.start();
  const steps: Step[] = [];
  const add = async (block: Block): Promise<ExecutedBlock> => {
    const executed = await chain.execute(block);
    steps.push({ block, executed });
    return executed;
  };
  const [deployed] = (await add(chain.block([{ data: WRITER }]))).receipts;
  const address = deployed?.contractAddress ?? 0;
  const to = Uint8Array.fromHex(address.toString(16).padStart(40, '0'));
  for (let i = 1; i < count; i++) {
    const from = (n: number): Uint8Array => new Uint8Array(20).fill(n + 1);
    const data = new Uint8Array(20 + (i % 7) * 10);
    const block = chain.block(Array.from({ length: 10 }, (_, n) => ({ from: from(n), to, data })));
    const { receipts } = await add(block);
    if (receipts.some(({ error }) => error !== undefined)) throw new Error(`block ${i} has failures`);
  }
  return steps;
}

describe('killed while it executes', () => {
  /** How many of a block's receipts are there. */
  async function receiptsOf({ evm }: Running, { executed }: Step): Promise<number> {
    const found = await Promise.all(
      executed.receipts.map(({ transactionHash: hash }) =>
        evm.getTransactionReceipt({ hash }).then(
          ({ stateRoot }) => (equalBytes(stateRoot, executed.record.stateRoot) ? 1 : Number.NaN),
          () => 0,
        ),
      ),
    );
    return found.reduce((sum, one) => sum + one, 0);
  }

  async function expectExecuted(running: Running, step: Step): Promise<void> {
    expect(await receiptsOf(running, step)).toBe(step.executed.receipts.length);
    const { status, hash } = await running.executor.exec(step.block);
    expect(status?.code).toBe(Code.ReenterBlock);
    expect(toHex(hash?.hash ?? Z32)).toBe(toHex(step.executed.record.stateRoot));
  }

  test('what was answered is there, and the block in work is there whole or not at all', async () => {
    const steps = await makeBlocks(45);
    const at = (index: number): Step => {
      const step = steps[index];
      if (step === undefined) throw new Error(`there is no block ${index + 1}`);
      return step;
    };
    let next = 0;
    const outcomes = { whole: 0, absent: 0 };
    for (let round = 0; next < steps.length - 8; round++) {
      const running = await start();
      expect((await running.executor.exec(GENESIS)).status?.code).toBe(
        round === 0 ? Code.Success : Code.ReenterBlock,
      );
      if (next > 0) {
        await expectExecuted(running, at(next - 1));
        const present = await receiptsOf(running, at(next));
        expect([0, at(next).executed.receipts.length]).toContain(present);
        outcomes[present === 0 ? 'absent' : 'whole']++;
        const { nonce } = await running.evm.getTransactionCount({ address: SENDER });
        expect(nonce.at(-1)).toBe(1);
      }
      for (const until = next + 4; next < until; next++) {
        const { status, hash } = await running.executor.exec(at(next).block);
        expect([Code.Success, Code.ReenterBlock]).toContain(status?.code);
        expect(toHex(hash?.hash ?? Z32)).toBe(toHex(at(next).executed.record.stateRoot));
      }
      // The next one is killed on its way, later in each round.
      const outcome = running.executor.exec(at(next).block).then(
        () => true,
        () => false,
      );
      for (let turn = 0; turn < round * 4; turn++) await new Promise(setImmediate);
      await running.child.end('SIGKILL');
      if (await outcome) next++;
      running.close();
    }
    expect(outcomes.whole + outcomes.absent).toBeGreaterThan(5);
  });
});

test('an estimate that takes long delays neither blocks nor health nor calls', async () => {
  const running = await start(CONFIG.replace('4000', '100000'));
  const { executor, evm } = running;
  await executor.exec(GENESIS);
  const peer = new Peer(running.address);
  // As init code: hashes a megabyte again and again, which only its bound ends, long after all that follows.
  const method = assemble('loop: 0x100000 0 SHA3 POP @loop JUMP');
  const endless = { from: SENDER, to: new Uint8Array(20), method, args: [], height: 0n };
  let isRunning = true;
  const ended = (): void => {
    isRunning = false;
  };
  const estimate = evm.estimateQuota(endless).then(ended, ended);
  for (const { block } of await makeBlocks(5)) {
    expect((await executor.exec(block)).status?.code).toBe(Code.Success);
  }
  await peer.health();
  // A call has 50 million of quota, and is answered with nothing when they are spent.
  expect((await executor.call(endless)).value.length).toBe(0);
  expect(isRunning).toBe(true);
  await running.child.end('SIGKILL');
  await estimate;
  peer.close();
  running.close();
});

test('a block that is being executed is answered before an orderly stop', async () => {
  const running = await start();
  await running.executor.exec(GENESIS);
  const [step] = await makeBlocks(1);
  if (step === undefined) throw new Error('no block');
  const answer = running.executor.exec(step.block);
  await running.evm.getCode({ address: SENDER });
  const exit = await running.child.end();
  expect(exit.code).toBe(0);
  expect((await answer).status?.code).toBe(Code.Success);
  running.close();
});

test('the data belong to one process', async () => {
  const running = await start();
  const second = await ServiceChild.spawn({ main: MAIN, folder, config: CONFIG });
  const exit = await second.exited;
  expect(exit.code).toBe(1);
  expect(exit.output).toContain(join(folder, 'data', 'executor'));
  running.close();
  await running.child.end();
});

describe('bad input', () => {
  test('before genesis', async () => {
    const running = await start();
    const { executor, evm } = running;
    const address = SENDER;
    const call = { from: SENDER, to: SENDER, method: Z32, args: [], height: 0n };
    await expect(executor.call(call)).rejects.toThrow("Couldn't find the transaction block's state");
    await expect(evm.estimateQuota(call)).rejects.toThrow('estimate quota failed');
    await expect(evm.getCode({ address })).rejects.toThrow('Not get the bytecode');
    await expect(evm.getTransactionReceipt({ hash: Z32 })).rejects.toThrow('Not get the receipt');
    const [step] = await makeBlocks(1);
    if (step === undefined) throw new Error('no block');
    expect((await executor.exec(step.block)).status?.code).toBe(Code.ProposalTooHigh);
    running.close();
    expect(await running.child.end()).toMatchObject({ code: 0 });
  });

  test('everything that nobody should send', async () => {
    const running = await start();
    await running.executor.exec(GENESIS);
    const peer = new Peer(running.address);
    const checks = [...executorSuite.checks, ...badInputChecks('executor')];
    for (const check of checks) {
      try {
        await check.run(peer);
      } catch (cause) {
        throw new Error(check.name, { cause });
      }
    }
    expect(checks.length).toBeGreaterThan(25);
    peer.close();
    running.close();
    expect(await running.child.end('SIGINT')).toMatchObject({ code: 0 });
  });
});
