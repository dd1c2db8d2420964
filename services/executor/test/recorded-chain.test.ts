/**
 * Every call that an original executor answered during a recorded run (175 blocks, queries, later faults), in order,
 * byte by byte. In the fixture the blocks' proofs are left out: the executor does not look at them.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block } from '@hexapod/protocol/blockchain';
import { equalBytes, fromHex, toHex, Z32 } from '@hexapod/protocol/bytes';
import { HashResponse } from '@hexapod/protocol/common';
import { type Receipt, RPCService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import { describe, expect, test } from 'vitest';
import { openChain, openQueries } from './chain-in-memory.ts';
import { ReferenceChain } from './reference/chain.ts';

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
    // Every failure of an original has this code.
    if (error instanceof RpcError && error.grpcCode === GrpcStatus.INVALID_ARGUMENT)
      return { error: error.details };
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

describe('the reference', () => {
  const reference = new ReferenceChain({ hash: sm3, ethCompatibility: false, mostSteps: 1_000_000 });
  const seen = { blocks: 0, receipts: 0, transactions: 0 };

  /** What the reference has of a transaction. */
  function receiptOf(hash: Uint8Array): Receipt | undefined {
    return reference.blocks
      .flatMap(({ receipts }) => receipts)
      .find((receipt) => equalBytes(receipt.transactionHash, hash));
  }

  test('executes every recorded block to the recorded state root, and has the recorded receipts', () => {
    for (const { rpc, request, response } of calls) {
      if (rpc === 'Exec' && response !== undefined) {
        const block = Block.decode(fromHex(request));
        const height = Number(block.header?.height);
        // Genesis is sent again at every start.
        const executed = reference.blocks[height] ?? reference.execute(block);
        const { hash } = HashResponse.decode(fromHex(response));
        expect(toHex(executed.stateRoot), `state root of block ${height}`).toBe(toHex(hash?.hash ?? Z32));
        seen.blocks = reference.blocks.length;
        seen.transactions += executed.results.length;
      } else if (rpc === 'GetTransactionReceipt') {
        const { hash } = evm.getTransactionReceipt.request.decode(fromHex(request));
        const receipt = receiptOf(hash);
        expect(receipt && toHex(evm.getTransactionReceipt.response.encode(receipt)), toHex(hash)).toBe(
          response,
        );
        if (receipt !== undefined) seen.receipts++;
      }
    }
    expect(seen).toEqual({ blocks: 238, receipts: 44, transactions: 226 });
  });
});
