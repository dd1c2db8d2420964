/**
 * The gRPC edge, on the main thread: it hands each request's bytes to the worker it belongs to and the answer's bytes
 * back. Nothing here takes longer than moving a buffer, so health is answered at once, whatever runs.
 */
import type { GrpcServer } from '@hexapod/common/grpc-server';
import type { Logger } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import type { StageTimers } from '@hexapod/common/stage-timers';
import { PoolFullError, TaskError, type WorkerPool } from '@hexapod/common/worker-pool';
import { HashResponse } from '@hexapod/protocol/common';
import { RPCService } from '@hexapod/protocol/evm';
import { ExecutorService } from '@hexapod/protocol/executor';
import { Code } from '@hexapod/protocol/status-code';
import {
  type BlockReport,
  type ExecResult,
  type ExecTask,
  LANE_OF,
  type Lane,
  type QueryName,
  type QueryResult,
  type QueryTask,
  type RpcAnswer,
} from './worker/protocol.ts';

export interface ServiceModules {
  readonly server: Pick<GrpcServer, 'addRaw'>;
  readonly exec: Pick<WorkerPool<ExecTask, ExecResult>, 'run'>;
  readonly queries: Record<Lane, Pick<WorkerPool<QueryTask, QueryResult>, 'run'>>;
  readonly log: Logger;
  readonly stages: StageTimers;
}

const QUERY_METHODS: Record<QueryName, { readonly path: string }> = {
  call: ExecutorService.methods.call,
  ...RPCService.methods,
};

/** What a query is answered that failed by a fault of ours: the rpc's own text (docs/protocol/executor.md 10). */
const FAILURE_TEXTS: Record<QueryName, (reason: string) => string> = {
  call: (reason) => `Call Error Transaction execution error (internal error: "${reason}").`,
  estimateQuota: () => 'estimate quota failed',
  getTransactionReceipt: () => 'Not get the receipt',
  getCode: () => 'Not get the bytecode',
  getBalance: () => 'Not get the balance',
  getTransactionCount: () => 'Not get the nonce',
  getAbi: () => 'Not get the abi',
};

export function addServices(modules: ServiceModules): void {
  const { server } = modules;
  server.addRaw(ExecutorService.methods.exec, (bytes) => exec(bytes, modules));
  for (const [name, method] of Object.entries(QUERY_METHODS) as [QueryName, { readonly path: string }][]) {
    server.addRaw(method, (bytes) => query(name, bytes, modules));
  }
}

/** A failure of ours answers 501: the block is not executed, or was and will be found so when it comes again. */
async function exec(bytes: Uint8Array, { exec: pool, log, stages }: ServiceModules): Promise<Uint8Array> {
  let result: ExecResult;
  try {
    const request = ownCopy(bytes);
    result = await pool.run({ kind: 'exec', request }, [request.buffer]);
  } catch (error) {
    if (error instanceof PoolFullError) throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, error.message);
    log.error({ err: error }, 'Exec failed');
    return HashResponse.encode({ status: { code: Code.InternalChannelDisconnected }, hash: undefined });
  }
  if (result.kind !== 'answer') throw new Error(`the worker answered Exec with ${result.kind}`);
  if (result.remark !== undefined) log.warn(`Exec refused: ${result.remark}`);
  if (result.block !== undefined) report(result.block, log, stages);
  return responseOf(result.answer);
}

function report(block: BlockReport, log: Logger, stages: StageTimers): void {
  let total = 0;
  for (const [stage, ms] of Object.entries(block.milliseconds)) {
    stages.add(`exec_${stage}`, ms);
    total += ms;
  }
  const { height, transactions, quotaUsed } = block;
  log.info(
    `block ${height} executed: ${transactions} transactions, quota ${quotaUsed}, ${total.toFixed(1)} ms`,
  );
}

async function query(
  name: QueryName,
  bytes: Uint8Array,
  { queries, log }: ServiceModules,
): Promise<Uint8Array> {
  let result: QueryResult;
  try {
    const request = ownCopy(bytes);
    result = await queries[LANE_OF[name]].run({ kind: 'query', name, request }, [request.buffer]);
  } catch (error) {
    if (error instanceof PoolFullError) throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, error.message);
    log.error({ err: error }, `${name} failed`);
    if (!(error instanceof TaskError)) throw new RpcError(GrpcStatus.UNAVAILABLE, 'the query worker failed');
    throw new RpcError(GrpcStatus.INVALID_ARGUMENT, FAILURE_TEXTS[name](error.message));
  }
  if (result.kind !== 'answer') throw new Error(`the worker answered ${name} with ${result.kind}`);
  return responseOf(result.answer);
}

function responseOf(answer: RpcAnswer): Uint8Array {
  if ('response' in answer) return answer.response;
  throw new RpcError(answer.grpcCode, answer.details);
}

/** Memory of its own, which can be handed to another thread. */
function ownCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
