// Which blocks to ask for and which have come: the book-keeping of block sync (docs/protocol/controller.md 12.1 to 12.3),
// bounded in heights and bytes, and bound to who was asked (section 18, weaknesses 17, 20). Pure.

export interface SyncPlanOptions {
  /** Heights per request. */
  readonly interval: bigint;
  /** Requests under way at a time. */
  readonly requests: number;
  /** How long to wait for the blocks of a request, ms. */
  readonly timeoutMs: number;
  /** Bytes of blocks waiting for their turn. */
  readonly maxBytes: number;
}

export interface SyncRequest {
  readonly origin: bigint;
  readonly start: bigint;
  readonly end: bigint;
}

/** A block that came from `origin`, still unchecked: PB(Block) and the header's height. */
export interface ReceivedBlock {
  readonly origin: bigint;
  readonly height: bigint;
  readonly bytes: Uint8Array;
}

interface OpenRequest extends SyncRequest {
  readonly sentMs: number;
}

export class SyncPlan {
  readonly #options: SyncPlanOptions;
  #open: OpenRequest[] = [];
  readonly #blocks = new Map<bigint, ReceivedBlock>();
  #bytes = 0;

  constructor(options: SyncPlanOptions) {
    this.#options = options;
  }

  /** Does a request to this peer wait for its answer? */
  hasAsked(origin: bigint): boolean {
    return this.#open.some((request) => request.origin === origin);
  }

  /** The requests to send now: from the first height nobody was asked for, up to the target's. */
  next(ownHeight: bigint, target: { origin: bigint; height: bigint }, nowMs: number): SyncRequest[] {
    const { interval, requests } = this.#options;
    const last = min(target.height, ownHeight + interval * BigInt(requests));
    const fresh: SyncRequest[] = [];
    let start = this.#firstMissing(ownHeight + 1n);
    while (start <= last && this.#open.length < requests) {
      let end = start;
      while (end < last && end - start + 1n < interval && !this.#isCovered(end + 1n)) end += 1n;
      const request = { origin: target.origin, start, end };
      this.#open.push({ ...request, sentMs: nowMs });
      fresh.push(request);
      start = this.#firstMissing(end + 1n);
    }
    return fresh;
  }

  /** Takes a block in if its sender was asked for this height and there is room. */
  accept(block: ReceivedBlock, ownHeight: bigint): boolean {
    const { origin, height, bytes } = block;
    if (height <= ownHeight || this.#blocks.has(height)) return false;
    const wanted = this.#open.some((r) => r.origin === origin && r.start <= height && height <= r.end);
    // The very next block is always let in: without it nothing moves on.
    const fits = this.#bytes + bytes.length <= this.#options.maxBytes || height === ownHeight + 1n;
    if (!wanted || !fits) return false;
    this.#blocks.set(height, block);
    this.#bytes += bytes.length;
    this.#closeAnswered(ownHeight);
    return true;
  }

  /** Takes the block at `height` out. */
  take(height: bigint): ReceivedBlock | undefined {
    const block = this.#blocks.get(height);
    if (block !== undefined) this.#discard(block);
    return block;
  }

  /** Puts a block back that could not be judged yet. */
  putBack(block: ReceivedBlock): void {
    if (this.#blocks.has(block.height)) return;
    this.#blocks.set(block.height, block);
    this.#bytes += block.bytes.length;
  }

  /** Forgets all that came from a peer and all it was asked for. */
  dropPeer(origin: bigint): void {
    this.#open = this.#open.filter((request) => request.origin !== origin);
    for (const block of [...this.#blocks.values()]) if (block.origin === origin) this.#discard(block);
  }

  /** Forgets what lies at or below the head. */
  advance(ownHeight: bigint): void {
    this.#open = this.#open.filter((request) => request.end > ownHeight);
    for (const block of [...this.#blocks.values()]) if (block.height <= ownHeight) this.#discard(block);
  }

  /** Gives up requests that waited too long; the peers that were silent. */
  expire(nowMs: number): bigint[] {
    const late = this.#open.filter((request) => nowMs - request.sentMs >= this.#options.timeoutMs);
    this.#open = this.#open.filter((request) => !late.includes(request));
    return [...new Set(late.map((request) => request.origin))];
  }

  /** An answer of a peer in time is a sign of life: its other requests wait on. */
  touch(origin: bigint, nowMs: number): void {
    this.#open = this.#open.map((request) =>
      request.origin === origin ? { ...request, sentMs: nowMs } : request,
    );
  }

  /** When the next request times out, ms; undefined with none under way. */
  nextTimeoutMs(): number | undefined {
    if (this.#open.length === 0) return undefined;
    return Math.min(...this.#open.map((request) => request.sentMs)) + this.#options.timeoutMs;
  }

  clear(): void {
    this.#open = [];
    this.#blocks.clear();
    this.#bytes = 0;
  }

  /** A request ends when every height of it above the head is there. */
  #closeAnswered(ownHeight: bigint): void {
    this.#open = this.#open.filter((request) => {
      const from = request.start > ownHeight ? request.start : ownHeight + 1n;
      for (let height = from; height <= request.end; height += 1n) {
        if (!this.#blocks.has(height)) return true;
      }
      return false;
    });
  }

  #isCovered(height: bigint): boolean {
    return this.#blocks.has(height) || this.#open.some((r) => r.start <= height && height <= r.end);
  }

  #firstMissing(from: bigint): bigint {
    let height = from;
    while (this.#isCovered(height)) height += 1n;
    return height;
  }

  #discard(block: ReceivedBlock): void {
    this.#blocks.delete(block.height);
    this.#bytes -= block.bytes.length;
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
