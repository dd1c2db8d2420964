// The controller as a process: its files, its clients, its port.

import { readFileSync } from 'node:fs';
import { openDataFolder } from '@hexapod/common/data-folder';
import { GrpcServer } from '@hexapod/common/grpc-server';
import type { RunningService, ServiceContext } from '@hexapod/common/service';
import { StartupError } from '@hexapod/common/startup-error';
import { WriteAheadLog } from '@hexapod/common/write-ahead-log';
import { Consensus2ControllerService, RPCService } from '@hexapod/protocol/controller';
import { NetworkMsgHandlerService } from '@hexapod/protocol/network';
import { connectNeighbours } from './clients.ts';
import { type ControllerTable, parseNodeAddress, type tables } from './config.ts';
import { Controller } from './controller.ts';
import { type ControllerOptions, controllerOptions } from './options.ts';
import { consensusHandlers, networkHandlers, userHandlers } from './service.ts';

const FORMAT_VERSION = 1;
/** Above what the block log asks for: its bound plus one block with its proof. */
const LOG_SLACK_BYTES = 64 * 1024 * 1024;

type Context = ServiceContext<typeof tables>;

export async function startProcess(context: Context): Promise<RunningService> {
  const table = context.config.controller;
  const options = controllerOptions(context.config, readNodeAddress(table.node_address));
  const folder = await openDataFolder(table.wal_path, { kind: 'controller', version: FORMAT_VERSION });
  const maxBytes = options.start.maxLogBytes + table.max_proposal_bytes + LOG_SLACK_BYTES;
  const wal = await WriteAheadLog.open(folder.path, { maxBytes, log: context.log });
  const neighbours = connectNeighbours(portsOf(table), context.log);
  const close = async () => {
    neighbours.close();
    await wal.close();
    folder.close();
  };
  try {
    const { controller, server } = await serve(options, { ...context, neighbours, wal });
    return {
      async stop() {
        await server.stop();
        await controller.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type ServeModules = Context & {
  readonly neighbours: ReturnType<typeof connectNeighbours>;
  readonly wal: WriteAheadLog;
};

/** The port opens when the chain is open, not before (docs/protocol/controller.md 17.3). */
async function serve(options: ControllerOptions, modules: ServeModules) {
  const { clock, config, log, metrics, neighbours, signal, wal } = modules;
  const table = config.controller;
  const random = Math.random;
  const controller = await Controller.start(options, {
    ...neighbours,
    clock,
    log,
    metrics,
    random,
    signal,
    wal,
  });
  const server = new GrpcServer({
    host: '0.0.0.0',
    port: table.controller_port,
    log,
    metrics,
    signal,
    keepalive: {
      intervalMs: table.http2_keepalive_interval * 1000,
      timeoutMs: table.http2_keepalive_timeout * 1000,
      tcpMs: table.tcp_keepalive * 1000,
    },
  });
  server
    .add(RPCService, userHandlers(controller))
    .add(Consensus2ControllerService, consensusHandlers(controller, log))
    .add(NetworkMsgHandlerService, networkHandlers(controller, log))
    .health(() => controller.isServing());
  try {
    log.info(`listening on 0.0.0.0:${await server.start()}`);
  } catch (error) {
    await controller.stop();
    throw error;
  }
  return { controller, server };
}

function portsOf(table: ControllerTable) {
  return {
    network: table.network_port,
    consensus: table.consensus_port,
    executor: table.executor_port,
    storage: table.storage_port,
    crypto: table.crypto_port,
  };
}

function readNodeAddress(path: string): Uint8Array {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartupError(`the node address file ${path} cannot be read: ${reason}`, { cause });
  }
  const address = parseNodeAddress(content);
  if (address === undefined) {
    throw new StartupError(
      `${path}: ${JSON.stringify(content.slice(0, 60))}: wanted 40 hex digits and nothing else`,
    );
  }
  return address;
}
