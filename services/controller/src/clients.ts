// The five other processes over gRPC. A final gRPC failure becomes the code that the originals give it
// (docs/protocol/common.md 6); what is encoded already is sent as it is.

import { type Client, connect } from '@hexapod/common/grpc-client';
import { rawRequest } from '@hexapod/common/grpc-method';
import type { Logger } from '@hexapod/common/log';
import { RpcError } from '@hexapod/common/rpc-error';
import type { StatusCode } from '@hexapod/protocol/common';
import { ConsensusService } from '@hexapod/protocol/consensus';
import { CryptoService } from '@hexapod/protocol/crypto';
import { ExecutorService } from '@hexapod/protocol/executor';
import { NetworkService } from '@hexapod/protocol/network';
import { Code, isKnownCode } from '@hexapod/protocol/status-code';
import { StorageService } from '@hexapod/protocol/storage';
import type {
  Consensus,
  ConsensusSettings,
  Crypto,
  Executor,
  Neighbours,
  Network,
  Storage,
} from './neighbours.ts';

export interface Ports {
  readonly network: number;
  readonly consensus: number;
  readonly executor: number;
  readonly storage: number;
  readonly crypto: number;
}

const EMPTY = new Uint8Array(0);
const CLIENT_NAME = 'controller';
const MODULE = 'controller';

/** Clients of all five on this machine; nothing is connected before the first call. */
export function connectNeighbours(ports: Ports, log: Logger): Neighbours & { close(): void } {
  const to = (port: number) => ({ address: `127.0.0.1:${port}`, clientName: CLIENT_NAME, log });
  const network = connect(NetworkService, to(ports.network));
  const consensus = connect(ConsensusService, to(ports.consensus));
  const executor = connect(executorWithRawExec, to(ports.executor));
  const storage = connect(StorageService, to(ports.storage));
  const crypto = connect(cryptoWithRawCheck, to(ports.crypto));
  return {
    network: networkClient(network),
    consensus: consensusClient(consensus),
    executor: executorClient(executor),
    storage: storageClient(storage),
    crypto: cryptoClient(crypto),
    close: () => {
      for (const client of [network, consensus, executor, storage, crypto]) client.close();
    },
  };
}

const executorWithRawExec = {
  ...ExecutorService,
  methods: { ...ExecutorService.methods, exec: rawRequest(ExecutorService.methods.exec) },
};
const cryptoWithRawCheck = {
  ...CryptoService,
  methods: {
    ...CryptoService.methods,
    checkTransactions: rawRequest(CryptoService.methods.checkTransactions),
  },
};

/** The answer, or what to say in place of one that never came. */
async function answerOr<T>(call: Promise<T>, failure: T): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RpcError) return failure;
    throw error;
  }
}

/** A status submessage must be there; a number outside the table is a failure of the process that sent it. */
function codeOf(status: StatusCode | undefined, notReady: Code): Code {
  if (status === undefined) return Code.NoneStatusCode;
  return isKnownCode(status.code) ? status.code : notReady;
}

function storageClient(client: Client<typeof StorageService>): Storage {
  const away = Code.StorageServerNotReady;
  return {
    async load(region, key) {
      const { status, value } = await answerOr(client.load({ region, key }), {
        status: { code: away },
        value: EMPTY,
      });
      return { code: codeOf(status, away), value };
    },
    async store(region, key, value) {
      return codeOf(await answerOr(client.store({ region, key, value }), { code: away }), away);
    },
  };
}

function executorClient(client: Client<typeof executorWithRawExec>): Executor {
  const away = Code.ExecuteServerNotReady;
  return {
    async exec(block) {
      const { status, hash } = await answerOr(client.exec(block), {
        status: { code: away },
        hash: undefined,
      });
      return { code: codeOf(status, away), stateRoot: hash?.hash ?? EMPTY };
    },
  };
}

function cryptoClient(client: Client<typeof cryptoWithRawCheck>): Crypto {
  const away = Code.CryptoServerNotReady;
  const status = { code: away };
  return {
    async info() {
      const answer = await answerOr(client.getCryptoInfo({}), undefined);
      if (answer === undefined) return { code: away };
      const { name, hashLen, signatureLen, addressLen } = answer;
      const info = { name, hashLength: hashLen, signatureLength: signatureLen, addressLength: addressLen };
      return { code: codeOf(answer.status, away), info };
    },
    async hash(data) {
      const answer = await answerOr(client.hashData({ data }), { status, hash: undefined });
      const code = codeOf(answer.status, away);
      if (code === Code.Success && answer.hash === undefined)
        return { code: Code.NoneHashResult, hash: EMPTY };
      return { code, hash: answer.hash?.hash ?? EMPTY };
    },
    async sign(msg) {
      const answer = await answerOr(client.signMessage({ msg }), { status, signature: EMPTY });
      return { code: codeOf(answer.status, away), signature: answer.signature };
    },
    async recover(msg, signature) {
      const answer = await answerOr(client.recoverSignature({ msg, signature }), { status, address: EMPTY });
      return { code: codeOf(answer.status, away), address: answer.address };
    },
    async checkTransactions(body, strict) {
      let failing: number[] | undefined;
      const onTrailers = (get: (key: string) => string | undefined) => {
        failing = parseIndexes(get('failing-indexes'));
      };
      const options = strict ? { onTrailers, metadata: { strict: '1' } } : { onTrailers };
      const code = codeOf(await answerOr(client.checkTransactions(body, options), status), away);
      return failing === undefined ? { code } : { code, failing };
    },
  };
}

/** `3,17,20`; undefined where the header is absent or is something else. */
function parseIndexes(text: string | undefined): number[] | undefined {
  if (text === undefined || !/^\d+(,\d+)*$/.test(text)) return undefined;
  return text.split(',').map(Number);
}

function consensusClient(client: Client<typeof ConsensusService>): Consensus {
  const away = Code.ConsensusServerNotReady;
  return {
    async reconfigure({ height, blockInterval, validators }: ConsensusSettings) {
      const request = { height, blockInterval, validators: [...validators] };
      return codeOf(await answerOr(client.reconfigure(request), { code: away }), away);
    },
    async checkBlock(height, data, proof) {
      const request = { proposal: { height, data }, proof };
      return codeOf(await answerOr(client.checkBlock(request), { code: away }), away);
    },
  };
}

function networkClient(client: Client<typeof NetworkService>): Network {
  const away = Code.NetworkServerNotReady;
  return {
    async register(hostname, port) {
      const request = { moduleName: MODULE, hostname, port: port.toString() };
      return codeOf(await answerOr(client.registerNetworkMsgHandler(request), { code: away }), away);
    },
    async send(origin, type, msg) {
      return codeOf(
        await answerOr(client.sendMsg({ module: MODULE, type, origin, msg }), { code: away }),
        away,
      );
    },
    async broadcast(type, msg) {
      const request = { module: MODULE, type, origin: 0n, msg };
      return codeOf(await answerOr(client.broadcast(request), { code: away }), away);
    },
    async peerCount() {
      const answer = await answerOr(client.getNetworkStatus({}), undefined);
      return answer ? { code: Code.Success, count: answer.peerCount } : { code: away, count: 0n };
    },
    async peers() {
      const answer = await answerOr(client.getPeersNetInfo({}), undefined);
      return answer ? { code: Code.Success, nodes: answer.nodes } : { code: away, nodes: [] };
    },
    async addNode(node) {
      return codeOf(await answerOr(client.addNode(node), { code: away }), away);
    },
  };
}
