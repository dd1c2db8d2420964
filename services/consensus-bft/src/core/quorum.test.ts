import { describe, expect, test } from 'vitest';
import { faultsOf, isQuorum, leaderOf, quorumOf } from './quorum.ts';
import type { Address, Certificate, Hash } from './types.ts';

const names = [...'ABCDEFG'] as Address[];

test('quorum and faults (docs/protocol/consensus.md, notation)', () => {
  const table = Array.from({ length: 13 }, (_, n) => [quorumOf(n), faultsOf(n)]);
  const quorums = [1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9];
  const faults = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3];
  expect(table).toEqual(quorums.map((quorum, n) => [quorum, faults[n]]));
  for (let n = 1; n < 200; n += 1) {
    // Any two quorums share a correct validator, and the correct ones alone are a quorum.
    expect(2 * quorumOf(n) - n).toBeGreaterThan(faultsOf(n));
    expect(n - faultsOf(n)).toBeGreaterThanOrEqual(quorumOf(n));
  }
});

test('leaders (docs/protocol/consensus.md 9.4)', () => {
  const four = names.slice(0, 4);
  expect([0, 1, 3].map((round) => leaderOf(four, 5, round))).toEqual(['B', 'C', 'A']);
  expect(leaderOf(four, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toBe('C');
  expect(leaderOf([], 5, 0)).toBeUndefined();
});

describe('a certificate', () => {
  const certificate = (signers: string): Certificate => ({
    height: 1,
    round: 0,
    step: 'precommit',
    hash: 'h' as Hash,
    votes: [...signers].map((signer) => ({ signer: signer as Address, signature: new Uint8Array(0) })),
  });

  test.each([
    ['ABC', true],
    ['ABCD', true],
    ['AB', false],
    ['', false],
    ['AAB', false],
    ['AABC', false],
    ['ABE', false],
    ['ABCE', false],
  ])('signed by "%s" is a quorum of ABCD: %s', (signers, expected) => {
    expect(isQuorum(certificate(signers), names.slice(0, 4))).toBe(expected);
  });
});
