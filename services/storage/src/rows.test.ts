import { be64 } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeStanding, decodeTransactionRow, encodeStanding, encodeTransactionRow } from './rows.ts';

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const location = fc.record({ height: u64, generation: u32, index: u32, offset: u32, length: u32 });
const bytes = fc.uint8Array({ maxLength: 40 });

test('a transaction that a block brought is 25 bytes', () => {
  fc.assert(
    fc.property(location, (place) => {
      const row = { transaction: place, height: be64(place.height), index: be64(BigInt(place.index)) };
      const encoded = encodeTransactionRow(row);
      expect(encoded.length).toBe(25);
      expect(decodeTransactionRow(encoded)).toEqual(row);
    }),
  );
});

test('any other row comes back as it was', () => {
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const row = fc.record({
    transaction: optional(fc.oneof(location, bytes)),
    height: optional(u64.map(be64)),
    index: optional(bytes),
  });
  fc.assert(
    fc.property(row, (value) => {
      expect(decodeTransactionRow(encodeTransactionRow(value))).toEqual(value);
    }),
  );
});

test('what stands at a height comes back as it was', () => {
  fc.assert(
    fc.property(u32, fc.boolean(), (generation, isWhole) => {
      expect(decodeStanding(encodeStanding({ generation, isWhole }))).toEqual({ generation, isWhole });
    }),
  );
});
