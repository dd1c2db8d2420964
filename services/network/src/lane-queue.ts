// A bounded queue of payloads in lanes. When it is full the oldest message of the least urgent lane goes: what is fresh
// and urgent is worth more to a chain than what is old and is asked for again anyway.

import type { Payload } from './payload.ts';
import { LANES, type Lane } from './priority.ts';

export interface QueueBound {
  readonly messages: number;
  readonly bytes: number;
}

export class LaneQueue {
  readonly #bound: QueueBound;
  readonly #lanes: readonly Fifo[] = Array.from({ length: LANES }, () => new Fifo());
  #length = 0;
  #bytes = 0;

  constructor(bound: QueueBound) {
    this.#bound = bound;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a message, which the queue holds until it is taken out; returns how many were dropped, itself perhaps. */
  push(lane: Lane, payload: Payload): number {
    payload.hold();
    this.#lanes[lane]?.push(payload);
    this.#length += 1;
    this.#bytes += payload.size;
    let dropped = 0;
    // A message alone is taken whatever its size: the bound of a message is checked before.
    while (this.#length > this.#bound.messages || (this.#bytes > this.#bound.bytes && this.#length > 1)) {
      this.dropOne();
      dropped += 1;
    }
    return dropped;
  }

  first(lane: Lane): Payload | undefined {
    return this.#lanes[lane]?.first();
  }

  /** Takes out the oldest of a lane; its place as a holder goes to the caller. */
  shift(lane: Lane): Payload | undefined {
    const payload = this.#lanes[lane]?.shift();
    if (payload) {
      this.#length -= 1;
      this.#bytes -= payload.size;
    }
    return payload;
  }

  /** Takes out the oldest of the most urgent lane that is not empty. */
  shiftFirst(): Payload | undefined {
    const lane = this.#lanes.findIndex((fifo) => fifo.length > 0);
    return lane < 0 ? undefined : this.shift(lane as Lane);
  }

  /** Drops the oldest of the least urgent lane; false when there is nothing. */
  dropOne(): boolean {
    const lane = this.#lanes.findLastIndex((fifo) => fifo.length > 0);
    if (lane < 0) return false;
    this.shift(lane as Lane)?.release();
    return true;
  }

  clear(): void {
    while (this.dropOne());
  }
}

/** First in, first out, without moving everything at each step. */
class Fifo {
  #items: (Payload | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(payload: Payload): void {
    this.#items.push(payload);
  }

  first(): Payload | undefined {
    return this.#items[this.#head];
  }

  shift(): Payload | undefined {
    const payload = this.#items[this.#head];
    if (payload === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return payload;
  }
}
