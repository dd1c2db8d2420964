// Nodes linked in memory under virtual time.

import { VirtualClock } from '@hexapod/common/clock';
import type { Attestor } from '../src/attestor.ts';
import { localAttestor } from './local-attestor.ts';
import { MemoryNet } from './memory-wire.ts';
import { createNode, type Node, type NodeOptions } from './node.ts';

export interface MemoryNode extends Node {
  readonly port: number;
  stop(): Promise<void>;
}

export class MemoryChain {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly net: MemoryNet;
  readonly #random: () => number;

  constructor(options: { latencyMs?: () => number; random?: () => number } = {}) {
    this.net = new MemoryNet({ clock: this.clock, latencyMs: options.latencyMs ?? (() => 1) });
    this.#random = options.random ?? (() => 0.5);
  }

  /** An attestor whose crypto process takes up to so long for each signature. */
  slow(attestor: Attestor, mostMs: number): Attestor {
    const wait = () => new Promise<void>((resolve) => this.clock.setTimer(this.#random() * mostMs, resolve));
    return {
      address: attestor.address,
      sign: (bytes) => wait().then(() => attestor.sign(bytes)),
      recover: (bytes, signature) => wait().then(() => attestor.recover(bytes, signature)),
    };
  }

  /** A node that listens and has begun. Its domain is `node-<index>`, its port 1000 + index, its key that of index + 1. */
  async start(index: number, options: Partial<NodeOptions> = {}): Promise<MemoryNode> {
    const domain = options.domain ?? `node-${index}`;
    const port = 1000 + index;
    const wire = this.net.wire(domain);
    const attestor = options.attestor ?? (await localAttestor(index + 1));
    const base = { clock: this.clock, random: this.#random, soon: queueMicrotask, listenPort: port };
    const node = createNode({ ...base, ...options, domain, attestor }, wire);
    const listener = await wire.listen(port, (channel) => node.network.accept(channel));
    node.begin();
    const stop = async () => {
      node.network.stop();
      await listener.close();
    };
    return { ...node, port, stop };
  }

  /** Tells each of all others. */
  introduce(nodes: readonly MemoryNode[]): void {
    for (const node of nodes) node.network.setPeers(nodes.map(({ domain, port }) => ({ domain, port })));
  }

  run(ms: number): Promise<void> {
    return this.clock.advanceAsync(ms);
  }
}
