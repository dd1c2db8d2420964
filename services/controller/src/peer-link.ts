// Sending to other controllers: fire and forget, as delivery is best effort anyway (docs/protocol/controller.md 11).

import type { Logger } from '@hexapod/common/log';
import { Code, codeName } from '@hexapod/protocol/status-code';
import type { Network } from './neighbours.ts';
import type { Peer } from './peers.ts';

/** Only these may be sent to nodes that may be originals: another type gets us banned (docs/protocol/controller.md 17). */
export type MessageType =
  | 'chain_status_init'
  | 'chain_status_init_req'
  | 'chain_status'
  | 'chain_status_respond'
  | 'sync_block'
  | 'sync_block_respond'
  | 'sync_tx_respond'
  | 'send_txs';

export interface PeerLinkModules {
  readonly network: Pick<Network, 'send' | 'broadcast'>;
  readonly log: Logger;
  /** In [0, 1). */
  random(): number;
}

const MULTICAST = 5;
/** Messages on their way to the network process; while it is away nothing piles up. */
const MAX_UNDER_WAY = 256;

export class PeerLink {
  readonly #modules: PeerLinkModules;
  #underWay = 0;

  constructor(modules: PeerLinkModules) {
    this.#modules = modules;
  }

  send(origin: bigint, type: MessageType, payload: Uint8Array): void {
    void this.sent(origin, type, payload);
  }

  /** As `send`, resolving when the network process has taken the message, or never will. */
  sent(origin: bigint, type: MessageType, payload: Uint8Array): Promise<void> {
    return this.#deliver(type, () => this.#modules.network.send(origin, type, payload));
  }

  broadcast(type: MessageType, payload: Uint8Array): Promise<void> {
    return this.#deliver(type, () => this.#modules.network.broadcast(type, payload));
  }

  /** To at most five of the peers, picked at random. */
  multicast(peers: readonly Peer[], type: MessageType, payload: Uint8Array): void {
    for (const { origin } of this.#pick(peers)) this.send(origin, type, payload);
  }

  async #deliver(type: MessageType, send: () => Promise<Code>): Promise<void> {
    const { log } = this.#modules;
    if (this.#underWay >= MAX_UNDER_WAY) {
      log.warn(`${type} not sent: ${MAX_UNDER_WAY} messages wait for the network process`);
      return;
    }
    this.#underWay += 1;
    const code = await send();
    this.#underWay -= 1;
    if (code !== Code.Success) log.warn(`${type} not sent: the network process answers ${codeName(code)}`);
  }

  #pick(peers: readonly Peer[]): Peer[] {
    const left = [...peers];
    const picked: Peer[] = [];
    while (left.length > 0 && picked.length < MULTICAST) {
      picked.push(...left.splice(Math.floor(this.#modules.random() * left.length), 1));
    }
    return picked;
  }
}
