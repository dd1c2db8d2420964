// What goes out on one link and in which order: control first, then the lanes, large messages in parts (docs/link.md 5).
// Pull, not push: the link asks for the next batch when the socket has room, until then messages can still be overtaken.

import { joinBytes } from '@hexapod/protocol/bytes';
import { chunkFrame, encodeFrame, messageFrame } from './frame.ts';
import { LaneQueue } from './lane-queue.ts';
import { LIMITS } from './limits.ts';
import type { Payload } from './payload.ts';
import { LANES, Lane } from './priority.ts';

/** After so many frames of more urgent lanes a waiting lane gets one, so that none starves. */
const PATIENCE_FRAMES = 32;

const lanes = Object.values(Lane);

interface Transfer {
  readonly payload: Payload;
  sent: number;
}

export class Sender {
  readonly #queue = new LaneQueue({ messages: LIMITS.outgoingMessages, bytes: LIMITS.outgoingBytes });
  /** The message of a lane that is on its way, in parts. It cannot be dropped any more. */
  readonly #transfers: (Transfer | undefined)[] = Array.from({ length: LANES });
  /** Frames of more urgent lanes sent while this one waited. */
  readonly #waited: number[] = Array.from({ length: LANES }, () => 0);
  /** At most one Ping and one Pong wait: however fast a peer pings, one answer is due. */
  #ping: bigint | undefined;
  #pong: bigint | undefined;

  /** Messages that wait. */
  get length(): number {
    return this.#queue.length;
  }

  /** Bytes that wait, those of messages on their way included. */
  get bytes(): number {
    return (
      this.#queue.bytes + this.#transfers.reduce((sum, transfer) => sum + (transfer?.payload.size ?? 0), 0)
    );
  }

  /** Adds a message; returns how many had to be dropped for it. */
  enqueue(lane: Lane, payload: Payload): number {
    return this.#queue.push(lane, payload);
  }

  ping(number: bigint): void {
    this.#ping = number;
  }

  pong(number: bigint): void {
    this.#pong = number;
  }

  /** Drops the oldest of the least urgent messages; false when none waits. */
  dropOne(): boolean {
    return this.#queue.dropOne();
  }

  /** Forgets everything, also what is on its way. */
  clear(): void {
    this.#queue.clear();
    for (const lane of lanes) {
      this.#transfers[lane]?.payload.release();
      this.#transfers[lane] = undefined;
    }
    this.#ping = undefined;
    this.#pong = undefined;
  }

  /** The next frames as one piece of about `LIMITS.batchBytes`; undefined when there is nothing to send. */
  nextBatch(): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < LIMITS.batchBytes) {
      const frame = this.#nextControl() ?? this.#nextOfLanes();
      if (!frame) break;
      for (const part of frame) {
        parts.push(part);
        bytes += part.length;
      }
    }
    return parts.length === 0 ? undefined : joinBytes(parts);
  }

  #nextControl(): Uint8Array[] | undefined {
    if (this.#pong !== undefined) {
      const number = this.#pong;
      this.#pong = undefined;
      return encodeFrame({ case: 'pong', value: { number } });
    }
    if (this.#ping !== undefined) {
      const number = this.#ping;
      this.#ping = undefined;
      return encodeFrame({ case: 'ping', value: { number } });
    }
    return undefined;
  }

  #nextOfLanes(): Uint8Array[] | undefined {
    const lane = this.#pickLane();
    if (lane === undefined) return undefined;
    const transfer = this.#transfers[lane] ?? this.#beginTransfer(lane);
    if (!transfer) return undefined;
    const { payload } = transfer;
    if (payload.size <= LIMITS.chunkBytes) {
      this.#endTransfer(lane, payload);
      return messageFrame(payload.bytes);
    }
    const data = payload.bytes.subarray(transfer.sent, transfer.sent + LIMITS.chunkBytes);
    const total = transfer.sent === 0 ? payload.size : 0;
    transfer.sent += data.length;
    if (transfer.sent === payload.size) this.#endTransfer(lane, payload);
    return chunkFrame(lane, total, data);
  }

  #beginTransfer(lane: Lane): Transfer | undefined {
    const payload = this.#queue.shift(lane);
    if (!payload) return undefined;
    const transfer = { payload, sent: 0 };
    this.#transfers[lane] = transfer;
    return transfer;
  }

  #endTransfer(lane: Lane, payload: Payload): void {
    this.#transfers[lane] = undefined;
    payload.release();
  }

  /** The most urgent lane that can go on, or one that has waited too long. */
  #pickLane(): Lane | undefined {
    const ready = lanes.filter((lane) => this.#isReady(lane));
    const picked = ready.findLast((lane) => (this.#waited[lane] ?? 0) >= PATIENCE_FRAMES) ?? ready[0];
    if (picked === undefined) return undefined;
    this.#waited[picked] = 0;
    for (const lane of ready) if (lane > picked) this.#waited[lane] = (this.#waited[lane] ?? 0) + 1;
    return picked;
  }

  #isReady(lane: Lane): boolean {
    if (this.#transfers[lane]) return true;
    const next = this.#queue.first(lane);
    if (!next) return false;
    return next.size <= LIMITS.largeBytes || !this.#isLargeOnItsWay();
  }

  #isLargeOnItsWay(): boolean {
    return this.#transfers.some((transfer) => transfer && transfer.payload.size > LIMITS.largeBytes);
  }
}
