import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaneQueue } from './lane-queue.ts';
import { Ledger, Payload } from './payload.ts';
import { LANES, Lane } from './priority.ts';

function queueOf(messages: number, bytes: number) {
  const ledger = new Ledger(Number.MAX_SAFE_INTEGER);
  const queue = new LaneQueue({ messages, bytes });
  const push = (lane: Lane, size: number) => queue.push(lane, new Payload(new Uint8Array(size), ledger));
  return { queue, ledger, push };
}

describe('LaneQueue', () => {
  it('gives the most urgent lane first, each in order', () => {
    const { queue, push } = queueOf(10, 1000);
    push(Lane.Data, 1);
    push(Lane.High, 2);
    push(Lane.Data, 3);
    push(Lane.High, 4);
    expect([1, 2, 3, 4, 5].map(() => queue.shiftFirst()?.size)).toEqual([2, 4, 1, 3, undefined]);
  });

  it('drops the oldest of the least urgent when there are too many', () => {
    const { queue, push } = queueOf(3, 1000);
    for (const size of [1, 2]) push(Lane.Data, size);
    push(Lane.High, 3);
    expect(push(Lane.High, 4)).toBe(1);
    expect([1, 2, 3].map(() => queue.shiftFirst()?.size)).toEqual([3, 4, 2]);
  });

  it('drops a new message that is the least urgent itself', () => {
    const { queue, push } = queueOf(2, 1000);
    push(Lane.High, 1);
    push(Lane.High, 2);
    expect(push(Lane.Data, 3)).toBe(1);
    expect([1, 2].map(() => queue.shiftFirst()?.size)).toEqual([1, 2]);
  });

  it('drops as many as a large one needs, and takes one alone whatever its size', () => {
    const { queue, push } = queueOf(100, 10);
    for (let i = 0; i < 10; i++) push(Lane.High, 1);
    expect(push(Lane.High, 4)).toBe(4);
    expect(queue.bytes).toBe(10);
    expect(push(Lane.High, 50)).toBe(7);
    expect([queue.length, queue.bytes]).toEqual([1, 50]);
  });

  it('is never beyond its bounds, counts right, and lets go of what it drops', () => {
    const step = fc.oneof(
      fc.record({ lane: fc.nat(LANES - 1), size: fc.integer({ min: 1, max: 60 }) }),
      fc.constant('shift' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { queue, ledger, push } = queueOf(8, 200);
        for (const one of steps) {
          if (one === 'shift') queue.shiftFirst()?.release();
          else push(one.lane as Lane, one.size);
          expect(queue.length).toBeLessThanOrEqual(8);
          expect(queue.bytes).toBeLessThanOrEqual(200);
          expect(ledger.used).toBe(queue.bytes);
        }
        queue.clear();
        expect([queue.length, queue.bytes, ledger.used]).toEqual([0, 0, 0]);
      }),
    );
  });
});

describe('Payload', () => {
  it('counts once however many hold it', () => {
    const ledger = new Ledger(10);
    const payload = new Payload(new Uint8Array(8), ledger);
    payload.hold();
    payload.hold();
    expect([ledger.used, ledger.isOver]).toEqual([8, false]);
    payload.release();
    expect(ledger.used).toBe(8);
    payload.release();
    expect(ledger.used).toBe(0);
  });
});
