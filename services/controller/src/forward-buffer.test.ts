import { VirtualClock } from '@hexapod/common/clock';
import { loadSuite } from '@hexapod/crypto/suite';
import { describe, expect, it } from 'vitest';
import { account, normal } from '../test/support/accounts.ts';
import { ForwardBuffer } from './forward-buffer.ts';
import { type ChainTransaction, chainTransaction } from './transaction.ts';

const suite = await loadSuite('eth');
const user = account(suite, 1);
const tx = (nonce: string): ChainTransaction => {
  const made = chainTransaction(normal(suite, user, { nonce }));
  if (made === undefined) throw new Error('made of whole parts');
  return made;
};
const SIZE = tx('0').bytes.length;

function bufferOf(options: { maxCount?: number; maxBytes?: number; maxWaitingBytes?: number } = {}) {
  const clock = new VirtualClock();
  const batches: string[][] = [];
  const done: (() => void)[] = [];
  const gone = new Set<ChainTransaction>();
  const names = new Map<ChainTransaction, string>();
  const buffer = new ForwardBuffer(
    { windowMs: 20, maxCount: 100, maxBytes: 1_000_000, maxWaitingBytes: 2_000_000, ...options },
    {
      clock,
      isPending: (one) => !gone.has(one),
      broadcast: (batch) => {
        batches.push(batch.map((one) => names.get(one) ?? '?'));
        return new Promise((resolve) => done.push(resolve));
      },
    },
  );
  const add = (name: string) => {
    const one = tx(name);
    names.set(one, name);
    return { one, isTaken: buffer.add(one) };
  };
  return { add, batches, buffer, clock, done, gone };
}

describe('the forward buffer', () => {
  it('sends what came within the window in one message', () => {
    const { add, batches, clock } = bufferOf();
    add('a');
    clock.advance(19);
    add('b');
    expect(batches).toEqual([]);
    clock.advance(1);
    expect(batches).toEqual([['a', 'b']]);
  });

  it('does not wait with a full batch', () => {
    const { add, batches } = bufferOf({ maxCount: 2 });
    add('a');
    add('b');
    expect(batches).toEqual([['a', 'b']]);
  });

  it('keeps a batch below the size of a message', async () => {
    const { add, batches, clock, done } = bufferOf({ maxBytes: 2 * SIZE });
    for (const name of ['a', 'b', 'c']) add(name);
    expect(batches).toEqual([['a', 'b']]);
    done[0]?.();
    await clock.advanceAsync(20);
    expect(batches).toEqual([['a', 'b'], ['c']]);
  });

  it('has one message under way at a time', async () => {
    const { add, batches, clock, done } = bufferOf();
    add('a');
    clock.advance(20);
    add('b');
    await clock.advanceAsync(1000);
    expect(batches).toEqual([['a']]);
    done[0]?.();
    await clock.advanceAsync(20);
    expect(batches).toEqual([['a'], ['b']]);
  });

  it('leaves out what is in a block meanwhile', () => {
    const { add, batches, clock, gone } = bufferOf();
    gone.add(add('a').one);
    add('b');
    clock.advance(20);
    expect(batches).toEqual([['b']]);
  });

  it('is bounded while the network process is slow', () => {
    const { add, clock } = bufferOf({ maxWaitingBytes: 2 * SIZE });
    expect(add('a').isTaken).toBe(true);
    clock.advance(20);
    expect(['b', 'c', 'd'].map((name) => add(name).isTaken)).toEqual([true, true, false]);
  });

  it('sends nothing after it was stopped', () => {
    const { add, batches, buffer, clock } = bufferOf();
    add('a');
    buffer.stop();
    clock.advance(1000);
    expect(batches).toEqual([]);
  });
});
