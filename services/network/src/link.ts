// One link to one node: from the first byte after TLS to the last one (docs/link.md).

import type { Clock, Timer } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import { joinBytes } from '@hexapod/protocol/bytes';
import { Assembler } from './assembler.ts';
import type { Attestor } from './attestor.ts';
import { CloseReason, closeReasonName, type Refusal } from './close-reason.ts';
import { decodeFrame, encodeFrame, type FrameBody, FrameReader, LinkViolation } from './frame.ts';
import { Handshake, type HandshakeAction, signedBytes } from './handshake.ts';
import type { PeerIdentity } from './identity.ts';
import { Keepalive } from './keepalive.ts';
import { LIMITS } from './limits.ts';
import type { Ledger, Payload } from './payload.ts';
import { printable } from './printable.ts';
import type { Lane } from './priority.ts';
import { Sender } from './sender.ts';
import type { Channel } from './wire.ts';

/** What the owner of the links answers and is told. */
export interface LinkEvents {
  /** We are the referee: the serial number of an Accept, or why not. */
  judge(link: Link, peer: PeerIdentity): { readonly serial: bigint } | Refusal;
  opened(link: OpenLink): void;
  /** PB(NetworkMsg), as the peer sent it; may be a view into a larger buffer. */
  message(link: OpenLink, bytes: Uint8Array): void;
  /** Too much is held in part on all links together. */
  overloaded(): void;
  /** Called once, whether it was open or not. `byPeer`: it was the other side that wanted it. */
  closed(link: Link, end: LinkEnd): void;
}

export interface LinkEnd extends Refusal {
  readonly byPeer: boolean;
}

/** A link whose handshake is over. */
export type OpenLink = Link & { readonly peer: PeerIdentity };

export interface LinkOptions {
  readonly chainId: Uint8Array;
  /** PB(Claims) of this node. */
  readonly claims: Uint8Array;
  readonly leaseMs: number;
  /** Pings in a lease. */
  readonly keepalives: number;
}

export interface LinkModules {
  readonly channel: Channel;
  readonly attestor: Attestor;
  readonly events: LinkEvents;
  readonly clock: Clock;
  readonly log: Logger;
  readonly assemblies: Ledger;
  /** Runs a function after what is going on now, so that messages which come together leave together. */
  readonly soon: (fn: () => void) => void;
  readonly traffic: Traffic;
}

/** Counts of what goes over all links. */
export interface Traffic {
  sent(bytes: number): void;
  received(bytes: number): void;
}

export class Link {
  readonly isDialler: boolean;
  readonly domain: string;
  readonly remote: string;
  #peer: PeerIdentity | undefined;
  #serial = 0n;
  #openedAt = 0;
  readonly #options: LinkOptions;
  readonly #modules: LinkModules;
  readonly #handshake: Handshake;
  readonly #handshakeTimer: Timer;
  readonly #reader = new FrameReader(LIMITS.handshakeFrameBytes);
  readonly #assembler: Assembler;
  readonly #sender = new Sender();
  readonly #keepalive: Keepalive;
  #isFlushPlanned = false;
  #isClosed = false;

  constructor(options: LinkOptions, modules: LinkModules) {
    const { channel, attestor, clock } = modules;
    this.#options = options;
    this.#modules = modules;
    this.isDialler = channel.isDialler;
    this.domain = channel.domain;
    this.remote = channel.remote;
    this.#assembler = new Assembler(modules.assemblies);
    this.#handshake = new Handshake({
      chainId: options.chainId,
      address: attestor.address,
      peerDomain: channel.domain,
    });
    this.#handshakeTimer = clock.setTimer(LIMITS.handshakeMs, () =>
      this.close(CloseReason.Expired, `no handshake within ${LIMITS.handshakeMs} ms`),
    );
    this.#keepalive = new Keepalive(clock, {
      ping: (number) => {
        this.#sender.ping(number);
        this.#flushSoon();
      },
      unsent: () => channel.unsent,
      expired: (why) => this.close(CloseReason.Expired, why),
    });
  }

  /** Begins the handshake. */
  start(): void {
    this.#modules.channel.start({
      data: (bytes) => this.#received(bytes),
      drained: () => this.#flush(),
      closed: (why) => this.#end({ reason: CloseReason.Unknown, text: why, byPeer: true }),
    });
    this.#sayHello();
  }

  /** Undefined until the link is open. */
  get peer(): PeerIdentity | undefined {
    return this.#peer;
  }

  get serial(): bigint {
    return this.#serial;
  }

  /** Messages and bytes that wait to be sent. */
  get queued(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#sender.length, bytes: this.#sender.bytes };
  }

  /** Bytes set aside for messages that have come in part. */
  get assembling(): number {
    return this.#assembler.reserved;
  }

  /** Round trip of the last Ping, ms; undefined before the first. */
  get latencyMs(): number | undefined {
    return this.#keepalive.latencyMs;
  }

  /** When the last Pong came, on the monotonic clock. */
  get echoedAt(): number | undefined {
    return this.#keepalive.echoedAt;
  }

  /** How long it has been open, ms. */
  get ageMs(): number {
    return this.#peer ? this.#modules.clock.monotonic() - this.#openedAt : 0;
  }

  /** Queues a message; returns how many were dropped for it. */
  send(lane: Lane, payload: Payload): number {
    if (this.#isClosed) return 1;
    const dropped = this.#sender.enqueue(lane, payload);
    this.#flushSoon();
    return dropped;
  }

  dropOne(): boolean {
    return this.#sender.dropOne();
  }

  /** Closes the link unless it shows life soon. */
  doubt(): void {
    this.#keepalive.doubt();
  }

  /** Ends the link and tells the peer why. */
  close(reason: CloseReason, text: string): void {
    if (this.#isClosed) return;
    this.#write({ case: 'close', value: { reason, text: text.slice(0, 500) } });
    this.#end({ reason, text, byPeer: false });
  }

  // ---- handshake

  #sayHello(): void {
    const { attestor, channel } = this.#modules;
    const { claims } = this.#options;
    attestor.sign(signedBytes(channel.isDialler, channel.session, claims)).then(
      (signature) => {
        if (this.#isClosed) return;
        this.#write({ case: 'hello', value: { claims, signature } });
        this.#perform(this.#handshake.saidHello());
      },
      (error: unknown) => this.close(CloseReason.NotReady, `the session cannot be signed: ${textOf(error)}`),
    );
  }

  #recover(claims: Uint8Array, signature: Uint8Array): void {
    const { attestor, channel } = this.#modules;
    attestor.recover(signedBytes(!channel.isDialler, channel.session, claims), signature).then(
      (address) => this.#perform(this.#handshake.signedBy(address)),
      (error: unknown) =>
        this.close(CloseReason.NotReady, `the peer's signature cannot be checked: ${textOf(error)}`),
    );
  }

  #perform(actions: readonly HandshakeAction[]): void {
    for (const action of actions) {
      if (this.#isClosed) return;
      switch (action.do) {
        case 'send':
          this.#write(action.body);
          break;
        case 'recover':
          this.#recover(action.claims, action.signature);
          break;
        case 'decide':
          this.#perform(this.#handshake.decided(this.#modules.events.judge(this, action.peer)));
          break;
        case 'open':
          this.#open(action.peer, action.serial);
          break;
        case 'refuse':
          this.close(action.refusal.reason, action.refusal.text);
          break;
      }
    }
  }

  #open(peer: PeerIdentity, serial: bigint): void {
    this.#handshakeTimer.cancel();
    this.#peer = peer;
    this.#serial = serial;
    this.#openedAt = this.#modules.clock.monotonic();
    this.#reader.limit = LIMITS.frameBytes;
    this.#keepalive.start({
      ownLeaseMs: this.#options.leaseMs,
      pings: this.#options.keepalives,
      peerLeaseMs: peer.leaseMs,
    });
    this.#modules.events.opened(this as OpenLink);
  }

  // ---- frames in

  #received(bytes: Uint8Array): void {
    this.#modules.traffic.received(bytes.length);
    this.#keepalive.heard();
    try {
      for (const frame of this.#reader.read(bytes)) {
        if (this.#isClosed) return;
        const body = decodeFrame(frame);
        if (body) this.#dispatch(body);
      }
    } catch (error) {
      if (error instanceof LinkViolation) {
        this.close(CloseReason.Violation, error.message);
      } else {
        // A bug of ours. What came after the frame is lost with it, so the link begins anew.
        this.#modules.log.error({ err: error, peer: this.domain }, 'a frame could not be handled');
        this.close(CloseReason.Unknown, 'internal error');
      }
    }
  }

  #dispatch(body: FrameBody): void {
    if (body.case === 'close') this.#closedByPeer(body.value.reason, body.value.text);
    else if (this.#isOpen()) this.#dispatchOpen(this, body);
    else this.#perform(this.#handshake.received(body));
  }

  #dispatchOpen(link: OpenLink, body: FrameBody): void {
    const { events, assemblies } = this.#modules;
    switch (body.case) {
      case 'ping':
        this.#sender.pong(body.value.number);
        this.#flushSoon();
        break;
      case 'pong':
        this.#keepalive.echoed(body.value.number);
        break;
      case 'message':
        events.message(link, body.value);
        break;
      case 'chunk': {
        const message = this.#assembler.accept(body.value);
        if (assemblies.isOver) events.overloaded();
        if (message && !this.#isClosed) events.message(link, message);
        break;
      }
      default:
        throw new LinkViolation(`a ${body.case} frame after the handshake`);
    }
  }

  #closedByPeer(reason: number, text: string): void {
    const known = Object.values(CloseReason).find((number) => number === reason) ?? CloseReason.Unknown;
    this.#end({ reason: known, text: `${closeReasonName(reason)}: ${printable(text)}`, byPeer: true });
  }

  #isOpen(): this is OpenLink {
    return this.#peer !== undefined;
  }

  // ---- frames out

  /** A frame outside the queue: handshake and Close. */
  #write(body: FrameBody): void {
    const bytes = joinBytes(encodeFrame(body));
    this.#modules.traffic.sent(bytes.length);
    this.#modules.channel.write(bytes);
  }

  #flushSoon(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    this.#modules.soon(() => {
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { channel, traffic } = this.#modules;
    if (!this.#isOpen()) return;
    while (!this.#isClosed && channel.unsent < LIMITS.unsentBytes) {
      const batch = this.#sender.nextBatch();
      if (!batch) return;
      traffic.sent(batch.length);
      this.#keepalive.wrote(batch.length);
      channel.write(batch);
    }
  }

  #end(end: LinkEnd): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handshakeTimer.cancel();
    this.#keepalive.stop();
    this.#sender.clear();
    this.#assembler.clear();
    this.#modules.channel.end();
    this.#modules.events.closed(this, end);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
