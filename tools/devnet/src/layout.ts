// Where everything of a devnet lies: ports, directories, names. One formula each, so that every port of every node can
// be told from the base port alone (docs/protocol/cloud-config.md 13).

import { join } from 'node:path';

/** The six processes in the order of their ports. */
export const SERVICES = ['network', 'consensus', 'executor', 'storage', 'controller', 'crypto'] as const;
export type ServiceName = (typeof SERVICES)[number];

export type Ports = Readonly<Record<ServiceName, number>>;

/** Folder below services/ that holds the code of each process. */
export const SERVICE_FOLDERS: Readonly<Record<ServiceName, string>> = {
  network: 'network',
  consensus: 'consensus-bft',
  executor: 'executor',
  storage: 'storage',
  controller: 'controller',
  crypto: 'crypto',
};

export const CHAIN_NAME = 'devnet';
export const MAX_NODES = 10;

export interface NodeLayout {
  readonly index: number;
  /** Certificate name and, by its position in the chain, the node's name: `devnet-0`. */
  readonly domain: string;
  readonly directory: string;
  readonly ports: Ports;
  readonly metricsPorts: Ports;
  /** The port that other nodes dial. */
  readonly linkPort: number;
}

function consecutivePorts(first: number): Ports {
  const [network, consensus, executor, storage, controller, crypto] = [0, 1, 2, 3, 4, 5].map(
    (i) => first + i,
  ) as [number, number, number, number, number, number];
  return { network, consensus, executor, storage, controller, crypto };
}

/** Node `index` of the devnet in `data`, whose node 0 serves gRPC from `basePort` on. */
export function nodeLayout(data: string, basePort: number, index: number): NodeLayout {
  const domain = `${CHAIN_NAME}-${index}`;
  return {
    index,
    domain,
    directory: join(data, domain),
    ports: consecutivePorts(basePort + 1000 * index),
    metricsPorts: consecutivePorts(basePort + 10_000 + 100 * index),
    linkPort: basePort - 10_000 + index,
  };
}

/** The base ports for which all ports of `nodes` nodes are valid ones. */
export function basePortRange(nodes: number): { min: number; max: number } {
  return { min: 11_024, max: 65_535 - Math.max(10_000 + 100 * (nodes - 1), 1000 * (nodes - 1)) - 5 };
}

/** Every port a node listens on, with what it is for. */
export function portsOf(node: NodeLayout): { port: number; purpose: string }[] {
  return [
    { port: node.linkPort, purpose: `link of node ${node.index}` },
    ...SERVICES.map((service) => ({
      port: node.ports[service],
      purpose: `${service} of node ${node.index}`,
    })),
    ...SERVICES.map((service) => ({
      port: node.metricsPorts[service],
      purpose: `metrics of ${service} of node ${node.index}`,
    })),
  ];
}
