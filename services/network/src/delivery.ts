// Messages for the modules of this node: a queue per module and sender, a bounded number of calls at a time, the senders
// in turn (docs/protocol/network.md 5). A slow module holds up nobody but itself, a loud peer nobody but itself.

import { LaneQueue } from './lane-queue.ts';
import { LIMITS } from './limits.ts';
import { Ledger, Payload } from './payload.ts';
import type { Lane } from './priority.ts';

/** A module of this node: gives it PB(NetworkMsg); rejects when it finally does not take it. */
export type Deliver = (message: Uint8Array) => Promise<void>;

export interface DeliveryEvents {
  dropped(module: string, origin: bigint, count: number): void;
  failed(module: string, error: unknown): void;
}

/** All modules together. */
export class Delivery {
  readonly #modules: ReadonlyMap<string, ModuleQueue>;
  readonly #ledger = new Ledger(LIMITS.incomingBytesTotal);

  constructor(modules: ReadonlyMap<string, Deliver>, events: DeliveryEvents) {
    this.#modules = new Map(
      [...modules].map(([name, deliver]) => [name, new ModuleQueue(name, deliver, events)]),
    );
  }

  get messages(): number {
    return this.#sum((queue) => queue.messages);
  }

  get bytes(): number {
    return this.#ledger.used;
  }

  has(module: string): boolean {
    return this.#modules.has(module);
  }

  /** Queues a message for a module; the bytes must be the caller's no longer. False: there is no such module. */
  enqueue(module: string, origin: bigint, lane: Lane, bytes: Uint8Array): boolean {
    const queue = this.#modules.get(module);
    if (!queue) return false;
    queue.push(origin, lane, new Payload(bytes, this.#ledger));
    while (this.#ledger.isOver && this.#largest()?.dropOne());
    return true;
  }

  /** Resolves when nothing waits and nothing is being delivered. For tests and an orderly stop. */
  async idle(): Promise<void> {
    await Promise.all([...this.#modules.values()].map((queue) => queue.idle()));
  }

  /** Drops what waits. */
  clear(): void {
    for (const queue of this.#modules.values()) queue.clear();
  }

  #largest(): ModuleQueue | undefined {
    return [...this.#modules.values()].reduce<ModuleQueue | undefined>(
      (largest, queue) => (queue.bytes > (largest?.bytes ?? 0) ? queue : largest),
      undefined,
    );
  }

  #sum(count: (queue: ModuleQueue) => number): number {
    return [...this.#modules.values()].reduce((sum, queue) => sum + count(queue), 0);
  }
}

class ModuleQueue {
  readonly #name: string;
  readonly #deliver: Deliver;
  readonly #events: DeliveryEvents;
  /** By sender, in the order in which they have their turn. Senders with nothing waiting are not in it. */
  readonly #senders = new Map<bigint, LaneQueue>();
  #running = 0;
  #runningBytes = 0;
  #waiters: (() => void)[] = [];

  constructor(name: string, deliver: Deliver, events: DeliveryEvents) {
    this.#name = name;
    this.#deliver = deliver;
    this.#events = events;
  }

  get messages(): number {
    let sum = 0;
    for (const queue of this.#senders.values()) sum += queue.length;
    return sum;
  }

  get bytes(): number {
    let sum = 0;
    for (const queue of this.#senders.values()) sum += queue.bytes;
    return sum;
  }

  push(origin: bigint, lane: Lane, payload: Payload): void {
    // As a rule nothing waits.
    if (this.#senders.size === 0 && this.#hasRoom()) {
      payload.hold();
      this.#run(payload);
      return;
    }
    let queue = this.#senders.get(origin);
    if (!queue) {
      queue = new LaneQueue({ messages: LIMITS.incomingMessages, bytes: LIMITS.incomingBytes });
      this.#senders.set(origin, queue);
    }
    const dropped = queue.push(lane, payload);
    if (dropped > 0) this.#events.dropped(this.#name, origin, dropped);
    this.#pump();
  }

  /** Drops the oldest message of the sender that holds most. */
  dropOne(): boolean {
    let largest: [bigint, LaneQueue] | undefined;
    for (const entry of this.#senders) if (!largest || entry[1].bytes > largest[1].bytes) largest = entry;
    if (!largest?.[1].dropOne()) return false;
    if (largest[1].length === 0) this.#senders.delete(largest[0]);
    this.#events.dropped(this.#name, largest[0], 1);
    return true;
  }

  idle(): Promise<void> {
    if (this.#running === 0 && this.#senders.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  clear(): void {
    for (const queue of this.#senders.values()) queue.clear();
    this.#senders.clear();
  }

  #pump(): void {
    while (this.#hasRoom()) {
      const payload = this.#next();
      if (!payload) return;
      this.#run(payload);
    }
  }

  #hasRoom(): boolean {
    if (this.#running >= LIMITS.deliveries) return false;
    return this.#running === 0 || this.#runningBytes < LIMITS.deliveryBytes;
  }

  /** The most urgent message of the sender whose turn it is; that sender goes to the end of the line. */
  #next(): Payload | undefined {
    const first = this.#senders.entries().next();
    if (first.done) return undefined;
    const [origin, queue] = first.value;
    const payload = queue.shiftFirst();
    this.#senders.delete(origin);
    if (queue.length > 0) this.#senders.set(origin, queue);
    return payload;
  }

  #run(payload: Payload): void {
    this.#running += 1;
    this.#runningBytes += payload.size;
    this.#deliver(payload.bytes)
      .catch((error: unknown) => this.#events.failed(this.#name, error))
      .finally(() => {
        payload.release();
        this.#running -= 1;
        this.#runningBytes -= payload.size;
        this.#pump();
        if (this.#running === 0 && this.#senders.size === 0) {
          for (const resolve of this.#waiters.splice(0)) resolve();
        }
      });
  }
}
