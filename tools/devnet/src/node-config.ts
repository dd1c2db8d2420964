// What goes into a node directory: config.toml and the six log files, in the shape that the configuration tool of the
// original writes (docs/protocol/cloud-config.md 10, 12, 13).

import { stringify } from 'smol-toml';
import type { CertificatePem } from './certificates.ts';
import type { NodeLayout, ServiceName } from './layout.ts';

export type CryptoName = 'sm' | 'eth';

/** What is the same on all nodes. */
export interface ChainSettings {
  readonly crypto: CryptoName;
  /** 64 hex digits. */
  readonly chainId: string;
  /** Address of the administrator, 40 hex digits. */
  readonly admin: string;
  /** Addresses of the validators, 40 hex digits each; the order decides who leads when. */
  readonly validators: readonly string[];
  /** Seconds. */
  readonly blockInterval: number;
  /** Milliseconds since the Unix epoch. */
  readonly genesisTimestamp: number;
  /** PEM of the chain's certificate authority. */
  readonly caCertificate: string;
}

const QUOTA_LIMIT = 1_073_741_824;
const BLOCK_LIMIT = 100;
const ADDRESS_BYTES = 20;

function networkTable(
  chain: ChainSettings,
  node: NodeLayout,
  peers: readonly NodeLayout[],
  pem: CertificatePem,
) {
  const protocol = 'quic';
  return {
    ca_cert: chain.caCertificate,
    cert: pem.certificate,
    chain_id: chain.chainId,
    domain: node.domain,
    enable_metrics: true,
    grpc_port: node.ports.network,
    metrics_port: node.metricsPorts.network,
    node_address: 'node_address',
    port: node.linkPort,
    priv_key: pem.privateKey,
    protocol,
    validator_address: 'validator_address',
    modules: [
      { hostname: '127.0.0.1', module_name: 'consensus', port: node.ports.consensus },
      { hostname: '127.0.0.1', module_name: 'controller', port: node.ports.controller },
    ],
    ...(peers.length > 0 && {
      peers: peers.map((peer) => ({ domain: peer.domain, port: peer.linkPort, protocol })),
    }),
  };
}

/** The text of `node`'s config.toml; `peers` are the other nodes of the chain. */
export function configToml(
  chain: ChainSettings,
  node: NodeLayout,
  peers: readonly NodeLayout[],
  pem: CertificatePem,
): string {
  const { ports, metricsPorts } = node;
  return stringify({
    network_zenoh: networkTable(chain, node, peers, pem),
    consensus_bft: {
      consensus_port: ports.consensus,
      controller_port: ports.controller,
      crypto_port: ports.crypto,
      enable_metrics: true,
      metrics_port: metricsPorts.consensus,
      network_port: ports.network,
      node_address: 'node_address',
    },
    executor_evm: {
      enable_metrics: true,
      executor_port: ports.executor,
      metrics_port: metricsPorts.executor,
    },
    storage_rocksdb: {
      crypto_port: ports.crypto,
      enable_metrics: true,
      metrics_port: metricsPorts.storage,
      storage_port: ports.storage,
    },
    genesis_block: { prevhash: `0x${'0'.repeat(64)}`, timestamp: chain.genesisTimestamp },
    system_config: {
      admin: chain.admin,
      block_interval: chain.blockInterval,
      block_limit: BLOCK_LIMIT,
      chain_id: chain.chainId,
      quota_limit: QUOTA_LIMIT,
      validators: [...chain.validators],
      version: 0,
    },
    controller: {
      consensus_port: ports.consensus,
      controller_port: ports.controller,
      crypto_port: ports.crypto,
      enable_metrics: true,
      executor_port: ports.executor,
      metrics_port: metricsPorts.controller,
      network_port: ports.network,
      node_address: 'node_address',
      storage_port: ports.storage,
      validator_address_len: ADDRESS_BYTES,
    },
    [`crypto_${chain.crypto}`]: {
      crypto_port: ports.crypto,
      enable_metrics: true,
      metrics_port: metricsPorts.crypto,
    },
  });
}

/** Path of a service's log, relative to the node directory. */
export const logFile = (service: ServiceName): string => `logs/${service}-service.log`;

/** The text of `<service>-log4rs.yaml`: a file of 50 MB, five packed older ones, nothing on the terminal. */
export function log4rsYaml(service: ServiceName): string {
  return `# Read again at every refresh: a change of the level needs no restart.
refresh_rate: 30 seconds

appenders:
  stdout:
    kind: console

  journey-service:
    kind: rolling_file
    path: "${logFile(service)}"
    policy:
      kind: compound
      trigger:
        kind: size
        limit: 50mb
      roller:
        kind: fixed_window
        base: 1
        count: 5
        pattern: "logs/${service}-service.{}.gz"

root:
  level: info
  appenders:
    - journey-service
`;
}
