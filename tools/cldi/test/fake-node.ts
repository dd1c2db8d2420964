// The users' side of a node, answering from a script instead of a chain.

import { GrpcServer } from '@hexapod/common/grpc-server';
import { silentLog } from '@hexapod/common/log';
import { RpcError } from '@hexapod/common/rpc-error';

/** Bytes, or the RpcError to answer with; undefined: nothing is known about this call. */
export type Answer = (path: string, request: Uint8Array) => Uint8Array | RpcError | undefined;

const PATHS = {
  'controller.RPCService': [
    'GetBlockNumber',
    'SendRawTransaction',
    'GetHeightByHash',
    'GetBlockByNumber',
    'GetStateRootByNumber',
    'GetProofByNumber',
    'GetBlockDetailByNumber',
    'GetTransaction',
    'GetSystemConfig',
    'GetSystemConfigByNumber',
    'GetBlockHash',
    'GetTransactionBlockNumber',
    'GetTransactionIndex',
    'AddNode',
    'GetNodeStatus',
  ],
  'executor.ExecutorService': ['Call'],
  'evm.RPCService': [
    'GetTransactionReceipt',
    'GetCode',
    'GetBalance',
    'GetTransactionCount',
    'GetAbi',
    'EstimateQuota',
  ],
} as const;

const UNIMPLEMENTED = 12;

/** Controller and executor in one, on one port. */
export class FakeNode {
  readonly #server = new GrpcServer({ host: '127.0.0.1', port: 0, log: silentLog });
  /** Answers the calls to come. */
  answer: Answer = () => undefined;

  constructor() {
    for (const [service, methods] of Object.entries(PATHS)) {
      for (const method of methods) {
        const path = `/${service}/${method}`;
        this.#server.addRaw({ path }, (request) => this.#answer(path, request));
      }
    }
  }

  get address(): string {
    return `127.0.0.1:${this.#server.port}`;
  }

  async start(): Promise<void> {
    await this.#server.start();
  }

  async stop(): Promise<void> {
    await this.#server.stop(0);
  }

  #answer(path: string, request: Uint8Array): Uint8Array {
    const answer = this.answer(path, request) ?? new RpcError(UNIMPLEMENTED, `${path} is not in the script`);
    if (answer instanceof RpcError) throw answer;
    return answer;
  }
}
