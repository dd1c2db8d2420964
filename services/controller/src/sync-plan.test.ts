import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyncPlan } from './sync-plan.ts';

const OPTIONS = { interval: 10n, requests: 5, timeoutMs: 1000, maxBytes: 1000 };
const target = { origin: 7n, height: 130n };
const ranges = (requests: readonly { start: bigint; end: bigint }[]) =>
  requests.map(({ start, end }) => [start, end]);
const block = (height: bigint, length = 10, origin = 7n) => ({
  origin,
  height,
  bytes: new Uint8Array(length),
});

describe('what to ask for (controller.md 12.1, 12.2)', () => {
  it('own 95, theirs 130: the example', () => {
    const plan = new SyncPlan(OPTIONS);
    expect(ranges(plan.next(95n, target, 0))).toEqual([
      [96n, 105n],
      [106n, 115n],
      [116n, 125n],
      [126n, 130n],
    ]);
    expect(plan.next(95n, target, 0)).toEqual([]);
  });

  it('no more requests at a time than set, the next when one is answered', () => {
    const plan = new SyncPlan({ ...OPTIONS, requests: 2 });
    expect(ranges(plan.next(0n, target, 0))).toEqual([
      [1n, 10n],
      [11n, 20n],
    ]);
    for (let height = 1n; height <= 10n; height += 1n) plan.accept(block(height), 0n);
    expect(plan.next(0n, target, 0)).toEqual([]);
    for (let height = 1n; height <= 5n; height += 1n) plan.take(height);
    expect(ranges(plan.next(5n, target, 0))).toEqual([[21n, 25n]]);
  });

  it('nothing when nobody is ahead', () => {
    const plan = new SyncPlan(OPTIONS);
    expect(plan.next(130n, target, 0)).toEqual([]);
    expect(plan.next(131n, target, 0)).toEqual([]);
  });
});

describe('what is taken in', () => {
  it('only from who was asked, only what was asked for, only once', () => {
    const plan = new SyncPlan(OPTIONS);
    plan.next(95n, target, 0);
    expect(plan.accept(block(96n, 10, 8n), 95n)).toBe(false);
    expect(plan.accept(block(131n), 95n)).toBe(false);
    expect(plan.accept(block(95n), 95n)).toBe(false);
    expect(plan.accept(block(97n), 95n)).toBe(true);
    expect(plan.accept(block(97n), 95n)).toBe(false);
    expect([plan.hasAsked(7n), plan.hasAsked(8n)]).toEqual([true, false]);
  });

  it('is bounded in bytes, but the very next block always fits', () => {
    const plan = new SyncPlan(OPTIONS);
    plan.next(0n, target, 0);
    expect(plan.accept(block(2n, 600), 0n)).toBe(true);
    expect(plan.accept(block(3n, 401), 0n)).toBe(false);
    expect(plan.accept(block(1n, 5000), 0n)).toBe(true);
    plan.take(1n);
    expect(plan.accept(block(3n, 400), 1n)).toBe(true);
  });

  it('what could not be judged is put back', () => {
    const plan = new SyncPlan(OPTIONS);
    plan.next(0n, target, 0);
    plan.accept(block(1n), 0n);
    const taken = plan.take(1n);
    expect(plan.take(1n)).toBeUndefined();
    if (taken) plan.putBack(taken);
    expect(plan.take(1n)).toBe(taken);
  });
});

describe('what does not come', () => {
  it('is given up after the time-out, and asked of another', () => {
    const plan = new SyncPlan(OPTIONS);
    plan.next(125n, target, 100);
    plan.accept(block(126n), 125n);
    expect(plan.nextTimeoutMs()).toBe(1100);
    expect(plan.expire(1099)).toEqual([]);
    expect(plan.expire(1100)).toEqual([7n]);
    expect(ranges(plan.next(125n, { ...target, origin: 9n }, 1100))).toEqual([[127n, 130n]]);
  });

  it('waits on while the peer sends something', () => {
    const plan = new SyncPlan(OPTIONS);
    plan.next(95n, target, 0);
    plan.touch(7n, 500);
    expect(plan.expire(1400)).toEqual([]);
    expect(plan.expire(1500)).toEqual([7n]);
  });

  it('is asked of another when the peer is dropped', () => {
    const plan = new SyncPlan(OPTIONS);
    plan.next(125n, target, 0);
    plan.accept(block(126n), 125n);
    plan.dropPeer(7n);
    expect(plan.take(126n)).toBeUndefined();
    expect(ranges(plan.next(125n, { ...target, origin: 9n }, 0))).toEqual([[126n, 130n]]);
  });
});

it('covers every height exactly once, whatever comes in whatever order', () => {
  const event = fc.oneof(
    fc.integer({ min: 1, max: 40 }).map((height) => ({ height })),
    fc.constant('time' as const),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const plan = new SyncPlan({ interval: 4n, requests: 3, timeoutMs: 10, maxBytes: 1000 });
      const goal = { origin: 7n, height: 40n };
      let own = 0n;
      let now = 0;
      const open = new Map<bigint, number>();
      const ask = () => {
        for (const { start, end } of plan.next(own, goal, now)) {
          for (let height = start; height <= end; height += 1n) {
            expect(open.has(height)).toBe(false);
            open.set(height, now);
          }
        }
      };
      ask();
      for (const one of events) {
        if (one === 'time') {
          now += 10;
          if (plan.expire(now).length > 0)
            for (const [height, at] of open) if (at <= now - 10) open.delete(height);
        } else if (plan.accept(block(BigInt(one.height)), own))
          open.set(BigInt(one.height), Number.POSITIVE_INFINITY);
        while (plan.take(own + 1n)) own += 1n;
        plan.advance(own);
        ask();
      }
      // Whoever answers everything from now on brings the node to the goal.
      for (let turn = 0; turn < 100 && own < goal.height; turn += 1) {
        for (let height = own + 1n; height <= goal.height; height += 1n) plan.accept(block(height), own);
        while (plan.take(own + 1n)) own += 1n;
        plan.advance(own);
        plan.next(own, goal, now);
      }
      expect(own).toBe(goal.height);
    }),
  );
});
