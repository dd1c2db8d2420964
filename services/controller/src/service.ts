// The gRPC edge: which rpc asks which part, and how a failure is said in each service (docs/protocol/wire.md 12). No rule of
// the chain lives here.

import type { RequestOf, ResponseOf, Service } from '@hexapod/common/grpc-method';
import type { Logger } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import type { ConsensusConfiguration, ConsensusConfigurationResponse } from '@hexapod/protocol/common';
import type { Consensus2ControllerService, RPCService } from '@hexapod/protocol/controller';
import type { NetworkMsgHandlerService } from '@hexapod/protocol/network';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import type { Controller } from './controller.ts';
import type { ConsensusSettings } from './neighbours.ts';
import { Overloaded, TooLarge } from './overloaded.ts';
import { Stopped } from './retry.ts';

/** A function for each rpc that needs to know nothing but the request. */
type Answers<S extends Service> = {
  readonly [K in keyof S['methods']]: (
    request: RequestOf<S['methods'][K]>,
  ) => ResponseOf<S['methods'][K]> | Promise<ResponseOf<S['methods'][K]>>;
};

/** For users: a failure is INVALID_ARGUMENT, its text the name of the code. */
export function userHandlers(controller: Controller): Answers<typeof RPCService> {
  const { intake, queries } = controller;
  return {
    getBlockNumber: () => ({ blockNumber: queries.blockNumber() }),
    sendRawTransaction: (raw) => forUser(async () => ({ hash: await intake.submit(raw) })),
    sendRawTransactions: ({ body }) =>
      forUser(async () => ({ hashes: (await intake.submitBatch(body)).map((hash) => ({ hash })) })),
    getBlockByHash: ({ hash }) => forUser(() => queries.blockByHash(hash)),
    getHeightByHash: ({ hash }) => forUser(async () => ({ blockNumber: await queries.heightByHash(hash) })),
    getBlockByNumber: ({ blockNumber }) => forUser(() => queries.blockByNumber(blockNumber)),
    getStateRootByNumber: ({ blockNumber }) =>
      forUser(async () => ({ stateRoot: await queries.stateRoot(blockNumber) })),
    getProofByNumber: ({ blockNumber }) => forUser(async () => ({ proof: await queries.proof(blockNumber) })),
    getBlockDetailByNumber: ({ blockNumber }) => forUser(() => queries.blockDetail(blockNumber)),
    getTransaction: ({ hash }) => forUser(() => queries.transaction(hash)),
    getSystemConfig: () => queries.systemConfig(),
    getSystemConfigByNumber: ({ blockNumber }) => forUser(() => queries.systemConfigByNumber(blockNumber)),
    getBlockHash: ({ blockNumber }) => forUser(async () => ({ hash: await queries.blockHash(blockNumber) })),
    getTransactionBlockNumber: ({ hash }) =>
      forUser(async () => ({ blockNumber: await queries.transactionBlockNumber(hash) })),
    getTransactionIndex: ({ hash }) =>
      forUser(async () => ({ txIndex: await queries.transactionIndex(hash) })),
    addNode: async (node) => ({ code: await controller.addNode(node) }),
    getNodeStatus: () => forUser(() => queries.nodeStatus()),
  };
}

/** For consensus: a failure is a status inside the answer. */
export function consensusHandlers(
  { chain, requests }: Controller,
  log: Logger,
): Answers<typeof Consensus2ControllerService> {
  return {
    async getProposal() {
      try {
        const { height, data, isEmpty } = await requests.getProposal();
        const code = isEmpty ? Code.NoTransaction : Code.Success;
        return { status: { code }, proposal: { height, data } };
      } catch (error) {
        return { status: { code: statusOf(error, 'get_proposal', log) } };
      }
    },
    async checkProposal({ height, data }) {
      try {
        await requests.checkProposal(height, data);
        return { code: Code.Success };
      } catch (error) {
        return { code: statusOf(error, `check_proposal(${height})`, log) };
      }
    },
    async commitBlock({ proposal, proof }): Promise<ConsensusConfigurationResponse> {
      // Interval and validators as before the call: a config goes with every answer.
      const before = chain.settings;
      const height = proposal?.height ?? 0n;
      try {
        if (proposal === undefined)
          throw new StatusError(Code.NoneProposal, 'CommitBlock without a proposal');
        const settings = await requests.commitBlock(height, proposal.data, proof);
        return { status: { code: Code.Success }, config: configuration(settings) };
      } catch (error) {
        const code = statusOf(error, `commit_block height: ${height}`, log);
        return { status: { code }, config: configuration({ ...before, height }) };
      }
    },
  };
}

/** For the network process: messages of other controllers. */
export function networkHandlers(
  { peerMessages }: Controller,
  log: Logger,
): Answers<typeof NetworkMsgHandlerService> {
  return {
    async processNetworkMsg(message) {
      try {
        return { code: await peerMessages.process(message) };
      } catch (error) {
        return { code: statusOf(error, `${message.type.slice(0, 64)} of ${message.origin}`, log) };
      }
    },
  };
}

function configuration({ height, blockInterval, validators }: ConsensusSettings): ConsensusConfiguration {
  return { height, blockInterval, validators: [...validators] };
}

async function forUser<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof StatusError) {
      throw new RpcError(GrpcStatus.INVALID_ARGUMENT, codeName(error.code), { cause: error });
    }
    throw refusalOf(error);
  }
}

/** The code of a failure, logged; anything that is not one is thrown on. */
function statusOf(error: unknown, what: string, log: Logger): Code {
  if (error instanceof StatusError) {
    log.warn(`${what}: ${codeName(error.code)}, ${error.message}`);
    return error.code;
  }
  if (error instanceof DecodeError) {
    log.warn(`${what}: DecodeError, ${error.message}`);
    return Code.DecodeError;
  }
  throw refusalOf(error);
}

/** What has no code of the protocol, but one of gRPC: refused for its size, or because this process stops. */
function refusalOf(error: unknown): unknown {
  if (error instanceof Stopped) return new RpcError(GrpcStatus.UNAVAILABLE, error.message, { cause: error });
  if (error instanceof Overloaded)
    return new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, error.message, { cause: error });
  if (error instanceof TooLarge)
    return new RpcError(GrpcStatus.INVALID_ARGUMENT, error.message, { cause: error });
  return error;
}
