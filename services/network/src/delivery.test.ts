import { describe, expect, it } from 'vitest';
import { Delivery } from './delivery.ts';
import { LIMITS } from './limits.ts';
import { Lane } from './priority.ts';

/** A module that takes messages only when it is told to. */
function slowModule() {
  const taken: number[] = [];
  const waiting: (() => void)[] = [];
  const deliver = (bytes: Uint8Array) => {
    taken.push(bytes[0] ?? -1);
    return new Promise<void>((resolve) => waiting.push(resolve));
  };
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const finish = async (count: number) => {
    for (const resolve of waiting.splice(0, count)) resolve();
    await settle();
  };
  return { taken, deliver, finish };
}

function delivery(modules: Record<string, (bytes: Uint8Array) => Promise<void>>) {
  const dropped: [string, bigint, number][] = [];
  const failed: [string, unknown][] = [];
  const all = new Delivery(new Map(Object.entries(modules)), {
    dropped: (module, origin, count) => dropped.push([module, origin, count]),
    failed: (module, error) => failed.push([module, error]),
  });
  return { all, dropped, failed };
}

const marked = (mark: number, size = 1) => new Uint8Array(size).fill(mark);

describe('Delivery', () => {
  it('knows its modules', () => {
    const { all } = delivery({ controller: async () => undefined });
    expect(all.enqueue('controller', 1n, Lane.High, marked(1))).toBe(true);
    expect(all.enqueue('executor', 1n, Lane.High, marked(1))).toBe(false);
  });

  it('keeps the order of a sender, within its calls at a time', async () => {
    const { taken, deliver, finish } = slowModule();
    const { all } = delivery({ controller: deliver });
    for (let i = 0; i < 100; i++) all.enqueue('controller', 1n, Lane.High, marked(i));
    expect(taken).toHaveLength(LIMITS.deliveries);
    while (taken.length < 100) await finish(7);
    expect(taken).toEqual(Array.from({ length: 100 }, (_, i) => i));
    await finish(100);
    await all.idle();
    expect([all.messages, all.bytes]).toEqual([0, 0]);
  });

  it('senders take turns: a loud one does not hold up the others', async () => {
    const { taken, deliver, finish } = slowModule();
    const { all } = delivery({ controller: deliver });
    for (let i = 0; i < 1_000; i++) all.enqueue('controller', 1n, Lane.High, marked(1));
    for (let i = 0; i < 3; i++) all.enqueue('controller', 2n, Lane.Data, marked(2));
    await finish(7);
    expect(taken.slice(LIMITS.deliveries)).toEqual([1, 2, 1, 2, 1, 2, 1]);
  });

  it('a slow module does not hold up another', async () => {
    const slow = slowModule();
    const fast: number[] = [];
    const { all } = delivery({ slow: slow.deliver, fast: async (bytes) => void fast.push(bytes[0] ?? -1) });
    for (let i = 0; i < 100; i++) all.enqueue('slow', 1n, Lane.High, marked(1));
    all.enqueue('fast', 1n, Lane.High, marked(5));
    expect(fast).toEqual([5]);
  });

  it('is bounded for each sender: its own oldest go', () => {
    const { deliver } = slowModule();
    const { all, dropped } = delivery({ controller: deliver });
    all.enqueue('controller', 2n, Lane.High, marked(2));
    const most = LIMITS.deliveries - 1 + LIMITS.incomingMessages;
    for (let i = 0; i < most; i++) all.enqueue('controller', 1n, Lane.High, marked(1));
    expect(dropped).toEqual([]);
    all.enqueue('controller', 1n, Lane.High, marked(1));
    all.enqueue('controller', 2n, Lane.High, marked(2));
    expect(dropped).toEqual([['controller', 1n, 1]]);
    expect(all.messages).toBe(LIMITS.incomingMessages + 1);
  });

  it('is bounded over all senders: the one that holds most loses', () => {
    const { deliver } = slowModule();
    const { all, dropped } = delivery({ controller: deliver });
    const part = LIMITS.incomingBytesTotal / 8;
    // Not filled: only their lengths count here.
    const large = new Uint8Array(part);
    for (let i = 0; i < LIMITS.deliveries; i++) all.enqueue('controller', 9n, Lane.High, marked(0));
    for (const origin of [1n, 1n, 2n, 2n, 3n, 3n, 4n]) all.enqueue('controller', origin, Lane.High, large);
    expect(dropped).toEqual([]);
    all.enqueue('controller', 4n, Lane.High, large);
    expect(dropped).toEqual([['controller', 1n, 1]]);
    expect(all.bytes).toBeLessThanOrEqual(LIMITS.incomingBytesTotal);
  });

  it('few large messages are under way at a time', async () => {
    const { taken, deliver, finish } = slowModule();
    const { all } = delivery({ controller: deliver });
    const large = new Uint8Array(LIMITS.deliveryBytes / 2);
    for (let i = 0; i < 5; i++) all.enqueue('controller', 1n, Lane.High, large);
    expect(taken).toHaveLength(2);
    await finish(1);
    expect(taken).toHaveLength(3);
  });

  it('a module that fails loses that message only', async () => {
    const error = new Error('gone');
    const taken: number[] = [];
    const deliver = async ([mark = -1]: Uint8Array) => {
      if (mark === 1) throw error;
      taken.push(mark);
    };
    const { all, failed } = delivery({ controller: deliver });
    for (const mark of [0, 1, 2]) all.enqueue('controller', 1n, Lane.High, marked(mark));
    await all.idle();
    expect([taken, failed, all.bytes]).toEqual([[0, 2], [['controller', error]], 0]);
  });

  it('drops what waits when it is cleared', async () => {
    const { taken, deliver, finish } = slowModule();
    const { all } = delivery({ controller: deliver });
    for (let i = 0; i < 100; i++) all.enqueue('controller', 1n, Lane.High, marked(1));
    all.clear();
    await finish(100);
    await all.idle();
    expect([taken.length, all.bytes]).toEqual([LIMITS.deliveries, 0]);
  });
});
