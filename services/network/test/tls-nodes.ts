// Nodes linked by real TLS on loopback.

import { systemClock } from '@hexapod/common/clock';
import { silentLog } from '@hexapod/common/log';
import type { SuiteName } from '@hexapod/crypto/suite';
import { TlsWire } from '../src/tls-wire.ts';
import type { Channel, Listener, Wire } from '../src/wire.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { localAttestor } from './local-attestor.ts';
import { createNode, type Node, type NodeOptions } from './node.ts';

export interface TlsNode extends Node {
  readonly port: number;
  /** Cuts all connections without a word and stops listening. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface TlsNodeOptions extends Partial<NodeOptions> {
  /** Of its key. */
  readonly seed: number;
  readonly suite?: SuiteName;
  /** 0: the system chooses. */
  readonly port?: number;
}

export async function startTlsNode(
  authority: CertificateAuthority,
  domain: string,
  options: TlsNodeOptions,
): Promise<TlsNode> {
  const tls = new TlsWire(await authority.issue(domain), { clock: systemClock, log: silentLog });
  const channels = new Set<Channel>();
  const wire: Wire = {
    // None of the names of these tests resolves, and no name server has to be asked.
    resolve: async () => [],
    listen: (port, accept) => tls.listen(port, accept),
    dial: async (target) => {
      const channel = await tls.dial(target);
      channels.add(channel);
      return channel;
    },
  };
  const attestor = options.attestor ?? (await localAttestor(options.seed, options.suite));
  let node: Node | undefined;
  const listener: Listener = await tls.listen(options.port ?? 0, (channel) => {
    channels.add(channel);
    node?.network.accept(channel);
  });
  node = createNode({ ...options, domain, attestor, listenPort: listener.port }, wire);
  const end = async (how: () => void) => {
    how();
    await listener.close();
  };
  const running = node;
  return {
    ...running,
    port: listener.port,
    kill: () =>
      end(() => {
        for (const channel of channels) channel.destroy();
        running.network.stop();
      }),
    stop: () => end(() => running.network.stop()),
  };
}

/** Tells each node of all others and begins; resolves when every pair is linked. */
export async function linkAll(nodes: readonly TlsNode[]): Promise<void> {
  for (const node of nodes) {
    node.network.setPeers(nodes.map(({ domain, port }) => ({ domain, port })));
    node.begin();
  }
  await allLinked(nodes, nodes.length - 1);
}

export async function allLinked(nodes: readonly TlsNode[], peers: number): Promise<void> {
  await Promise.all(nodes.map((node) => node.until(() => node.network.links.length === peers)));
}
