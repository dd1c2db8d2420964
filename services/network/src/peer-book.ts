// The nodes we know by name and when to dial each of them (docs/protocol/network.md 6, 8). The time comes in.

import { LIMITS } from './limits.ts';

export interface PeerAddress {
  readonly domain: string;
  readonly port: number;
  /** Where to look when the domain does not resolve; absent: 127.0.0.1. */
  readonly host?: string;
}

interface Entry extends PeerAddress {
  /** Monotonic ms from which it may be dialled; undefined while it is being dialled or linked. */
  dueAt: number | undefined;
  /** Dials that failed since the last good link. */
  failures: number;
}

export interface PeerChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Dials after a loss are spread over this time, so that both ends seldom dial each other at once, ms. */
const SPREAD_MS = 200;
/** Of a wait, up or down. */
const JITTER = 0.2;

export class PeerBook {
  readonly #ownDomain: string;
  readonly #random: () => number;
  readonly #entries = new Map<string, Entry>();

  /** @param random in [0, 1). */
  constructor(ownDomain: string, random: () => number) {
    this.#ownDomain = ownDomain;
    this.#random = random;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(domain: string): PeerAddress | undefined {
    return this.#entries.get(domain);
  }

  /** Puts this list in place of what is known; peers that stay keep their state. `linked`: those not to be dialled. */
  replace(list: readonly PeerAddress[], isLinked: (domain: string) => boolean, now: number): PeerChanges {
    const wanted = new Map(
      list.filter(({ domain }) => domain !== this.#ownDomain).map((peer) => [peer.domain, peer]),
    );
    const removed = [...this.#entries.keys()].filter((domain) => !wanted.has(domain));
    const added = [...wanted.keys()].filter((domain) => !this.#entries.has(domain));
    for (const domain of removed) this.#entries.delete(domain);
    for (const [domain, peer] of [...wanted].slice(0, LIMITS.knownPeers)) {
      const dueAt = isLinked(domain) ? undefined : now;
      this.#entries.set(domain, { dueAt, failures: 0, ...this.#entries.get(domain), ...peer });
    }
    return { added, removed };
  }

  /** Adds one peer: false when there is no room for it. */
  add(peer: PeerAddress, isLinked: boolean, now: number): boolean {
    if (this.#entries.size >= LIMITS.knownPeers) return false;
    this.#entries.set(peer.domain, { ...peer, dueAt: isLinked ? undefined : now, failures: 0 });
    return true;
  }

  /** The peers to be dialled now, at most so many; they count as being dialled from here on. */
  takeDue(now: number, most: number): PeerAddress[] {
    const isDue = ({ dueAt }: Entry) => dueAt !== undefined && dueAt <= now;
    const due = [...this.#entries.values()].filter(isDue).slice(0, most);
    for (const entry of due) entry.dueAt = undefined;
    return due;
  }

  /** When the next dial is due; undefined: none is planned. */
  get nextDueAt(): number | undefined {
    const times = [...this.#entries.values()].flatMap(({ dueAt }) => dueAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** A link with this peer is open, whoever dialled. */
  linked(domain: string): void {
    const entry = this.#entries.get(domain);
    if (entry) entry.dueAt = undefined;
  }

  /** Its link was lost. `ageMs`: how long it lived. */
  lost(domain: string, ageMs: number, now: number): void {
    const entry = this.#entries.get(domain);
    if (!entry) return;
    if (ageMs >= LIMITS.stableMs) {
      entry.failures = 0;
      entry.dueAt = now + this.#random() * SPREAD_MS;
    } else {
      this.failed(domain, now);
    }
  }

  /** A dial came to nothing. */
  failed(domain: string, now: number): void {
    const entry = this.#entries.get(domain);
    if (!entry) return;
    const waits = LIMITS.redialMs;
    const wait = waits[Math.min(entry.failures, waits.length - 1)] ?? 0;
    entry.failures += 1;
    entry.dueAt = now + wait * (1 + JITTER * (2 * this.#random() - 1));
  }
}
