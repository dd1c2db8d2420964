// All links of this node: takes connections, dials, keeps one link per pair, loses and finds peers again (docs/link.md).

import type { Clock, Timer } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import { joinBytes } from '@hexapod/protocol/bytes';
import { Claims } from '@hexapod/protocol/link';
import type { Attestor } from './attestor.ts';
import { CloseReason, closeReasonName, type Refusal } from './close-reason.ts';
import { encodeFrame } from './frame.ts';
import { LINK_VERSION } from './handshake.ts';
import type { Identity, PeerIdentity } from './identity.ts';
import { LIMITS } from './limits.ts';
import { Link, type LinkEnd, type LinkEvents, type OpenLink, type Traffic } from './link.ts';
import { LinkTable } from './link-table.ts';
import { Ledger, type Payload } from './payload.ts';
import { type PeerAddress, PeerBook, type PeerChanges } from './peer-book.ts';
import type { Lane } from './priority.ts';
import { RepeatedWarning } from './repeated-warning.ts';
import type { Channel, Wire } from './wire.ts';

export interface LinksOptions {
  readonly identity: Identity;
  /** 8 bytes drawn at the start of the process. */
  readonly instance: Uint8Array;
  readonly listenPort: number;
  readonly leaseMs: number;
  /** Pings in a lease. */
  readonly keepalives: number;
  /** Name and version of this program. */
  readonly agent: string;
}

export interface LinksModules {
  readonly wire: Wire;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly soon: (fn: () => void) => void;
  readonly log: Logger;
  readonly traffic: Traffic;
  readonly events: LinksEvents;
}

export interface LinksEvents {
  message(from: PeerIdentity, bytes: Uint8Array): void;
  /** Messages for this peer were dropped, since its queue was full. */
  dropped(peer: PeerIdentity, count: number): void;
}

const NO_HOST = '127.0.0.1';

export class Links {
  readonly #options: LinksOptions;
  readonly #modules: LinksModules;
  readonly #log: Logger;
  readonly #warning: RepeatedWarning;
  readonly #table = new LinkTable<OpenLink>();
  readonly #book: PeerBook;
  readonly #outgoing = new Ledger(LIMITS.outgoingBytesTotal);
  readonly #assemblies = new Ledger(LIMITS.assemblyBytes);
  /** Links that have not finished their handshake, oldest first. */
  readonly #pending = new Set<Link>();
  readonly #unresolved = new Set<string>();
  readonly #linkEvents: LinkEvents;
  #attestor: Attestor | undefined;
  #claims: Uint8Array = new Uint8Array(0);
  #dialling = 0;
  #dialTimer: Timer | undefined;
  #serial = 0n;
  /** When a Ping of a link that is lost by now came back for the last time. */
  #echoedAt: number | undefined;
  #isStopped = false;

  constructor(options: LinksOptions, modules: LinksModules) {
    this.#options = options;
    this.#modules = modules;
    this.#log = modules.log;
    this.#warning = new RepeatedWarning(modules.clock, modules.log);
    this.#book = new PeerBook(options.identity.domain, modules.random);
    this.#linkEvents = {
      judge: (link, peer) => this.#judge(link, peer),
      opened: (link) => this.#opened(link),
      message: (link, bytes) => modules.events.message(link.peer, bytes),
      overloaded: () => this.#closeGreediest(),
      closed: (link, end) => this.#closed(link, end),
    };
  }

  /** The ledger that payloads for `send` are counted in. */
  get outgoing(): Ledger {
    return this.#outgoing;
  }

  get open(): readonly OpenLink[] {
    return this.#table.links;
  }

  get assemblingBytes(): number {
    return this.#assemblies.used;
  }

  /** From now on connections are made and taken; before, every one is turned away. */
  begin(attestor: Attestor): void {
    const { identity, instance, leaseMs, listenPort, agent } = this.#options;
    const isOneAddress = identity.validatorOrigin === identity.nodeOrigin;
    this.#claims = Claims.encode({
      version: LINK_VERSION,
      chainId: identity.chainId,
      nodeAddress: attestor.address,
      validatorOrigin: isOneAddress ? 0n : identity.validatorOrigin,
      instance,
      lease: leaseMs,
      listenPort,
      agent,
    });
    this.#attestor = attestor;
    this.#dialDue();
  }

  /** Takes a connection somebody made to us. */
  accept(channel: Channel): void {
    if (!this.#attestor || this.#isStopped) {
      const text = 'the crypto process of this node does not answer yet';
      channel.write(joinBytes(encodeFrame({ case: 'close', value: { reason: CloseReason.NotReady, text } })));
      channel.end();
      return;
    }
    if (this.#pending.size >= LIMITS.pendingConnections) {
      const [oldest] = this.#pending;
      oldest?.close(CloseReason.Busy, `${this.#pending.size} connections wait for their handshake`);
    }
    this.#begin(channel, this.#attestor);
  }

  /** The links to a node or a validator. */
  towards(destination: bigint): readonly OpenLink[] {
    return this.#table.towards(destination);
  }

  /** Queues a message on each of these links. */
  send(links: readonly OpenLink[], lane: Lane, payload: Payload): void {
    for (const link of links) this.#tellDropped(link, link.send(lane, payload));
    while (this.#outgoing.isOver) {
      const fullest = this.open.reduce<OpenLink | undefined>(
        (most, link) => (link.queued.bytes > (most?.queued.bytes ?? 0) ? link : most),
        undefined,
      );
      if (!fullest?.dropOne()) return;
      this.#tellDropped(fullest, 1);
    }
  }

  /** When a Ping came back for the last time, on the monotonic clock. */
  get echoedAt(): number | undefined {
    return latest([this.#echoedAt, ...this.open.map(({ echoedAt }) => echoedAt)]);
  }

  get knownPeers(): number {
    return this.#book.size;
  }

  knows(domain: string): PeerAddress | undefined {
    return this.#book.get(domain);
  }

  isLinked(domain: string): boolean {
    return this.#table.byDomain(domain) !== undefined;
  }

  /** The peers to dial from now on. Links to others stay open (docs/protocol/network.md 6). */
  setPeers(list: readonly PeerAddress[]): PeerChanges {
    const changes = this.#book.replace(
      list,
      (domain) => this.isLinked(domain),
      this.#modules.clock.monotonic(),
    );
    this.#dialDue();
    return changes;
  }

  /** One more peer to dial; false when there are too many. */
  addPeer(peer: PeerAddress): boolean {
    const isAdded = this.#book.add(peer, this.isLinked(peer.domain), this.#modules.clock.monotonic());
    this.#dialDue();
    return isAdded;
  }

  stop(): void {
    this.#isStopped = true;
    this.#dialTimer?.cancel();
    for (const link of [...this.#pending, ...this.open])
      link.close(CloseReason.Stopping, 'the process stops');
  }

  // ---- dialling

  #dialDue(): void {
    this.#dialTimer?.cancel();
    if (!this.#attestor || this.#isStopped) return;
    const now = this.#modules.clock.monotonic();
    for (const peer of this.#book.takeDue(now, LIMITS.dials - this.#dialling))
      this.#dial(peer, this.#attestor);
    const next = this.#book.nextDueAt;
    if (next === undefined || this.#dialling >= LIMITS.dials) return;
    this.#dialTimer = this.#modules.clock.setTimer(next - now, () => this.#dialDue());
  }

  #dial(peer: PeerAddress, attestor: Attestor): void {
    this.#dialling += 1;
    this.#connect(peer)
      .then(
        (channel) => {
          if (this.#isStopped) channel.destroy();
          else this.#begin(channel, attestor);
        },
        (error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          this.#warning.warn(`dial ${peer.domain}`, `peer ${peer.domain}: no connection: ${text}`);
          this.#failed(peer.domain);
        },
      )
      .finally(() => {
        this.#dialling -= 1;
        this.#dialDue();
      });
  }

  async #connect(peer: PeerAddress): Promise<Channel> {
    const { wire, random } = this.#modules;
    const hosts = await wire.resolve(peer.domain);
    const host = hosts[Math.floor(random() * hosts.length)] ?? (await this.#placeOf(peer));
    return wire.dial({ domain: peer.domain, host, port: peer.port });
  }

  /** Where to dial a peer whose name does not resolve. */
  async #placeOf({ domain, host }: PeerAddress): Promise<string> {
    const place = (host === undefined ? undefined : (await this.#modules.wire.resolve(host))[0]) ?? NO_HOST;
    if (!this.#unresolved.has(domain)) {
      this.#log.warn(
        `peer ${domain}: the name does not resolve, dialled at ${place}: give it an address in DNS or the hosts file`,
      );
      if (this.#unresolved.size < LIMITS.knownPeers) this.#unresolved.add(domain);
    }
    return place;
  }

  // ---- links

  #begin(channel: Channel, attestor: Attestor): void {
    const { identity, leaseMs, keepalives } = this.#options;
    const { clock, soon, traffic } = this.#modules;
    const link = new Link(
      { chainId: identity.chainId, claims: this.#claims, leaseMs, keepalives },
      {
        channel,
        attestor,
        events: this.#linkEvents,
        clock,
        log: this.#log,
        assemblies: this.#assemblies,
        soon,
        traffic,
      },
    );
    this.#pending.add(link);
    link.start();
  }

  #judge(link: Link, peer: PeerIdentity): { readonly serial: bigint } | Refusal {
    const objection = this.#table.judge(peer, link.isDialler);
    if (objection) {
      objection.doubted?.doubt();
      return objection.refusal;
    }
    this.#serial += 1n;
    return { serial: this.#serial };
  }

  #opened(link: OpenLink): void {
    const entry = this.#table.enter(link);
    if ('refusal' in entry) {
      entry.doubted?.doubt();
      link.close(entry.refusal.reason, entry.refusal.text);
      return;
    }
    this.#pending.delete(link);
    entry.replaced?.close(CloseReason.Replaced, `a new connection from ${link.remote} takes its place`);
    const { domain, origin, agent } = link.peer;
    this.#book.linked(domain);
    const way = link.isDialler ? 'dialled' : 'taken';
    this.#log.info(`peer ${domain} is connected: origin ${origin}, ${way}, ${link.remote}, ${agent}`);
  }

  #closed(link: Link, end: LinkEnd): void {
    const what = `${link.isDialler ? 'to' : 'from'} ${link.domain} (${link.remote})`;
    this.#echoedAt = latest([this.#echoedAt, link.echoedAt]);
    const why = `${end.byPeer ? 'the peer closed it' : closeReasonName(end.reason)}: ${end.text}`;
    if (this.#pending.delete(link)) {
      this.#tellRefused(link, end, `connection ${what} came to nothing: ${why}`);
      if (link.isDialler) this.#failed(link.domain);
    } else if (isOpen(link) && this.#table.remove(link)) {
      this.#log.info(`peer ${link.domain} is lost: ${why}`);
      this.#book.lost(link.domain, link.ageMs, this.#modules.clock.monotonic());
    } else {
      this.#log.info(`connection ${what} has ended: ${why}`);
    }
    this.#dialDue();
  }

  /** Two dials that cross are nothing to worry about; anything else an operator wants to see. */
  #tellRefused(link: Link, { reason }: LinkEnd, text: string): void {
    if (reason === CloseReason.Duplicate || reason === CloseReason.Stopping) this.#log.debug(text);
    else this.#warning.warn(`refused ${link.domain} ${reason}`, text);
  }

  #failed(domain: string): void {
    if (!this.isLinked(domain)) this.#book.failed(domain, this.#modules.clock.monotonic());
  }

  #tellDropped(link: OpenLink, count: number): void {
    if (count > 0) this.#modules.events.dropped(link.peer, count);
  }

  /** Half messages of all links together are too much: the link that has most of them goes. */
  #closeGreediest(): void {
    while (this.#assemblies.isOver) {
      const [greediest] = [...this.open].sort((a, b) => b.assembling - a.assembling);
      if (!greediest) return;
      greediest.close(CloseReason.Busy, `${greediest.assembling} bytes of unfinished messages`);
    }
  }
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce(
    (last, time) => (time === undefined || (last !== undefined && last > time) ? last : time),
    undefined,
  );
}

function isOpen(link: Link): link is OpenLink {
  return link.peer !== undefined;
}
