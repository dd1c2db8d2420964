/**
 * Every call that an original executor answered during a recorded run (175 blocks, queries, later faults), in order,
 * byte by byte. In the fixture the blocks' proofs are left out: the executor does not look at them.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { RpcError } from '@hexapod/common/rpc-error';
import { Block } from '@hexapod/protocol/blockchain';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { HashResponse } from '@hexapod/protocol/common';
import { RPCService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import { expect, test } from 'vitest';
import { openChain, openQueries } from './chain-in-memory.ts';

interface RecordedCall {
  readonly rpc: string;
  readonly request: string;
  readonly response?: string;
  readonly error?: string;
}

const calls: RecordedCall[] = gunzipSync(
  readFileSync(new URL('./fixtures/original-chain-sm.jsonl.gz', import.meta.url)),
)
  .toString()
  .split('\n')
  .map((line) => JSON.parse(line));

const { chain, database } = openChain();
const queries = openQueries(database);
const evm = RPCService.methods;

const ANSWER: Readonly<Record<string, (request: Uint8Array) => Promise<Uint8Array>>> = {
  async Exec(request) {
    const { code, stateRoot } = await chain.exec(Block.decode(request));
    return HashResponse.encode({ status: { code }, hash: stateRoot && { hash: stateRoot } });
  },
  async Call(request) {
    const { call } = ExecutorService.methods;
    return call.response.encode(await queries.call(call.request.decode(request)));
  },
  async EstimateQuota(request) {
    const { estimateQuota: method } = evm;
    return method.response.encode(await queries.estimateQuota(method.request.decode(request)));
  },
  async GetTransactionReceipt(request) {
    const { getTransactionReceipt: method } = evm;
    return method.response.encode(await queries.getTransactionReceipt(method.request.decode(request)));
  },
  async GetCode(request) {
    return evm.getCode.response.encode(await queries.getCode(evm.getCode.request.decode(request)));
  },
  async GetAbi(request) {
    return evm.getAbi.response.encode(await queries.getAbi(evm.getAbi.request.decode(request)));
  },
  async GetBalance(request) {
    return evm.getBalance.response.encode(await queries.getBalance(evm.getBalance.request.decode(request)));
  },
  async GetTransactionCount(request) {
    const { getTransactionCount: method } = evm;
    return method.response.encode(await queries.getTransactionCount(method.request.decode(request)));
  },
};

async function answer({ rpc, request }: RecordedCall): Promise<Pick<RecordedCall, 'response' | 'error'>> {
  const handler = ANSWER[rpc];
  if (handler === undefined) throw new Error(`${rpc} was recorded, but is not known`);
  try {
    return { response: toHex(await handler(fromHex(request))) };
  } catch (error) {
    if (error instanceof RpcError) return { error: error.details };
    throw error;
  }
}

test('all recorded calls are answered as the original answered them', async () => {
  expect(calls.length).toBe(345);
  for (const [index, call] of calls.entries()) {
    const { rpc, request, ...recorded } = call;
    expect(await answer(call), `call ${index}: ${rpc} ${request.slice(0, 80)}`).toEqual(recorded);
  }
});
