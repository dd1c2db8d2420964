import { readFileSync } from 'node:fs';
import { loadSuite } from '@hexapod/crypto/suite';
import { concatBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { decodeBftProof } from './bft-proof.ts';

const suite = await loadSuite('sm');
const recorded: { proof: string; decoded: { height: number; votes: { validator: string }[] } } = JSON.parse(
  readFileSync(new URL('../test/fixtures/bft-proof.json', import.meta.url), 'utf8'),
);
const bytes = fromHex(recorded.proof);

describe('a proof of consensus bft', () => {
  it('of an original chain says who signed what', () => {
    const { height, round, step, proposalHash, votes } = decodeBftProof(bytes, suite);
    const hex = (value: Uint8Array | undefined) => value && `0x${toHex(value)}`;
    expect({
      height: Number(height),
      proposal_hash: hex(proposalHash),
      round: Number(round),
      step,
      votes: votes.map((vote) => ({
        proposal_hash: hex(vote.proposalHash),
        signature: hex(vote.signature),
        validator: hex(vote.validator),
      })),
    }).toEqual(recorded.decoded);
  });

  it('names no validator for a signature that was changed', () => {
    const changed = bytes.slice();
    const last = changed.length - 70;
    changed[last] = (changed[last] ?? 0) ^ 1;
    const validators = decodeBftProof(changed, suite).votes.map(
      ({ validator }) => validator && toHex(validator),
    );
    const [first, second] = recorded.decoded.votes.map(({ validator }) => validator.slice(2));
    expect(validators).toEqual([first, second, undefined]);
  });

  it('may be without votes and without a hash', () => {
    const empty = fromHex('05000000000000000100000000000000020000000000000000000000'.padEnd(58, '0'));
    expect(decodeBftProof(empty, suite)).toEqual({
      height: 5n,
      round: 1n,
      step: 'Prevote',
      proposalHash: undefined,
      votes: [],
    });
  });

  it('is refused when it is cut, longer, or something else', () => {
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeBftProof(bytes.subarray(0, length), suite)).toThrow('not a proof of consensus bft');
    }
    expect(() => decodeBftProof(concatBytes(bytes, Uint8Array.of(0)), suite)).toThrow('1 bytes too many');
    expect(() => decodeBftProof(new Uint8Array(100).fill(0xff), suite)).toThrow(
      'step 4294967295 does not exist',
    );
  });
});
