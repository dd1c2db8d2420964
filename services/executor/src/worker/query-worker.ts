/** A thread that answers queries, each on a snapshot, beside the one that executes. */
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import { serveTasks } from '@hexapod/common/worker-tasks';
import { RPCService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import { DecodeError } from '@hexapod/protocol/wire';
import { Queries } from '../query/queries.ts';
import type { QueryName, QueryResult, QueryTask, RpcAnswer } from './protocol.ts';
import { setUp } from './setup.ts';

/** For the time of one query. */
const CACHE_SIZES = { accounts: 50_000, slots: 100_000 };
const CODE_CACHE_BYTES = 64 * 2 ** 20;

const { settings, database, machine } = await setUp();
const queries = new Queries(
  {
    ethCompatibility: settings.ethCompatibility,
    timeLimit: settings.callTimeLimit,
    cacheSizes: CACHE_SIZES,
    codeCacheBytes: CODE_CACHE_BYTES,
  },
  { database, machine, monotonic: () => performance.now() },
);

interface Codec<T> {
  encode(message: T): Uint8Array;
  decode(bytes: Uint8Array): T;
}

/** A query with its codecs: bytes in, bytes out. */
function onBytes<Request, Response>(
  method: { readonly request: Codec<Request>; readonly response: Codec<Response> },
  answer: (request: Request) => Promise<Response>,
): (request: Uint8Array) => Promise<Uint8Array> {
  return async (request) => method.response.encode(await answer(method.request.decode(request)));
}

const evm = RPCService.methods;
const ANSWER: Record<QueryName, (request: Uint8Array) => Promise<Uint8Array>> = {
  call: onBytes(ExecutorService.methods.call, (request) => queries.call(request)),
  estimateQuota: onBytes(evm.estimateQuota, (request) => queries.estimateQuota(request)),
  getTransactionReceipt: onBytes(evm.getTransactionReceipt, (request) =>
    queries.getTransactionReceipt(request),
  ),
  getCode: onBytes(evm.getCode, (request) => queries.getCode(request)),
  getBalance: onBytes(evm.getBalance, (request) => queries.getBalance(request)),
  getTransactionCount: onBytes(evm.getTransactionCount, (request) => queries.getTransactionCount(request)),
  getAbi: onBytes(evm.getAbi, (request) => queries.getAbi(request)),
};

serveTasks<QueryTask, QueryResult>(async (task) => {
  switch (task.kind) {
    case 'ready':
      return { kind: 'ready' };
    case 'query':
      return { kind: 'answer', answer: await answer(task.name, task.request) };
    case 'close':
      await database.close();
      return { kind: 'closed' };
  }
});

async function answer(name: QueryName, request: Uint8Array): Promise<RpcAnswer> {
  try {
    return { response: await ANSWER[name](request) };
  } catch (error) {
    if (error instanceof RpcError) return { grpcCode: error.grpcCode, details: error.details };
    if (error instanceof DecodeError) return { grpcCode: GrpcStatus.INTERNAL, details: error.message };
    throw error;
  }
}
