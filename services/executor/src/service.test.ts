import { type Client, connect } from '@hexapod/common/grpc-client';
import { GrpcServer } from '@hexapod/common/grpc-server';
import { quietLog } from '@hexapod/common/quiet-log';
import { GrpcStatus } from '@hexapod/common/rpc-error';
import { StageTimers } from '@hexapod/common/stage-timers';
import { PoolFullError, TaskError, WorkerFailedError } from '@hexapod/common/worker-pool';
import { Block } from '@hexapod/protocol/blockchain';
import { Z20 } from '@hexapod/protocol/bytes';
import { RPCService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import { Code } from '@hexapod/protocol/status-code';
import { afterEach, describe, expect, test } from 'vitest';
import { addServices } from './service.ts';

interface Served {
  readonly executor: Client<typeof ExecutorService>;
  readonly evm: Client<typeof RPCService>;
}

const open: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A server whose workers fail every task in this way. */
async function serveFailing(error: Error): Promise<Served> {
  const pool = { run: () => Promise.reject(error) };
  const server = new GrpcServer({ host: '127.0.0.1', port: 0, log: quietLog });
  const queries = { reads: pool, calls: pool, estimates: pool };
  addServices({ server, exec: pool, queries, log: quietLog, stages: new StageTimers() });
  const address = `127.0.0.1:${await server.start()}`;
  const executor = connect(ExecutorService, { address, log: quietLog, retry: 'none' });
  const evm = connect(RPCService, { address, log: quietLog, retry: 'none' });
  open.push(executor.close, evm.close, () => server.stop(0));
  return { executor, evm };
}

const REQUEST = { from: Z20, to: Z20, method: Z20, args: [], height: 0n };
const workerFailed = new WorkerFailedError('the worker thread failed');
const bug = new TaskError({ name: 'Error', message: 'state: no code', stack: undefined });

describe('a worker that fails', () => {
  test('makes Exec answer 501 without a hash', async () => {
    for (const error of [workerFailed, bug]) {
      const { executor } = await serveFailing(error);
      const { status, hash } = await executor.exec(Block.create());
      expect(status?.code).toBe(Code.InternalChannelDisconnected);
      expect(hash).toBeUndefined();
    }
  });

  test('makes queries UNAVAILABLE', async () => {
    const { executor, evm } = await serveFailing(workerFailed);
    const unavailable = { grpcCode: GrpcStatus.UNAVAILABLE };
    await expect(executor.call(REQUEST)).rejects.toMatchObject(unavailable);
    await expect(evm.getCode({ address: Z20 })).rejects.toMatchObject(unavailable);
  });
});

test('a fault inside a query is answered with the text of the rpc', async () => {
  const { executor, evm } = await serveFailing(bug);
  const address = { address: Z20 };
  const answers: readonly [Promise<unknown>, string][] = [
    [
      executor.call(REQUEST),
      'Call Error Transaction execution error (internal error: "Error: state: no code").',
    ],
    [evm.estimateQuota(REQUEST), 'estimate quota failed'],
    [evm.getTransactionReceipt({ hash: Z20 }), 'Not get the receipt'],
    [evm.getCode(address), 'Not get the bytecode'],
    [evm.getBalance(address), 'Not get the balance'],
    [evm.getTransactionCount(address), 'Not get the nonce'],
    [evm.getAbi(address), 'Not get the abi'],
  ];
  for (const [answer, details] of answers) {
    await expect(answer).rejects.toMatchObject({ grpcCode: GrpcStatus.INVALID_ARGUMENT, details });
  }
});

test('overload is RESOURCE_EXHAUSTED', async () => {
  const { executor, evm } = await serveFailing(new PoolFullError('1024 tasks are waiting'));
  const refused = { grpcCode: GrpcStatus.RESOURCE_EXHAUSTED, details: '1024 tasks are waiting' };
  await expect(executor.exec(Block.create())).rejects.toMatchObject(refused);
  await expect(evm.estimateQuota(REQUEST)).rejects.toMatchObject(refused);
});
