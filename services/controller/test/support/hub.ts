// The network between test nodes: messages arrive one event-loop turn later, unless the link is cut.

import type { NodeNetInfo } from '@hexapod/protocol/common';
import type { NetworkMsg } from '@hexapod/protocol/network';
import { originOf } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import type { Network } from '../../src/neighbours.ts';
import type { TestNode } from './node.ts';

export interface SentMessage {
  readonly from: bigint;
  /** 0 for a broadcast. */
  readonly to: bigint;
  readonly type: string;
  readonly payload: Uint8Array;
}

/** Somebody on the network who is not a node: gets what is sent to him. */
export type Stranger = (message: SentMessage) => void;

export class Hub {
  /** Everything that was sent. */
  readonly sent: SentMessage[] = [];
  /** Codes that nodes answered to messages delivered. */
  readonly answers: { readonly type: string; readonly code: Code }[] = [];
  /** Changes a message on its way; undefined loses it. */
  tamper: (message: SentMessage) => SentMessage | undefined = (message) => message;
  /** What a node's own network process answers to AddNode. */
  onAddNode: (node: NodeNetInfo) => Code = () => Code.Success;
  readonly #nodes = new Map<bigint, TestNode>();
  readonly #strangers = new Map<bigint, Stranger>();

  join(node: TestNode): void {
    this.#nodes.set(originOf(node.account.address), node);
  }

  leave(node: TestNode): void {
    this.#nodes.delete(originOf(node.account.address));
  }

  /** Listens in the place of the node with this origin. */
  impersonate(origin: bigint, stranger: Stranger): void {
    this.#strangers.set(origin, stranger);
  }

  network(node: TestNode): Network {
    const from = originOf(node.account.address);
    return {
      register: async () => Code.Success,
      send: async (to, type, payload) => this.deliver({ from, to, type, payload }),
      broadcast: async (type, payload) => this.deliver({ from, to: 0n, type, payload }),
      peerCount: async () => ({ code: Code.Success, count: BigInt(this.#nodes.size - 1) }),
      peers: async () => ({ code: Code.Success, nodes: [] satisfies NodeNetInfo[] }),
      addNode: async (node) => this.onAddNode(node),
    };
  }

  deliver(message: SentMessage): Code {
    this.sent.push(message);
    const arrived = this.tamper(message);
    if (arrived === undefined) return Code.Success;
    const { from, to, payload, type } = arrived;
    for (const [origin, node] of this.#nodes) {
      if (origin !== from && (to === 0n || to === origin)) setImmediate(() => void this.#hand(node, arrived));
    }
    this.#strangers.get(to)?.({ from, to, type, payload });
    return Code.Success;
  }

  async #hand(node: TestNode, { from, payload, type }: SentMessage): Promise<void> {
    if (!node.isRunning) return;
    const message: NetworkMsg = { module: 'controller', type, origin: from, msg: payload.slice() };
    const code = await node.controller.peerMessages.process(message).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error) return error.code as Code;
      throw error;
    });
    this.answers.push({ type, code });
  }
}
