import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address, Certificate, Hash, WalRecord } from '../core/types.ts';
import { BincodeError } from './bincode.ts';
import { decodeRecord, encodeRecord } from './log-records.ts';

const place = fc.maxSafeNat();
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex() as Hash);
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => bytes.toHex() as Address);
const signature = fc.uint8Array({ minLength: 65, maxLength: 65 });
const endorsement = fc.record({ signer: address, signature });
const certificate: fc.Arbitrary<Certificate> = fc.record({
  height: place,
  round: place,
  step: fc.constantFrom('prevote', 'precommit'),
  hash,
  votes: fc.array(endorsement, { maxLength: 4 }),
});
const vote = fc.record({
  height: place,
  round: place,
  step: fc.constantFrom('prevote', 'precommit', 'newview', 'newviewres'),
  hash,
  signer: address,
  signature,
});
const proposal = fc.record({
  height: place,
  round: place,
  hash,
  lock: fc.option(certificate),
  signer: address,
  signature,
});
const record: fc.Arbitrary<WalRecord> = fc.oneof(
  fc.record({ kind: fc.constant('height'), height: place }),
  fc.record({ kind: fc.constant('round'), height: place, round: place }),
  fc.record({ kind: fc.constant('block'), height: place, hash, raw: fc.uint8Array(), own: fc.boolean() }),
  fc.record({ kind: fc.constant('proposal'), proposal }),
  fc.record({ kind: fc.constant('vote'), vote }),
  fc.record({ kind: fc.constant('polka'), certificate, locked: fc.boolean() }),
  fc.record({ kind: fc.constant('decision'), certificate }),
);

test('every entry is read as it was written', () => {
  fc.assert(
    fc.property(record, (entry) => {
      expect(decodeRecord(encodeRecord(entry))).toEqual(entry);
    }),
  );
});

test('bytes that are no entry are refused with a BincodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        const entry = decodeRecord(bytes);
        expect(decodeRecord(encodeRecord(entry))).toEqual(entry);
      } catch (error) {
        expect(error).toBeInstanceOf(BincodeError);
      }
    }),
  );
});
