// What is sent: N transactions of one kind, signed before the clock starts.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { quietLog } from '@hexapod/common/quiet-log';
import { WorkerPool } from '@hexapod/common/worker-pool';
import { fromHex } from '@hexapod/protocol/bytes';
import type { Account } from '@hexapod/sdk/account';
import { encodeCall } from '@hexapod/sdk/call-data';
import type { ChainClient } from '@hexapod/sdk/chain-client';
import { CREATE_QUOTA, fetchValidity, type Intent } from '@hexapod/sdk/normal-transaction';
import { sendTransaction } from '@hexapod/sdk/send-transaction';
import { STORE_ADDRESS } from '@hexapod/sdk/special-address';
import { waitForReceipt } from '@hexapod/sdk/wait-for-receipt';
import { z } from 'zod';
import type { PreparedTransaction, SignTask } from './sign-worker.ts';

export const KINDS = ['transfer', 'counter', 'store'] as const;
export type Kind = (typeof KINDS)[number];

const COUNTER = new URL('../../examples/counter/Counter.json', import.meta.url);
const CounterSchema = z.object({ bytecode: z.string() });

/** Offered by each transaction: what it needs and a margin. The sum over a block must stay below the quota limit. */
const QUOTA = 60_000n;
const CHUNK = 250;

/** What each transaction does. The Counter is deployed first. */
export async function intentOf(kind: Kind, chain: ChainClient, account: Account): Promise<Intent> {
  switch (kind) {
    case 'transfer':
      return { to: new Uint8Array(randomBytes(20)), data: new Uint8Array(), quota: QUOTA };
    case 'store':
      return { to: STORE_ADDRESS, data: new Uint8Array(randomBytes(32)), quota: QUOTA };
    case 'counter':
      return { to: await deployCounter(chain, account), data: encodeCall('add()'), quota: QUOTA };
  }
}

async function deployCounter(chain: ChainClient, account: Account): Promise<Uint8Array> {
  const { bytecode } = CounterSchema.parse(JSON.parse(readFileSync(COUNTER, 'utf8')));
  const intent = { to: new Uint8Array(), data: fromHex(bytecode), quota: CREATE_QUOTA };
  const hash = await sendTransaction(chain, account, intent);
  const receipt = await waitForReceipt(chain, hash);
  if (receipt.errorMessage !== '') throw new Error(`the Counter was not deployed: ${receipt.errorMessage}`);
  return receipt.contractAddress;
}

/** Signs in as many threads as the machine has; `progress` is told how many are done. */
export async function prepareTransactions(
  count: number,
  intent: Intent,
  account: Account,
  chain: ChainClient,
  progress: (done: number) => void,
): Promise<PreparedTransaction[]> {
  const validity = await fetchValidity(chain);
  const chunks = Array.from({ length: Math.ceil(count / CHUNK) }, (_, index) =>
    Math.min(CHUNK, count - index * CHUNK),
  );
  const pool = new WorkerPool<SignTask, PreparedTransaction[]>({
    script: new URL('./sign-worker.ts', import.meta.url),
    size: Math.min(availableParallelism(), chunks.length),
    maxQueue: chunks.length,
    log: quietLog,
  });
  try {
    let done = 0;
    const { suite, privateKey } = account;
    const signed = await Promise.all(
      chunks.map(async (size) => {
        const part = await pool.run({ suite: suite.name, privateKey, intent, validity, count: size });
        done += size;
        progress(done);
        return part;
      }),
    );
    return signed.flat();
  } finally {
    await pool.close();
  }
}
