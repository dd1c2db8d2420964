// Is the other end still there? Pings at a steady pace, a lease for the peer's silence, a limit for writes that go nowhere
// (docs/link.md 7).

import type { Clock, Timer } from '@hexapod/common/clock';
import { LIMITS } from './limits.ts';

export interface KeepaliveEvents {
  ping(number: bigint): void;
  /** Bytes written that the system has not taken. */
  unsent(): number;
  expired(why: string): void;
}

export interface KeepaliveSettings {
  /** What we promised: never silent for longer. */
  readonly ownLeaseMs: number;
  /** Pings in that time. */
  readonly pings: number;
  /** What the peer promised. */
  readonly peerLeaseMs: number;
}

export class Keepalive {
  readonly #clock: Clock;
  readonly #events: KeepaliveEvents;
  #settings: KeepaliveSettings | undefined;
  #tick: Timer | undefined;
  #probe: Timer | undefined;
  #number = 0n;
  #pingedAt: number | undefined;
  #heardAt = 0;
  /** The lease was over at the last look: if our own process slept, what has come meanwhile is read before the next one. */
  #isSuspect = false;
  #written = 0;
  /** Of what was written, as far as the last look saw, and when that was new. */
  #taken = 0;
  #takenAt = 0;
  #latencyMs: number | undefined;
  #echoedAt: number | undefined;

  constructor(clock: Clock, events: KeepaliveEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  get latencyMs(): number | undefined {
    return this.#latencyMs;
  }

  get echoedAt(): number | undefined {
    return this.#echoedAt;
  }

  start(settings: KeepaliveSettings): void {
    this.#settings = settings;
    this.#heardAt = this.#clock.monotonic();
    this.#takenAt = this.#heardAt;
    this.#ping();
    this.#schedule(settings.ownLeaseMs / settings.pings);
  }

  stop(): void {
    this.#tick?.cancel();
    this.#probe?.cancel();
    this.#settings = undefined;
  }

  /** Bytes came. */
  heard(): void {
    this.#heardAt = this.#clock.monotonic();
    this.#isSuspect = false;
    this.#probe?.cancel();
    this.#probe = undefined;
  }

  wrote(bytes: number): void {
    this.#written += bytes;
  }

  /** A Pong came. One that answers no open Ping is ignored. */
  echoed(number: bigint): void {
    if (this.#pingedAt === undefined || number !== this.#number) return;
    this.#echoedAt = this.#clock.monotonic();
    this.#latencyMs = this.#echoedAt - this.#pingedAt;
    this.#pingedAt = undefined;
  }

  /** Expires soon unless something comes. */
  doubt(): void {
    if (!this.#settings || this.#probe) return;
    this.#ping();
    this.#probe = this.#clock.setTimer(LIMITS.probeMs, () =>
      this.#events.expired(`nothing came for ${LIMITS.probeMs} ms while the peer made a new connection`),
    );
  }

  #schedule(ms: number): void {
    this.#tick = this.#clock.setTimer(ms, () => {
      if (!this.#settings) return;
      this.#look(this.#settings);
      if (!this.#settings) return;
      this.#ping();
      this.#schedule(ms);
    });
  }

  #ping(): void {
    // While one is open a new one would only blur the measurement; silence is noticed by the lease.
    if (this.#pingedAt === undefined) {
      this.#number += 1n;
      this.#pingedAt = this.#clock.monotonic();
    }
    this.#events.ping(this.#number);
  }

  #look({ peerLeaseMs }: KeepaliveSettings): void {
    const now = this.#clock.monotonic();
    const silentMs = now - this.#heardAt;
    const isSilent = silentMs > peerLeaseMs;
    if (isSilent && this.#isSuspect) {
      const text = `nothing came for ${Math.round(silentMs)} ms, the peer's lease is ${peerLeaseMs} ms`;
      this.#events.expired(text);
      return;
    }
    this.#isSuspect = isSilent;
    this.#lookAtWrites(now);
  }

  #lookAtWrites(now: number): void {
    const unsent = this.#events.unsent();
    const taken = this.#written - unsent;
    if (unsent === 0 || taken !== this.#taken) this.#takenAt = now;
    this.#taken = taken;
    if (now - this.#takenAt < LIMITS.stallMs) return;
    this.#events.expired(`the peer has taken nothing for ${LIMITS.stallMs} ms, ${unsent} bytes wait`);
  }
}
