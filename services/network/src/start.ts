// Puts the process together: config, sockets, crypto, modules, gRPC.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from '@hexapod/common/grpc-client';
import { rawRequest } from '@hexapod/common/grpc-method';
import { GrpcServer } from '@hexapod/common/grpc-server';
import { quietLog } from '@hexapod/common/quiet-log';
import type { RunningService, ServiceContext } from '@hexapod/common/service';
import { CryptoService } from '@hexapod/protocol/crypto';
import { NetworkMsgHandlerService } from '@hexapod/protocol/network';
import { checkCertificates } from './certificates.ts';
import { cryptoPort, readIdentity, type tables } from './config.ts';
import { openAttestor } from './crypto-attestor.ts';
import type { Deliver } from './delivery.ts';
import { HotUpdate } from './hot-update.ts';
import { logLatency } from './latency-log.ts';
import { networkCounts, showNetwork } from './metrics.ts';
import { Network } from './network.ts';
import { serveNetwork } from './service.ts';
import { TlsWire } from './tls-wire.ts';

const AGENT = 'hexapod-network/0.1.0';
/** A handshake waits for a signature no longer than this, ms. */
const CRYPTO_DEADLINE_MS = 8_000;

type Context = ServiceContext<typeof tables>;

const processNetworkMsg = {
  name: NetworkMsgHandlerService.name,
  methods: { deliver: rawRequest(NetworkMsgHandlerService.methods.processNetworkMsg) },
};

export async function start(context: Context): Promise<RunningService> {
  const { config, log, metrics, clock, signal } = context;
  const table = config.network_zenoh;
  const identity = readIdentity(config);
  const texts = { authority: table.ca_cert, certificate: table.cert, privateKey: table.priv_key };
  checkCertificates({ ...texts, domain: table.domain });

  const wire = new TlsWire(texts, { clock, log: log.child({ target: 'network::link' }) });
  const modules = connectModules(context);
  const options = {
    identity,
    peers: table.peers,
    instance: new Uint8Array(randomBytes(8)),
    listenPort: table.port,
    leaseMs: table.lease,
    keepalives: table.keep_alive,
    healthTimeoutMs: table.health_check_timeout * 1000,
    agent: AGENT,
  };
  const network = new Network(options, {
    wire,
    deliver: modules.deliver,
    clock,
    random: Math.random,
    soon: setImmediate,
    log,
    counts: networkCounts(metrics),
  });
  showNetwork(metrics, network);

  const server = new GrpcServer({ host: '0.0.0.0', port: table.grpc_port, log, metrics, signal });
  serveNetwork(server, network);
  await server.start();
  const listener = await wire.listen(table.port, (channel) => network.accept(channel));
  const crypto = beginLinks(context, network, identity.nodeOrigin);
  const hotUpdate = followPeers(context, network);
  const latency = logLatency(network, table.health_check_interval * 1000, { clock, log });
  log.info(
    `listening on port ${server.port}, for links on ${listener.port}: ${table.domain}, origin ${identity.nodeOrigin}`,
  );

  return {
    async stop() {
      hotUpdate.stop();
      latency.stop();
      await server.stop();
      network.stop();
      await listener.close();
      crypto.close();
      modules.close();
    },
  };
}

/** A client for each entry of `modules`, by name. */
function connectModules({ config, clock }: Context): {
  deliver: ReadonlyMap<string, Deliver>;
  close(): void;
} {
  const clients = config.network_zenoh.modules.map(({ module_name: name, hostname, port }) => {
    const address = `${hostname}:${port}`;
    // Its retries are not told: a module that is away would write a line for each message. What finally fails is.
    return {
      name,
      client: connect(processNetworkMsg, { address, clientName: 'network', log: quietLog, clock }),
    };
  });
  const deliver = clients.map(({ name, client }): [string, Deliver] => [
    name,
    // What a module answers is its own affair (docs/protocol/network.md 5).
    async (message) => {
      await client.deliver(message);
    },
  ]);
  return {
    deliver: new Map(deliver),
    close: () => {
      for (const { client } of clients) client.close();
    },
  };
}

/** Opens the links as soon as the crypto process can prove who we are; until then only gRPC answers. */
function beginLinks(
  { config, log, clock, signal }: Context,
  network: Network,
  nodeOrigin: bigint,
): { close(): void } {
  const crypto = connect(CryptoService, {
    address: `127.0.0.1:${cryptoPort(config)}`,
    clientName: 'network',
    log,
    clock,
    deadlineMs: CRYPTO_DEADLINE_MS,
  });
  openAttestor(nodeOrigin, { crypto, clock, log, randomBytes, signal }).then(
    (attestor) => network.begin(attestor),
    (error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'no links: the crypto process cannot be asked');
    },
  );
  return crypto;
}

function followPeers({ config, paths, clock, log }: Context, network: Network): HotUpdate {
  const hotUpdate = new HotUpdate(
    { path: paths.config, intervalMs: config.network_zenoh.hot_update_interval * 1000 },
    { read: () => readFile(paths.config, 'utf8'), clock, log, setPeers: (peers) => network.setPeers(peers) },
  );
  void hotUpdate.start();
  return hotUpdate;
}
