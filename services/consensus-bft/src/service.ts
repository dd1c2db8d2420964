/** The process: its files, its gRPC server and clients, around host/consensus.ts. No rule of consensus lives here. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openDataFolder } from '@hexapod/common/data-folder';
import { connect } from '@hexapod/common/grpc-client';
import { GrpcServer } from '@hexapod/common/grpc-server';
import type { Logger } from '@hexapod/common/log';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import type { RunningService, ServiceContext } from '@hexapod/common/service';
import { StartupError } from '@hexapod/common/startup-error';
import { WriteAheadLog } from '@hexapod/common/write-ahead-log';
import { ConsensusService } from '@hexapod/protocol/consensus';
import { Consensus2ControllerService, RPCService } from '@hexapod/protocol/controller';
import { CryptoService } from '@hexapod/protocol/crypto';
import { NetworkMsgHandlerService, NetworkService } from '@hexapod/protocol/network';
import type { BftConfig, tables } from './config.ts';
import { ineffectiveKeys } from './config.ts';
import type { Address, Options } from './core/types.ts';
import { Consensus } from './host/consensus.ts';
import { Journal } from './host/journal.ts';
import { SignGuard } from './host/sign-guard.ts';

const HOST = '127.0.0.1';
const MAX_LOG_BYTES = 2 ** 30;

export async function start(context: ServiceContext<typeof tables>): Promise<RunningService> {
  const { log, metrics, clock, signal } = context;
  const config = context.config.consensus_bft;
  for (const line of ineffectiveKeys(config)) log.warn(line);
  const self = await readAddress(config.node_address);
  const successor = await isSuccessor(config.wal_path);
  if (successor) {
    log.warn(
      `${config.wal_path} was written by another program since our log: no vote in the height it may have voted in`,
    );
  }
  const folder = await openDataFolder(ownFolder(config.wal_path), { kind: 'consensus-bft', version: 1 });
  const file = await WriteAheadLog.open(folder.path, { maxBytes: MAX_LOG_BYTES, log });
  const guard = await SignGuard.open(folder.path, config.rollback);
  const clients = openClients(config, log);
  const consensus = new Consensus(
    {
      core: coreOptions(config, self, successor),
      retryEvery: Math.max(1, config.server_retry_interval) * 1000,
      maxMessageBytes: config.max_message_bytes,
      port: config.consensus_port,
    },
    { clock, log, journal: new Journal(file, log), guard, ...clients.calls },
  );
  for (const figure of ['height', 'round', 'alarms', 'droppedMessages', 'waitingMessages'] as const) {
    const name = figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    metrics.gauge(
      `consensus_${name}`,
      `Consensus: ${name.replace('_', ' ')}`,
      () => consensus.figures[figure],
    );
  }
  const server = new GrpcServer({ host: HOST, port: config.consensus_port, log, metrics, signal });
  serve(server, consensus);
  await server.start();
  consensus.start().catch((error: unknown) => log.error({ err: error }, 'consensus could not come up'));
  return {
    async stop() {
      await server.stop();
      await consensus.stop();
      clients.close();
      folder.close();
    },
  };
}

/** The rpcs of docs/protocol/consensus.md 1.1. */
export function serve(server: GrpcServer, consensus: Consensus): void {
  server
    .add(ConsensusService, {
      reconfigure: (config) => ({ code: consensus.reconfigure(config) }),
      checkBlock: async (request) => ({ code: await consensus.checkBlock(request) }),
    })
    .add(NetworkMsgHandlerService, {
      processNetworkMsg(message) {
        if (message.module !== 'consensus') throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'wrong module');
        return { code: consensus.processMessage(message) };
      },
    })
    .health((service) => consensus.isServing(service));
}

/** Without retries below: whatever fails, consensus asks or says again itself, newer and when it still matters. */
function openClients(config: BftConfig, log: Logger) {
  const to = (port: number) =>
    ({ address: `${HOST}:${port}`, clientName: 'consensus', log, retry: 'none' }) as const;
  const controller = connect(Consensus2ControllerService, to(config.controller_port));
  const chain = connect(RPCService, to(config.controller_port));
  const network = connect(NetworkService, to(config.network_port));
  const crypto = connect(CryptoService, to(config.crypto_port));
  return {
    calls: { controller, chain, network, crypto },
    close() {
      for (const client of [controller, chain, network, crypto]) client.close();
    },
  };
}

function coreOptions(config: BftConfig, self: Address, successor: boolean): Options {
  return {
    self,
    lowLimitInterval: config.low_limit_interval,
    proposeShare: config.propose_phase / config.whole_phase,
    maxProposalExponent: config.max_proposal_time_coef,
    resumeWithoutWal: config.resume_without_wal,
    successor,
    rollback: config.rollback,
  };
}

/** W9: a folder of our own beside the original's, which is left as it is. */
function ownFolder(walPath: string): string {
  return `${walPath.replace(/\/+$/, '')}-hexapod`;
}

/** W9: whether an original wrote its log after we wrote ours. Only the file's time is looked at, never its content. */
async function isSuccessor(walPath: string): Promise<boolean> {
  const [theirs, ours] = [
    await writtenAt(join(walPath, 'index')),
    await writtenAt(join(ownFolder(walPath), 'wal')),
  ];
  return theirs !== null && (ours === null || theirs > ours);
}

async function writtenAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return null;
    throw error;
  }
}

/** The own address from its file: 40 hex digits, with or without `0x`. */
async function readAddress(path: string): Promise<Address> {
  let content: string;
  try {
    content = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new StartupError(`[consensus_bft] node_address = "${path}": the file cannot be read (${reason})`, {
      cause,
    });
  }
  const digits = content.replace(/^0x/, '').toLowerCase();
  if (!/^[0-9a-f]{40}$/.test(digits)) {
    throw new StartupError(`${path}: wanted an address of 40 hex digits, got ${content.length} characters`);
  }
  return digits as Address;
}
