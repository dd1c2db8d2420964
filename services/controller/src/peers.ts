// What is known of the other nodes: their last status, who misbehaves, who is banned, who is the best one to sync from
// (docs/protocol/controller.md 13). Pure: the time comes in, nothing is sent.

/** ChainStatus of a peer, all parts present and of the right lengths (docs/protocol/wire.md 4.11). */
export interface PeerStatus {
  readonly version: number;
  readonly chainId: Uint8Array;
  readonly height: bigint;
  readonly hash: Uint8Array;
  readonly address: Uint8Array;
}

export interface Peer {
  readonly origin: bigint;
  readonly status: PeerStatus;
}

export type Recorded = 'new' | 'updated' | 'early' | 'misbehaving' | 'banned' | 'refused';

interface Mark {
  /** Offences while marked, from 0. */
  readonly count: number;
  readonly sinceMs: number;
}

const FIRST_MARK_MS = 30_000;
const MAX_MARK_COUNT = 7;

/** Every node of a chain has a certificate of its authority: far more than any chain has validators and readers. */
const MAX_PEERS = 10_000;

export class Peers {
  readonly #statuses = new Map<bigint, PeerStatus>();
  readonly #marks = new Map<bigint, Mark>();
  readonly #banned = new Set<bigint>();
  #best: bigint | undefined;
  /** What {@link sweep} saw last time. */
  #swept = new Map<bigint, bigint>();

  /** Records a status unless the peer is out of favour. `early`: not higher than what is recorded. */
  record({ origin, status }: Peer, nowMs: number): Recorded {
    if (this.#banned.has(origin)) return 'banned';
    if (this.#isMarked(origin, nowMs)) return 'misbehaving';
    const known = this.#statuses.get(origin);
    if (known !== undefined && status.height <= known.height) return 'early';
    if (known === undefined && this.#statuses.size >= MAX_PEERS) return 'refused';
    this.#statuses.set(origin, status);
    return known === undefined ? 'new' : 'updated';
  }

  get(origin: bigint): PeerStatus | undefined {
    return this.#statuses.get(origin);
  }

  /** All known peers, in no particular order. */
  known(): Peer[] {
    return Array.from(this.#statuses, ([origin, status]) => ({ origin, status }));
  }

  /** The best known peer ("global status"), whatever its height. */
  best(): Peer | undefined {
    if (this.#best === undefined) return undefined;
    const status = this.#statuses.get(this.#best);
    return status && { origin: this.#best, status };
  }

  /** Makes the peer the best one if it is higher than the best and not below `ownHeight`. */
  offerBest({ origin, status }: Peer, ownHeight: bigint): boolean {
    const current = this.best()?.status.height ?? 0n;
    if (status.height <= current || status.height < ownHeight) return false;
    this.#best = origin;
    return true;
  }

  /** Looks for another best peer than `origin`, the highest of the others. */
  passOver(origin: bigint): void {
    if (this.#best !== origin) return;
    let highest: Peer | undefined;
    for (const peer of this.known()) {
      if (peer.origin !== origin && (highest === undefined || peer.status.height > highest.status.height)) {
        highest = peer;
      }
    }
    this.#best = highest?.origin;
  }

  /** Out of favour for 30 s, twice as long for each offence meanwhile. False: the peer is banned already. */
  misbehaved(origin: bigint, nowMs: number): boolean {
    if (this.#banned.has(origin)) return false;
    const count = this.#isMarked(origin, nowMs) ? (this.#marks.get(origin)?.count ?? 0) + 1 : 0;
    this.#marks.set(origin, { count: Math.min(count, MAX_MARK_COUNT), sinceMs: nowMs });
    this.#remove(origin);
    return true;
  }

  /** Never lifted while the process lives. */
  ban(origin: bigint): void {
    this.#marks.delete(origin);
    if (this.#banned.size < MAX_PEERS) this.#banned.add(origin);
    this.#remove(origin);
  }

  isBanned(origin: bigint): boolean {
    return this.#banned.has(origin);
  }

  /**
   * Compares each known peer with its height at the previous call: one that went backwards misbehaves, one that stands
   * still is forgotten until it introduces itself again (docs/protocol/controller.md 14.1).
   */
  sweep(nowMs: number): { fellBack: bigint[]; stale: bigint[] } {
    const fellBack: bigint[] = [];
    const stale: bigint[] = [];
    const seen = new Map<bigint, bigint>();
    for (const { origin, status } of this.known()) {
      const before = this.#swept.get(origin);
      if (before !== undefined && status.height < before) fellBack.push(origin);
      else if (before === status.height) stale.push(origin);
      else seen.set(origin, status.height);
    }
    for (const origin of fellBack) this.misbehaved(origin, nowMs);
    for (const origin of stale) this.#remove(origin);
    this.#swept = seen;
    return { fellBack, stale };
  }

  #isMarked(origin: bigint, nowMs: number): boolean {
    const mark = this.#marks.get(origin);
    if (mark === undefined) return false;
    if (nowMs - mark.sinceMs < FIRST_MARK_MS * 2 ** mark.count) return true;
    this.#marks.delete(origin);
    return false;
  }

  #remove(origin: bigint): void {
    this.passOver(origin);
    this.#statuses.delete(origin);
  }
}
