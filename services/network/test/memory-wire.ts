// A network in memory under virtual time: connections with latency that can be cut, frozen or lost on one side only.

import type { Clock } from '@hexapod/common/clock';
import type { Channel, ChannelEvents, DialTarget, Listener, Wire } from '../src/wire.ts';

export interface MemoryNetOptions {
  readonly clock: Clock;
  /** One way, ms, drawn for each connection. */
  readonly latencyMs: () => number;
}

interface Host {
  readonly domain: string;
  readonly accept: (channel: Channel) => void;
}

/** All hosts of a test. A host listens on its port at 127.0.0.1; domains do not resolve unless said so. */
export class MemoryNet {
  readonly clock: Clock;
  readonly #latencyMs: () => number;
  readonly #hosts = new Map<number, Host>();
  readonly resolvable = new Map<string, string>();
  /** Every dial: who, whom, when. */
  readonly dials: { readonly from: string; readonly to: string; readonly at: number }[] = [];
  readonly connections = new Set<Connection>();
  #sessions = 0;

  constructor({ clock, latencyMs }: MemoryNetOptions) {
    this.clock = clock;
    this.#latencyMs = latencyMs;
  }

  /** The wire of the node that holds the certificate for `domain`. */
  wire(domain: string): Wire {
    return {
      resolve: async (name) => [this.resolvable.get(name) ?? []].flat(),
      listen: async (port, accept): Promise<Listener> => {
        this.#hosts.set(port, { domain, accept });
        return {
          port,
          close: async () => {
            this.#hosts.delete(port);
          },
        };
      },
      dial: (target) => this.#dial(domain, target),
    };
  }

  #dial(from: string, { domain, port }: DialTarget): Promise<Channel> {
    this.dials.push({ from, to: domain, at: this.clock.monotonic() });
    return new Promise((resolve, reject) => {
      const latency = this.#latencyMs();
      // TCP and TLS: two round trips.
      this.clock.setTimer(4 * latency, () => {
        const host = this.#hosts.get(port);
        if (!host) return reject(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`));
        if (host.domain !== domain) return reject(new Error(`the certificate there is for ${host.domain}`));
        this.#sessions += 1;
        const connection = new Connection(this, latency, from, domain, this.#sessions);
        this.connections.add(connection);
        host.accept(connection.listener);
        resolve(connection.dialler);
      });
    });
  }
}

/** Both ends of one connection. */
export class Connection {
  readonly dialler: MemoryChannel;
  readonly listener: MemoryChannel;
  /** What is written is lost, and nobody is told. */
  isSilent = false;

  constructor(net: MemoryNet, latency: number, from: string, to: string, session: number) {
    const bytes = new Uint8Array(32).fill(session);
    bytes[0] = session >> 8;
    this.dialler = new MemoryChannel(this, net, latency, { isDialler: true, domain: to, session: bytes });
    this.listener = new MemoryChannel(this, net, latency, { isDialler: false, domain: from, session: bytes });
  }

  other(end: MemoryChannel): MemoryChannel {
    return end === this.dialler ? this.listener : this.dialler;
  }
}

interface End {
  readonly isDialler: boolean;
  /** Of the peer. */
  readonly domain: string;
  readonly session: Uint8Array;
}

export class MemoryChannel implements Channel {
  readonly domain: string;
  readonly remote = '127.0.0.1:0';
  readonly isDialler: boolean;
  readonly session: Uint8Array;
  /** Bytes that the system does not take while the test says so. */
  stuck = false;
  #unsent = 0;
  readonly #connection: Connection;
  readonly #net: MemoryNet;
  readonly #latency: number;
  #events: ChannelEvents | undefined;
  readonly #early: Uint8Array[] = [];
  #isClosed = false;

  constructor(connection: Connection, net: MemoryNet, latency: number, { isDialler, domain, session }: End) {
    this.#connection = connection;
    this.#net = net;
    this.#latency = latency;
    this.isDialler = isDialler;
    this.domain = domain;
    this.session = session;
  }

  get unsent(): number {
    return this.#unsent;
  }

  start(events: ChannelEvents): void {
    this.#events = events;
    for (const bytes of this.#early.splice(0)) events.data(bytes);
  }

  write(bytes: Uint8Array): void {
    if (this.stuck) this.#unsent += bytes.length;
    if (this.#isClosed || this.#connection.isSilent || this.stuck) return;
    const copy = new Uint8Array(bytes);
    this.#net.clock.setTimer(this.#latency, () => this.#connection.other(this).#arrive(copy));
  }

  end(): void {
    this.#close();
  }

  destroy(): void {
    this.#close();
  }

  /** This end is gone, and the other end learns nothing. */
  vanish(): void {
    this.#connection.isSilent = true;
    this.#told('connection reset');
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#told('connection closed');
    if (this.#connection.isSilent) return;
    this.#net.clock.setTimer(this.#latency, () => this.#connection.other(this).#told('connection closed'));
  }

  #arrive(bytes: Uint8Array): void {
    if (this.#isClosed || this.#connection.isSilent) return;
    if (this.#events) this.#events.data(bytes);
    else this.#early.push(bytes);
  }

  #told(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#net.connections.delete(this.#connection);
    this.#events?.closed(why);
  }
}
