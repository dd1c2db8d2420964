// What is found by its place must be what the codec finds, for any bytes; and what clients send must be found.

import { RawTransaction, Transaction, type UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { concatBytes } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TransactionParts } from './transaction-parts.ts';

const some = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
const transactions = fc.record({
  version: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff })),
  to: fc.uint8Array({ maxLength: 20 }),
  nonce: fc.string({ unit: 'grapheme-ascii', maxLength: 130 }),
  quota: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  validUntilBlock: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  data: fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array(20_000))),
  value: fc.uint8Array({ maxLength: 32 }),
  chainId: some(32),
});
const unverified: fc.Arbitrary<UnverifiedTransaction> = fc.record({
  transaction: transactions,
  transactionHash: some(33),
  witness: fc.record({ signature: some(129), sender: some(21) }),
});
const encode = (value: UnverifiedTransaction): Uint8Array =>
  RawTransaction.encode({ tx: { case: 'normalTx', value } });

const parts = new TransactionParts();

/** The found parts as a message; undefined if they are left to the codec. Stands in the middle of other bytes. */
function found(raw: Uint8Array) {
  const around = Uint8Array.of(0x0a, 0x80, 0x12);
  const list = concatBytes(around, raw, around);
  const end = around.length + raw.length;
  if (!parts.find(list, around.length, end) || !parts.isCanonical(list)) return undefined;
  return {
    body: list.slice(parts.transactionStart, parts.transactionEnd),
    transactionHash: list.slice(parts.hashStart, parts.hashEnd),
    witness: {
      signature: list.slice(parts.signatureStart, parts.signatureEnd),
      sender: list.slice(parts.senderStart, parts.senderEnd),
    },
  };
}

/** The same from the codec. */
function decoded(raw: Uint8Array) {
  const { tx } = RawTransaction.decode(raw);
  if (tx?.case !== 'normalTx') throw new Error('no normal transaction');
  const { transaction, transactionHash, witness } = tx.value;
  return { body: Transaction.encode(Transaction.create(transaction)), transactionHash, witness };
}

test('what an encoder writes is found', () => {
  fc.assert(
    fc.property(unverified, (value) => {
      const raw = encode(value);
      expect(found(raw)).toEqual(decoded(raw));
    }),
  );
});

test('bytes that were changed are either left to the codec or found as it finds them', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 3,
  });
  const cuts = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 2 }), fc.uint8Array({ maxLength: 2 }));
  let wereFound = 0;
  fc.assert(
    fc.property(unverified, changes, cuts, (value, bytes, [place, removed, inserted]) => {
      const raw = encode(value);
      // Most of what a change can break is in the first bytes.
      const near = (position: number) => position % (position % 2 ? raw.length : Math.min(raw.length, 12));
      for (const [position, byte] of bytes) raw[near(position)] = byte;
      const at = near(place);
      for (const changed of [raw, concatBytes(raw.subarray(0, at), inserted, raw.subarray(at + removed))]) {
        const result = found(changed);
        if (result === undefined) continue;
        wereFound++;
        expect(result).toEqual(decoded(changed));
      }
    }),
    { numRuns: 3000 },
  );
  expect(wereFound).toBeGreaterThan(100);
});

describe('left to the codec is', () => {
  const good: UnverifiedTransaction = {
    transaction: Transaction.create({ nonce: 'n', quota: 1n, chainId: new Uint8Array(32) }),
    transactionHash: new Uint8Array(32),
    witness: { signature: new Uint8Array(65), sender: new Uint8Array(20) },
  };
  const bytes = (hex: string) => Uint8Array.fromHex(hex);
  const length = (content: Uint8Array) => Uint8Array.of(content.length);
  /** A transaction whose inner bytes are these. */
  const around = (inner: Uint8Array): Uint8Array => {
    // Behind key and length.
    const rest = encode({ ...good, transaction: undefined }).subarray(2);
    const tx = concatBytes(bytes('0a'), length(inner), inner, rest);
    return concatBytes(bytes('0a'), Uint8Array.of((tx.length & 0x7f) | 0x80, tx.length >> 7), tx);
  };

  test.each([
    ['nothing', new Uint8Array(0)],
    ['a transaction of the other kind', bytes('1200')],
    ['one without a transaction', encode({ ...good, transaction: undefined })],
    ['one with an empty transaction', encode({ ...good, transaction: Transaction.create({}) })],
    ['one without a hash', encode({ ...good, transactionHash: new Uint8Array(0) })],
    ['one without a witness', encode({ ...good, witness: undefined })],
    ['a text beyond ASCII', encode({ ...good, transaction: Transaction.create({ nonce: 'é' }) })],
    ['a field behind it', concatBytes(encode(good), bytes('1800'))],
    ['fields out of order', around(bytes('2001 1a016e'.replaceAll(' ', '')))],
    ['a field twice', around(bytes('20012001'))],
    ['a default value', around(bytes('2000'))],
    ['an empty text', around(bytes('1a00'))],
    ['a number that is too long', around(bytes('208100'))],
    ['a version of more than 32 bits', around(bytes('08ffffffff1f'))],
    ['a quota of more than 64 bits', around(bytes('20ffffffffffffffffff02'))],
    ['a number without end', around(bytes('20ff'))],
    ['an unknown field', around(bytes('4801'))],
    ['a wrong wire type', around(bytes('1801'))],
    ['a content that is too long', around(bytes('1a026e'))],
  ])('%s', (_what, raw) => {
    expect(found(raw)).toBeUndefined();
  });

  test('but not the same with a canonical inside', () => {
    expect(found(around(bytes('08ffffffff0f1a016e20ffffffffffffffffff01')))).toBeDefined();
  });
});
