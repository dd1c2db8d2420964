import { createHash } from 'node:crypto';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordedMessages } from '../../test/recorded.ts';
import { BincodeError } from './bincode.ts';
import type { FollowerVote } from './wire-messages.ts';
import {
  decodeBlockAnswer,
  decodeBlockRequest,
  decodeLeaderVote,
  decodeSignedProposal,
  decodeSignedVote,
  encodeBlockAnswer,
  encodeBlockRequest,
  encodeLeaderVote,
  encodeNetworkProposal,
  encodeSignedProposal,
  encodeSignedVote,
  encodeVote,
  WireStep,
} from './wire-messages.ts';

const HASH = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const ADDRESS = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3';
const HASH_ON_WIRE = `4200000000000000${toHex(new TextEncoder().encode(`0x${HASH}`))}`;
const ADDRESS_ON_WIRE = `2a00000000000000${toHex(new TextEncoder().encode(`0x${ADDRESS}`))}`;
const RAW = fromHex('010203');
const SIG = new Uint8Array(65).fill(0x11);

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', ''));

describe('golden vectors (docs/protocol/consensus.md 9.1)', () => {
  test('a follower vote with a hash', () => {
    const vote: FollowerVote = { height: 5n, round: 1n, step: WireStep.Precommit, hash: HASH };
    const expected = bytes(`0500000000000000 0100000000000000 04000000 01 ${HASH_ON_WIRE}`);
    expect(encodeVote(vote)).toEqual(expected);
    expect(expected.length).toBe(95);
  });

  test('a newview without a hash', () => {
    const vote: FollowerVote = { height: 5n, round: 1n, step: WireStep.NewView, hash: null };
    expect(toHex(encodeVote(vote))).toBe('050000000000000001000000000000000800000000');
  });

  test('a nil leader vote', () => {
    const vote = { height: 5n, round: 1n, step: WireStep.Prevote, hash: null, votes: [] };
    expect(toHex(encodeLeaderVote(vote))).toBe('0500000000000000010000000000000002000000000000000000000000');
  });

  test('a proposal without a lock, and signed', () => {
    const voteProposal = { phash: HASH, lockRound: null, lockVotes: null };
    const proposal = { height: 5n, round: 1n, voteProposal, rawProposal: RAW };
    const expected = `0500000000000000 0100000000000000 ${HASH_ON_WIRE} 00 00 0300000000000000 010203`;
    expect(encodeNetworkProposal(proposal)).toEqual(bytes(expected));
    const signed = encodeSignedProposal({ proposal, sig: SIG, sender: ADDRESS });
    expect(signed).toEqual(bytes(`${expected} 4100000000000000 ${'11'.repeat(65)} ${ADDRESS_ON_WIRE}`));
    expect(signed.length).toBe(226);
    expect(decodeSignedProposal(signed)).toEqual({ proposal, sig: SIG, sender: ADDRESS });
  });

  test('a proposal with a lock', () => {
    const vote = { height: 5n, round: 0n, step: WireStep.Prevote, hash: HASH };
    const lockVotes = {
      votesBySender: [[ADDRESS, { vote, sig: SIG }]] as const,
      votesByProposal: [[HASH, 1n]] as const,
      count: 1n,
    };
    const voteProposal = { phash: HASH, lockRound: 0n, lockVotes };
    const encoded = encodeNetworkProposal({ height: 5n, round: 1n, voteProposal, rawProposal: RAW });
    expect(encoded.length).toBe(435);
    expect(createHash('sha256').update(encoded).digest('hex')).toBe(
      'd7aafa6b2bc3a8a5e429cfe197d498d695294a3a47d6d1997dbbee83b3825a17',
    );
  });

  test.each([
    [65, 168, 607],
    [128, 231, 796],
  ])('sizes with signatures of %i bytes', (signature, single, three) => {
    const vote: FollowerVote = { height: 5n, round: 1n, step: WireStep.Prevote, hash: HASH };
    const signed = { vote, sig: new Uint8Array(signature) };
    expect(encodeSignedVote(signed).length).toBe(single);
    expect(encodeLeaderVote({ ...vote, votes: [signed, signed, signed] }).length).toBe(three);
  });
});

/** Decoder and encoder of each message type. */
const CODECS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  proposal: (body) => encodeSignedProposal(decodeSignedProposal(body)),
  prevote: (body) => encodeSignedVote(decodeSignedVote(body)),
  precommit: (body) => encodeSignedVote(decodeSignedVote(body)),
  newview: (body) => encodeSignedVote(decodeSignedVote(body)),
  lprevote: (body) => encodeLeaderVote(decodeLeaderVote(body)),
  lprecommit: (body) => encodeLeaderVote(decodeLeaderVote(body)),
  fetch: (body) => encodeBlockRequest(decodeBlockRequest(body)),
  block: (body) => encodeBlockAnswer(decodeBlockAnswer(body)),
};

test('every recorded message of original validators is written again as it was', () => {
  const messages = recordedMessages();
  expect(messages.length).toBe(2368);
  for (const { type, bytes: body } of messages) {
    const again = CODECS[type]?.(body);
    expect(again === undefined ? type : toHex(again)).toBe(toHex(body));
  }
});

describe('leniency of the reader (docs/protocol/consensus.md 3.3)', () => {
  const head = '0500000000000000 0100000000000000 04000000 01';
  const text = (value: string): string =>
    `${value.length.toString(16).padStart(2, '0')}00000000000000 ${toHex(new TextEncoder().encode(value))}`;
  const read = (hash: string, tail = ''): string | null =>
    decodeSignedVote(bytes(`${head} ${text(hash)} 0000000000000000 ${tail}`)).vote.hash;

  test('what follows the value, upper-case digits and a missing 0x', () => {
    expect(read(`0x${HASH}`, 'ffff')).toBe(HASH);
    expect(read(`0x${HASH.toUpperCase()}`)).toBe(HASH);
    expect(read(HASH)).toBe(HASH);
  });

  test('blanks are skipped and leave zero bytes at the end', () => {
    expect(read(`0x \n${HASH.slice(0, 62)}`)).toBe(`${HASH.slice(0, 62)}00`);
    expect(read(`0x ${HASH.slice(0, 63)}`)).toBe(`${HASH.slice(0, 62)}00`);
  });

  test.each([
    ['a digit that is none', `0x${'g'.repeat(64)}`],
    ['a text too short', '0x00'],
    ['a text too long', `0x${HASH}00`],
  ])('%s is refused', (_, hash) => {
    expect(() => read(hash)).toThrow(BincodeError);
  });

  test('an unknown step or option tag is refused', () => {
    expect(() =>
      decodeSignedVote(bytes(`0500000000000000 0100000000000000 0a000000 00 0000000000000000`)),
    ).toThrow('is no step');
    expect(() =>
      decodeSignedVote(bytes(`0500000000000000 0100000000000000 04000000 02 0000000000000000`)),
    ).toThrow('is no tag');
  });

  test('a count is believed no further than the bytes there are', () => {
    const hugeCount = bytes(`0500000000000000 0100000000000000 02000000 00 ffffffffffffffff`);
    expect(() => decodeLeaderVote(hugeCount)).toThrow(BincodeError);
    expect(() => decodeSignedVote(hugeCount)).toThrow(BincodeError);
  });
});

test('any bytes decode or are refused with a BincodeError, never otherwise', () => {
  const recorded = recordedMessages().filter((_, index) => index % 40 === 0);
  const damaged = fc
    .record({ from: fc.constantFrom(...recorded), at: fc.nat(), to: fc.nat(255), length: fc.nat() })
    .map(({ from, at, to, length }) => {
      const body = from.bytes.slice(0, 1 + (length % from.bytes.length));
      body[at % body.length] = to;
      return body;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (body) => {
      for (const again of Object.values(CODECS)) {
        try {
          // What decodes has a canonical form, and that is a fixed point.
          const canonical = again(body);
          expect(again(canonical)).toEqual(canonical);
        } catch (error) {
          expect(error).toBeInstanceOf(BincodeError);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
