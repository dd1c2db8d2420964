// Two real network processes on the files of an original's chain, each beside stand-ins for its other processes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcServer } from '@hexapod/common/grpc-server';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex } from '@hexapod/protocol/bytes';
import { CryptoService } from '@hexapod/protocol/crypto';
import { type NetworkMsg, NetworkMsgHandlerService } from '@hexapod/protocol/network';
import { Code } from '@hexapod/protocol/status-code';
import { parse, stringify, type TomlTable } from 'smol-toml';

const MAIN = new URL('../src/main.ts', import.meta.url);
const success = { code: Code.Success };

const fixture = (name: string, file: string): string =>
  readFileSync(new URL(`fixtures/${name}/${file}`, import.meta.url), 'utf8');

/** A crypto process that holds the key of the fixture, listening on a port of the system's choice or a given one. */
export async function startCrypto(name: string, port = 0): Promise<GrpcServer> {
  const suite = await loadSuite('sm');
  const key = fromHex(fixture(name, 'private_key').trim());
  const server = new GrpcServer({ host: '127.0.0.1', port, log: quietLog });
  server.add(CryptoService, {
    getCryptoInfo: () => ({ status: success, name: 'sm', hashLen: 32, signatureLen: 128, addressLen: 20 }),
    signMessage: ({ msg }) => ({ status: success, signature: suite.sign(key, msg) }),
    hashData: ({ data }) => ({ status: success, hash: { hash: suite.hash(data) } }),
    recoverSignature: ({ msg, signature }) => ({ status: success, address: suite.recover(msg, signature) }),
    verifyDataHash: () => success,
    checkTransactions: () => success,
  });
  await server.start();
  return server;
}

/** A controller or consensus that keeps what it is given. */
export class Module {
  readonly messages: { readonly message: NetworkMsg; readonly caller: string | undefined }[] = [];
  readonly #server = new GrpcServer({ host: '127.0.0.1', port: 0, log: quietLog });
  readonly #waiters: (() => void)[] = [];

  async start(): Promise<this> {
    this.#server.add(NetworkMsgHandlerService, {
      processNetworkMsg: (message, { clientName }) => {
        this.messages.push({ message: { ...message, msg: new Uint8Array(message.msg) }, caller: clientName });
        for (const wake of this.#waiters.splice(0)) wake();
        return success;
      },
    });
    await this.#server.start();
    return this;
  }

  get port(): number {
    return this.#server.port;
  }

  async received(count: number): Promise<void> {
    while (this.messages.length < count) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

export interface PeerEntry {
  readonly domain: string;
  readonly port: number;
}

/** A directory with the files of `gold-0` or `gold-1`, its ports changed to free ones. */
export class NodeFolder {
  readonly path: string;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    this.path = mkdtempSync(join(tmpdir(), 'hexapod-network-'));
    for (const file of ['node_address', 'validator_address'])
      writeFileSync(join(this.path, file), fixture(name, file));
  }

  /** The text of its config.toml. */
  config(
    changes: {
      modules?: readonly { name: string; port: number }[];
      peers?: readonly PeerEntry[];
    } & TomlTable,
  ): string {
    const { modules = [], peers = [], ...keys } = changes;
    const file = parse(fixture(this.#name, 'config.toml'));
    return stringify({
      ...file,
      network_zenoh: {
        ...(file.network_zenoh as TomlTable),
        grpc_port: 0,
        port: 0,
        enable_metrics: false,
        modules: modules.map(({ name, port }) => ({ module_name: name, hostname: '127.0.0.1', port })),
        peers: peers.map((peer) => ({ ...peer, protocol: 'quic' })),
        ...keys,
      },
    });
  }

  start(config: string): Promise<ServiceChild> {
    return ServiceChild.spawn({ main: MAIN, folder: this.path, config });
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** The port on which a process takes links. Call it once it is listening. */
export function linkPort(child: ServiceChild): number {
  return Number(/for links on (\d+)/.exec(child.output)?.[1]);
}
