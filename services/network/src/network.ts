// The network service itself: who gets which message, with whose origin on it (docs/protocol/network.md 3 to 7).

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import { joinBytes } from '@hexapod/protocol/bytes';
import { NetworkMsg } from '@hexapod/protocol/network';
import type { Attestor } from './attestor.ts';
import { type Deliver, Delivery } from './delivery.ts';
import { varint } from './frame.ts';
import type { Identity, PeerIdentity } from './identity.ts';
import { LIMITS } from './limits.ts';
import type { OpenLink, Traffic } from './link.ts';
import { Links } from './links.ts';
import { formatMultiAddress } from './multi-address.ts';
import { Payload } from './payload.ts';
import type { PeerAddress } from './peer-book.ts';
import { printable } from './printable.ts';
import { laneOf } from './priority.ts';
import { RepeatedWarning } from './repeated-warning.ts';
import type { Channel, Wire } from './wire.ts';

export interface NetworkOptions {
  readonly identity: Identity;
  readonly peers: readonly PeerAddress[];
  /** 8 bytes drawn at the start of the process. */
  readonly instance: Uint8Array;
  readonly listenPort: number;
  readonly leaseMs: number;
  /** Pings in a lease. */
  readonly keepalives: number;
  /** How long a node with peers may be without any before it is ill. */
  readonly healthTimeoutMs: number;
  /** Name and version of this program. */
  readonly agent: string;
}

export interface NetworkModules {
  readonly wire: Wire;
  /** The modules of this node by name. */
  readonly deliver: ReadonlyMap<string, Deliver>;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** Runs a function after what is going on now. */
  readonly soon: (fn: () => void) => void;
  readonly log: Logger;
  readonly counts: NetworkCounts;
}

/** What is counted as it happens. */
export interface NetworkCounts extends Traffic {
  /** To so many peers. */
  messageSent(peers: number): void;
  messageReceived(): void;
  /** A message that will not reach somebody. */
  dropped(why: DropReason, count: number): void;
}

export const DROP_REASONS = [
  'peer-queue-full',
  'module-queue-full',
  'no-link',
  'too-long',
  'unreadable',
  'borrowed-origin',
  'no-module',
  'not-delivered',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** What AddNode came to. */
export type Added = 'connected' | 'known' | 'added' | 'full';

export interface PeerNetInfo {
  readonly multiAddress: string;
  readonly origin: bigint;
}

const EMPTY = new Uint8Array(0);
/** Field number and wire type 2 of NetworkMsg.msg. */
const MSG_KEY = (4 << 3) | 2;

export class Network {
  readonly #options: NetworkOptions;
  readonly #modules: NetworkModules;
  readonly #links: Links;
  readonly #delivery: Delivery;
  readonly #warning: RepeatedWarning;
  readonly #startedAt: number;

  constructor(options: NetworkOptions, modules: NetworkModules) {
    const { wire, clock, random, soon, log, counts } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#warning = new RepeatedWarning(clock, log);
    this.#delivery = new Delivery(modules.deliver, {
      dropped: (module, origin, count) => {
        const text = `module ${module} is too slow: messages of origin ${origin} are dropped`;
        this.#drop('module-queue-full', `${module} ${origin}`, text, count);
      },
      failed: (module, error) => {
        const text = `module ${module} does not take a message: ${error instanceof Error ? error.message : error}`;
        this.#drop('not-delivered', module, text);
      },
    });
    const events = {
      message: (from: PeerIdentity, bytes: Uint8Array) => this.#received(from, bytes),
      dropped: ({ domain }: PeerIdentity, count: number) => {
        this.#drop(
          'peer-queue-full',
          domain,
          `peer ${domain} is too slow: messages for it are dropped`,
          count,
        );
      },
    };
    this.#links = new Links(options, { wire, clock, random, soon, log, traffic: counts, events });
    this.#links.setPeers(options.peers);
    this.#startedAt = clock.monotonic();
  }

  /** From now on links are made and taken. */
  begin(attestor: Attestor): void {
    this.#links.begin(attestor);
  }

  accept(channel: Channel): void {
    this.#links.accept(channel);
  }

  get links(): readonly OpenLink[] {
    return this.#links.open;
  }

  /** Messages and bytes that wait for modules of this node. */
  get incoming(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#delivery.messages, bytes: this.#delivery.bytes };
  }

  /** Bytes that wait for peers; a broadcast counts once. */
  get outgoingBytes(): number {
    return this.#links.outgoing.used;
  }

  get assemblingBytes(): number {
    return this.#links.assemblingBytes;
  }

  /** Sends to the node or validator whose origin the message carries. */
  send(message: NetworkMsg): void {
    const { nodeOrigin, validatorOrigin, chainOrigin } = this.#options.identity;
    const destination = message.origin;
    if (destination === nodeOrigin) this.#deliverOwn(message);
    else if (destination === chainOrigin) this.broadcast(message);
    // What a node sends to its own validator origin the original drops, too (docs/protocol/network.md 3).
    else if (destination !== validatorOrigin) this.#sendTo(destination, message);
  }

  /** Sends to every connected node but this one. */
  broadcast(message: NetworkMsg): void {
    const links = this.#links.open;
    if (links.length > 0) this.#sendOn(links, message);
  }

  /** The connected peers; one that is not in our list is shown with the port it says it listens on. */
  peersNetInfo(): PeerNetInfo[] {
    return this.#links.open.map(({ peer: { domain, listenPort, origin } }) => {
      const port = this.#links.knows(domain)?.port ?? listenPort;
      return { multiAddress: formatMultiAddress({ domain, port }), origin };
    });
  }

  /** AddNode (docs/protocol/network.md 4); unlike the original's it dials. */
  addNode(peer: PeerAddress): Added {
    const known = this.#links.knows(peer.domain);
    if (this.#links.isLinked(peer.domain) && (known === undefined || known.port === peer.port))
      return 'connected';
    if (known || peer.domain === this.#options.identity.domain) return 'known';
    return this.#links.addPeer(peer) ? 'added' : 'full';
  }

  /** The peers of a changed config file. */
  setPeers(peers: readonly PeerAddress[]): void {
    const { added, removed } = this.#links.setPeers(peers);
    if (added.length > 0) this.#modules.log.info(`new peers: ${added.join(', ')}`);
    if (removed.length > 0) this.#modules.log.info(`no longer dialled: ${removed.join(', ')}`);
  }

  /** Health (docs/protocol/network.md 7), except that a node alone on its chain is well. */
  isServing(): boolean {
    if (this.#links.knownPeers === 0 && this.#links.open.length === 0) return true;
    const seenAt = this.#links.echoedAt ?? this.#startedAt;
    return this.#modules.clock.monotonic() - seenAt <= this.#options.healthTimeoutMs;
  }

  /** Says goodbye to the peers. */
  stop(): void {
    this.#links.stop();
    this.#delivery.clear();
  }

  #sendTo(destination: bigint, message: NetworkMsg): void {
    const links = this.#links.towards(destination);
    if (links.length > 0) this.#sendOn(links, message);
    else this.#drop('no-link', '', `no link to origin ${destination}: messages are dropped`);
  }

  #sendOn(links: readonly OpenLink[], message: NetworkMsg): void {
    const bytes = encodeFrom(this.#options.identity.nodeOrigin, message);
    if (bytes.length > LIMITS.messageBytes) {
      const text = `a message of ${bytes.length} bytes is too long for a link, at most ${LIMITS.messageBytes}: dropped`;
      this.#drop('too-long', '', text);
      return;
    }
    this.#modules.counts.messageSent(links.length);
    this.#links.send(links, laneOf(message, bytes.length), new Payload(bytes, this.#links.outgoing));
  }

  #deliverOwn(message: NetworkMsg): void {
    const { nodeOrigin } = this.#options.identity;
    const bytes = encodeFrom(nodeOrigin, message);
    this.#deliver(message, nodeOrigin, bytes);
  }

  #received(from: PeerIdentity, bytes: Uint8Array): void {
    this.#modules.counts.messageReceived();
    const message = this.#read(from, bytes);
    if (!message) return;
    if (message.origin === from.origin) {
      this.#deliver(message, from.origin, isWhole(bytes) ? bytes : new Uint8Array(bytes));
    } else {
      const text = `peer ${from.domain} of origin ${from.origin} sends as origin ${message.origin}: dropped`;
      this.#drop('borrowed-origin', from.domain, text);
    }
  }

  #read(from: PeerIdentity, bytes: Uint8Array): NetworkMsg | undefined {
    try {
      return NetworkMsg.decode(bytes);
    } catch (error) {
      const why = error instanceof Error ? error.message : error;
      this.#drop('unreadable', from.domain, `peer ${from.domain}: a message cannot be read: ${why}`);
      return undefined;
    }
  }

  #deliver(message: NetworkMsg, origin: bigint, bytes: Uint8Array): void {
    if (this.#delivery.enqueue(message.module, origin, laneOf(message, bytes.length), bytes)) return;
    const text = `no module "${printable(message.module)}" in the config file: messages for it are dropped`;
    this.#drop('no-module', `module of ${origin}`, text);
  }

  #drop(why: DropReason, whose: string, text: string, count = 1): void {
    this.#modules.counts.dropped(why, count);
    this.#warning.warn(`${why} ${whose}`, text, count);
  }
}

/** PB(NetworkMsg) with this origin. Its last field, which may be a large block, is copied once. */
function encodeFrom(origin: bigint, message: NetworkMsg): Uint8Array {
  const { msg } = message;
  const head = NetworkMsg.encode({ ...message, origin, msg: EMPTY });
  return msg.length === 0 ? head : joinBytes([head, Uint8Array.of(MSG_KEY, ...varint(msg.length)), msg]);
}

/** Nothing else lies in its memory, so it may be kept without keeping a whole socket buffer. */
function isWhole(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength;
}
