// Requests that are under way at the same time: each gets its own answer (docs/protocol/executor.md 14, fault 7).

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@hexapod/common/grpc-client';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { toHex, Z32 } from '@hexapod/protocol/bytes';
import { ExecutorService } from '@hexapod/protocol/executor';
import { genesisBlock } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GENESIS_TIME, SENDER, TestChain } from './chain-in-memory.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-executor-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CONFIG = '[executor_evm]\nexecutor_port = 0\nenable_metrics = false\n';
/** Fewer than may wait. */
const REPEATED = 10;

test('old blocks that are sent again do not get the answer of the new one, nor it theirs', async () => {
  const child = await ServiceChild.spawn({
    main: new URL('../src/main.ts', import.meta.url),
    folder,
    config: CONFIG,
  });
  const address = `127.0.0.1:${await child.listening()}`;
  const executor = connect(ExecutorService, { address, log: quietLog, retry: 'none' });
  const genesis = genesisBlock({ timestamp: GENESIS_TIME, prevhash: Z32 });
  const first = await executor.exec(genesis);
  expect(first.status?.code).toBe(Code.Success);
  const genesisRoot = toHex(first.hash?.hash ?? Z32);

  const chain = await TestChain.start();
  for (let height = 1; height <= 5; height++) {
    const block = chain.block([{ to: SENDER }, { from: new Uint8Array(20).fill(height), to: SENDER }]);
    const { record } = await chain.execute(block);
    const again = Array.from({ length: REPEATED }, () => genesis);
    const [executed, ...repeated] = await Promise.all(
      [block, ...again].map(async (sent) => {
        const { status, hash } = await executor.exec(sent);
        return [status?.code, toHex(hash?.hash ?? Z32)];
      }),
    );
    expect(executed).toEqual([Code.Success, toHex(record.stateRoot)]);
    expect(repeated).toEqual(again.map(() => [Code.ReenterBlock, genesisRoot]));
  }
  executor.close();
  expect(await child.end()).toMatchObject({ code: 0 });
});
