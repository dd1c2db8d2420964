import { RawTransaction, RawTransactions, Transaction } from '@hexapod/protocol/blockchain';
import { Z32 } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, type BatchLimits, Shards } from './shards.ts';
import { placesIn } from './transaction-list.ts';

const WIDE: BatchLimits = { maxCount: 10, maxBytes: 1 << 20 };

/** From the sender with this number; without one, no transaction of either kind. */
function transactionOf(sender: number | undefined, nonce: number, data = 1): RawTransaction {
  if (sender === undefined) return { tx: undefined };
  const transaction = Transaction.create({ nonce: `${nonce}`, data: new Uint8Array(data) });
  const witness = { signature: new Uint8Array(65), sender: new Uint8Array(20).fill(sender) };
  return { tx: { case: 'normalTx', value: { transaction, transactionHash: Z32, witness } } };
}

function shardsOf(transactions: readonly RawTransaction[], threads: number, limits = WIDE): Shards {
  const list = RawTransactions.encode({ body: [...transactions] });
  const shards = new Shards(list, placesIn(list), threads, limits);
  while (shards.assign(7)) expect(transactions.length).toBeGreaterThan(7);
  return shards;
}

/** All that a thread takes. */
function takeAll(shards: Shards, thread: number): Batch[] {
  const batches: Batch[] = [];
  for (let batch = shards.take(thread); batch; batch = shards.take(thread)) batches.push(batch);
  return batches;
}

/** The transactions of a batch, by their position. */
function contentOf({ transactions: { bytes, ends }, positions }: Batch): [number, RawTransaction][] {
  expect(ends.length).toBe(positions.length);
  expect(ends.at(-1)).toBe(bytes.length);
  expect(bytes.length).toBe(bytes.buffer.byteLength);
  return positions.map((position, index) => {
    const raw = bytes.subarray(ends[index - 1] ?? 0, ends[index]);
    return [position, RawTransaction.decode(raw)];
  });
}

test('each transaction is taken once, in batches within their bounds', () => {
  const sender = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
  const transaction = fc.tuple(sender, fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(900)));
  fc.assert(
    fc.property(
      fc.array(transaction, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
      (list, threads, turns) => {
        const transactions = list.map(([from, data], index) => transactionOf(from, index, data));
        const shards = shardsOf(transactions, threads, { maxCount: 4, maxBytes: 1000 });
        const batches: Batch[] = [];
        for (let turn = 0; ; turn++) {
          const batch = shards.take((turns[turn % turns.length] ?? 0) % threads);
          if (batch === undefined) break;
          batches.push(batch);
        }
        for (const { transactions: taken, positions } of batches) {
          expect(positions.length).toBeGreaterThan(0);
          expect(positions.length).toBeLessThanOrEqual(4);
          if (positions.length > 1) expect(taken.bytes.length).toBeLessThanOrEqual(1000);
        }
        const content = batches.flatMap(contentOf).sort(([a], [b]) => a - b);
        expect(content).toEqual(transactions.map((one, index) => [index, one]));
      },
    ),
  );
});

describe('with two threads', () => {
  // Sender 2 belongs to thread 0, sender 3 to thread 1.
  test('each gets the transactions of its own senders, in their order', () => {
    const transactions = Array.from({ length: 40 }, (_, index) => transactionOf(2 + (index % 2), index));
    const shards = shardsOf(transactions, 2);
    const first = [shards.take(0), shards.take(0)].flatMap((batch) => batch?.positions ?? []);
    const second = [shards.take(1), shards.take(1)].flatMap((batch) => batch?.positions ?? []);
    expect(first).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index));
    expect(second).toEqual(Array.from({ length: 20 }, (_, index) => 2 * index + 1));
    expect(shards.take(0)).toBeUndefined();
  });

  test('one that has done its own takes of the other, so a single sender keeps both at work', () => {
    const transactions = Array.from({ length: 100 }, (_, index) => transactionOf(2, index));
    const shards = shardsOf(transactions, 2);
    expect(shards.take(0)?.positions[0]).toBe(0);
    expect(shards.take(1)?.positions[0]).toBe(10);
    expect(takeAll(shards, 1)).toHaveLength(8);
    expect(shards.take(0)).toBeUndefined();
  });

  test('what has no sender is spread evenly', () => {
    const shards = shardsOf(Array<RawTransaction>(8).fill({ tx: undefined }), 2);
    expect([shards.take(0)?.positions, shards.take(1)?.positions]).toEqual([
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ]);
  });
});

test('no transaction, no batch', () => {
  expect(takeAll(shardsOf([], 3), 0)).toEqual([]);
});
