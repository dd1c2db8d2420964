import { VirtualClock } from '@hexapod/common/clock';
import { loadSuite } from '@hexapod/crypto/suite';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, it } from 'vitest';
import { account, normal } from '../test/support/accounts.ts';
import { Overloaded } from './overloaded.ts';
import { SignatureQueue } from './signature-queue.ts';
import { type ChainTransaction, chainTransaction } from './transaction.ts';

const suite = await loadSuite('eth');
const user = account(suite, 1);
const transactions = Array.from({ length: 12 }, (_, n) => {
  const tx = chainTransaction(normal(suite, user, { nonce: `${n}` }));
  if (tx === undefined) throw new Error('made of whole parts');
  return tx;
});
const tx = (n: number): ChainTransaction => {
  const found = transactions[n];
  if (found === undefined) throw new RangeError(`${n}`);
  return found;
};

/** A queue whose checks are answered when the test says so. */
function queueOf(options: { maxBatch?: number; maxWaiting?: number } = {}) {
  const clock = new VirtualClock();
  const batches: { size: number; answer(codes: Code[]): void; fail(error: Error): void }[] = [];
  const queue = new SignatureQueue(
    { windowMs: 2, maxBatch: 5, maxWaiting: 10, ...options },
    {
      clock,
      check: (batch) =>
        new Promise((resolve, reject) => batches.push({ size: batch.length, answer: resolve, fail: reject })),
    },
  );
  return { batches, clock, queue };
}

const good = (size: number): Code[] => Array.from({ length: size }, () => Code.Success);

describe('the signature queue', () => {
  it('gathers calls that come together into one check', async () => {
    const { batches, clock, queue } = queueOf();
    const answers = Promise.all([0, 1, 2].map((n) => queue.check(tx(n))));
    expect(batches).toEqual([]);
    clock.advance(2);
    expect(batches.map(({ size }) => size)).toEqual([3]);
    batches[0]?.answer([Code.Success, Code.SigCheckError, Code.Success]);
    expect(await answers).toEqual([Code.Success, Code.SigCheckError, Code.Success]);
  });

  it('gathers while a check is under way, and begins the next as soon as it ends', async () => {
    const { batches, clock, queue } = queueOf();
    const first = queue.check(tx(0));
    clock.advance(2);
    const later = Promise.all([1, 2].map((n) => queue.check(tx(n))));
    clock.advance(100);
    expect(batches).toHaveLength(1);
    batches[0]?.answer(good(1));
    await first;
    await Promise.resolve();
    expect(batches.map(({ size }) => size)).toEqual([1, 2]);
    batches[1]?.answer(good(2));
    expect(await later).toEqual(good(2));
  });

  it('does not wait with a full batch, and never makes a larger one', async () => {
    const { batches, queue } = queueOf();
    const answers = Promise.all([0, 1, 2, 3, 4, 5, 6].map((n) => queue.check(tx(n))));
    expect(batches.map(({ size }) => size)).toEqual([5]);
    batches[0]?.answer(good(5));
    await Promise.resolve();
    await Promise.resolve();
    batches[1]?.answer(good(2));
    expect(await answers).toEqual(good(7));
  });

  it('refuses more than it may keep waiting', async () => {
    const { clock, batches, queue } = queueOf({ maxBatch: 100, maxWaiting: 10 });
    const waiting = Promise.all(Array.from({ length: 10 }, (_, n) => queue.check(tx(n))));
    await expect(queue.check(tx(10))).rejects.toThrow(Overloaded);
    clock.advance(2);
    batches[0]?.answer(good(10));
    await waiting;
    void queue.check(tx(10));
  });

  it('tells all of a batch when the check fails, and goes on', async () => {
    const { batches, clock, queue } = queueOf();
    const lost = queue.check(tx(0));
    clock.advance(2);
    batches[0]?.fail(new Error('broken'));
    await expect(lost).rejects.toThrow('broken');
    const next = queue.check(tx(1));
    clock.advance(2);
    batches[1]?.answer(good(1));
    expect(await next).toBe(Code.Success);
  });
});
