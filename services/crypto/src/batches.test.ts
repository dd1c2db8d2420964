import { RawTransaction, RawTransactions, UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { concatBytes, fromHex } from '@hexapod/protocol/bytes';
import { DecodeError, delimited } from '@hexapod/protocol/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutIntoBatches } from './batches.ts';

const transaction = (hash: Uint8Array): RawTransaction => ({
  tx: { case: 'normalTx', value: UnverifiedTransaction.create({ transactionHash: hash }) },
});
/** A field that RawTransactions does not have. */
const UNKNOWN = fromHex('7a03010203');

test('the batches are the list again, each within its bounds and in place', () => {
  const element = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.uint8Array({ maxLength: 60 }).map((hash) => RawTransaction.encode(transaction(hash))),
    },
    // Empty: neither kind.
    { weight: 1, arbitrary: fc.constant(new Uint8Array(0)) },
  );
  const field = fc.tuple(element, fc.boolean());
  fc.assert(
    fc.property(
      fc.array(field, { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 200 }),
      (fields, maxCount, maxBytes) => {
        const parts = fields.map(([bytes, isFollowed]) =>
          isFollowed ? concatBytes(delimited(1, bytes), UNKNOWN) : delimited(1, bytes),
        );
        const list = Buffer.concat(parts);
        const whole = RawTransactions.decode(list).body;
        const { count, batches } = cutIntoBatches(list, { maxCount, maxBytes });
        expect(count).toBe(whole.length);
        expect(Buffer.concat(batches.map(({ bytes }) => bytes))).toEqual(count > 0 ? list : Buffer.alloc(0));
        let first = 0;
        for (const batch of batches) {
          expect(batch.first).toBe(first);
          const { body } = RawTransactions.decode(batch.bytes);
          expect(body).toEqual(whole.slice(first, first + body.length));
          expect(body.length).toBeGreaterThan(0);
          const hasEmpty = body.some(({ tx }) => tx === undefined);
          if (!hasEmpty) expect(body.length).toBeLessThanOrEqual(maxCount);
          first += body.length;
        }
        expect(first).toBe(count);
      },
    ),
  );
});

test('a large transaction is a batch of its own', () => {
  const list = RawTransactions.encode({
    body: [10, 500, 10, 10].map((length) => transaction(new Uint8Array(length))),
  });
  const { batches } = cutIntoBatches(list, { maxCount: 100, maxBytes: 100 });
  expect(batches.map(({ first }) => first)).toEqual([0, 1, 2]);
});

test('no transaction, no batch; what is no list is refused', () => {
  expect(cutIntoBatches(new Uint8Array(0), { maxCount: 1, maxBytes: 1 })).toEqual({ count: 0, batches: [] });
  expect(cutIntoBatches(UNKNOWN, { maxCount: 1, maxBytes: 1 })).toEqual({ count: 0, batches: [] });
  expect(() => cutIntoBatches(fromHex('0a05'), { maxCount: 1, maxBytes: 1 })).toThrow(DecodeError);
  expect(() => cutIntoBatches(fromHex('0801'), { maxCount: 1, maxBytes: 1 })).toThrow(DecodeError);
});
