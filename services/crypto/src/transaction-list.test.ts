import { RawTransaction, RawTransactions, UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { concatBytes, fromHex } from '@hexapod/protocol/bytes';
import { MAX_ELEMENTS } from '@hexapod/protocol/reader';
import { DecodeError, delimited } from '@hexapod/protocol/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placesIn } from './transaction-list.ts';

const rawTransaction = (hash: Uint8Array): Uint8Array =>
  RawTransaction.encode({
    tx: { case: 'normalTx', value: UnverifiedTransaction.create({ transactionHash: hash }) },
  });
/** A field that RawTransactions does not have. */
const UNKNOWN = fromHex('7a03010203');

const contents = (list: Uint8Array): Uint8Array[] => {
  const { starts, ends } = placesIn(list);
  expect(ends.length).toBe(starts.length);
  return starts.map((start, index) => list.slice(start, ends[index]));
};

test('the places are those of the transactions, whatever stands between them', () => {
  const hash = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constant(new Uint8Array(20_000)));
  const element = fc.oneof(
    { weight: 5, arbitrary: hash.map(rawTransaction) },
    // Empty: neither kind.
    { weight: 1, arbitrary: fc.constant(new Uint8Array(0)) },
  );
  const isFollowed = fc.integer({ min: 0, max: 9 }).map((number) => number === 0);
  fc.assert(
    fc.property(fc.array(fc.tuple(element, isFollowed), { maxLength: 20 }), (fields) => {
      const parts = fields.map(([bytes, isUnknownNext]) =>
        isUnknownNext ? concatBytes(delimited(1, bytes), UNKNOWN) : delimited(1, bytes),
      );
      // A view, as it comes from the network.
      const list = concatBytes(UNKNOWN, ...parts).subarray(UNKNOWN.length);
      expect(contents(list)).toEqual(fields.map(([bytes]) => new Uint8Array(bytes)));
      expect(RawTransactions.decode(list).body).toHaveLength(fields.length);
    }),
  );
});

test('bytes that were changed are refused, or taken as the codec takes them', () => {
  const changes = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  const list = concatBytes(
    ...[5, 0, 200].map((length) => delimited(1, rawTransaction(new Uint8Array(length)))),
  );
  fc.assert(
    fc.property(fc.array(changes, { minLength: 1, maxLength: 3 }), (changed) => {
      const bytes = list.slice();
      for (const [at, byte] of changed) bytes[at % 20] = byte;
      let decoded: RawTransactions;
      try {
        decoded = RawTransactions.decode(bytes);
      } catch {
        // Each thread decodes what it has got: a wrong transaction is found there.
        return;
      }
      const places = contents(bytes);
      expect(places.map((content) => RawTransaction.decode(content))).toEqual(decoded.body);
    }),
    { numRuns: 1000 },
  );
});

describe('what is no list is refused', () => {
  test.each([
    ['a truncated transaction', '0a05'],
    ['a truncated length', '0a80'],
    ['a length of more than the rest', '0affffff7f'],
    ['a length of 64 bits', '0affffffffffffffffff01'],
    ['a number', '0801'],
    ['an end of a group', '0c'],
  ])('%s', (_what, hex) => {
    expect(() => placesIn(fromHex(hex))).toThrow(DecodeError);
  });

  test('one of more transactions than a message may have elements', () => {
    const most = new Uint8Array(2 * MAX_ELEMENTS).map((_, index) => (index % 2 === 0 ? 0x0a : 0));
    expect(placesIn(most).starts.length).toBe(MAX_ELEMENTS);
    expect(() => placesIn(concatBytes(most, fromHex('0a00')))).toThrow(DecodeError);
  });
});

test('no transaction, no place', () => {
  expect(placesIn(new Uint8Array(0)).starts).toEqual([]);
  expect(placesIn(UNKNOWN).starts).toEqual([]);
});
