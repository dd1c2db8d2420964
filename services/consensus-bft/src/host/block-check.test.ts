import { loadSuite } from '@hexapod/crypto/suite';
import { Code } from '@hexapod/protocol/status-code';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RecordedProof } from '../../test/recorded.ts';
import { recordedProofs } from '../../test/recorded.ts';
import { decodeProof } from '../codec/proof.ts';
import type { LeaderVote, SignedFollowerVote } from '../codec/wire-messages.ts';
import { encodeLeaderVote, encodeVote, WireStep } from '../codec/wire-messages.ts';
import type { Address } from '../core/types.ts';
import type { ChainView } from './block-check.ts';
import { checkBlock } from './block-check.ts';
import type { ChainCrypto } from './chain-crypto.ts';
import { Signatures } from './signatures.ts';

const suite = await loadSuite('sm');
let recoveries = 0;
const crypto: ChainCrypto = {
  name: 'sm',
  hash: (data) => suite.hash(data),
  recover(hash, signature) {
    recoveries += 1;
    try {
      return suite.recover(hash, signature).toHex() as Address;
    } catch {
      return null;
    }
  },
  sign: () => Promise.reject(new Error('nobody signs here')),
};
const signatures = new Signatures(crypto);
const recorded = recordedProofs();

const viewOf = ({ height, validators }: RecordedProof): ChainView => ({ height: height - 1n, validators });
const check = (block: RecordedProof, proof = block.proof, view: ChainView | null = viewOf(block)) =>
  checkBlock({ proposal: { height: block.height, data: block.data }, proof }, view, signatures);

test('every proof that original validators made holds', async () => {
  expect(recorded.length).toBe(237);
  for (const block of recorded) expect(await check(block), `height ${block.height}`).toBe(Code.Success);
});

test('a signature seen before is not computed again', async () => {
  const [block] = recorded;
  if (block === undefined) throw new Error('no fixture');
  await check(block);
  const before = recoveries;
  expect(await check(block)).toBe(Code.Success);
  expect(recoveries).toBe(before);
});

test('remembered signers are bounded', async () => {
  const few = new Signatures(crypto, 10);
  for (const block of recorded.slice(0, 8)) {
    const proof = decodeProof(block.proof);
    if (proof !== null) await few.voters(proof);
  }
  expect(few.size).toBe(10);
});

test('no recorded proof with a byte changed, cut or added holds, and none is answered with an exception', async () => {
  const change = fc.record({
    from: fc.constantFrom(...recorded),
    at: fc.nat(),
    to: fc.nat(255),
    how: fc.nat(4),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ from, at, to, how }) => {
      const place = at % from.proof.length;
      const bytes =
        how === 0
          ? from.proof.slice(0, place)
          : how === 1
            ? Buffer.concat([from.proof, Buffer.of(to)])
            : from.proof.with(place, to);
      fc.pre(bytes.length !== from.proof.length || bytes[place] !== from.proof[place]);
      expect(await check(from, bytes)).toBe(Code.ProposalCheckError);
    }),
    { numRuns: 500 },
  );
});

describe('a proof that was tampered with does not hold', () => {
  /** A block with three votes of four validators. */
  let block: RecordedProof;
  let proof: LeaderVote;
  let votes: readonly [SignedFollowerVote, SignedFollowerVote, SignedFollowerVote];

  beforeAll(() => {
    const found = recorded.find(({ validators }) => validators.length === 4);
    const decoded = found === undefined ? null : decodeProof(found.proof);
    const [a, b, c] = decoded?.votes ?? [];
    if (!found || !decoded || !a || !b || !c) throw new Error('no fitting fixture');
    [block, proof, votes] = [found, decoded, [a, b, c]];
  });

  const stranger = (vote: LeaderVote): SignedFollowerVote => {
    const { height, round, step, hash } = vote;
    const key = new Uint8Array(32).fill(7);
    const sig = suite.sign(key, suite.hash(encodeVote({ height, round, step, hash })));
    return { vote: { height, round, step, hash }, sig };
  };
  const restep = (vote: LeaderVote, step: WireStep): LeaderVote => ({
    ...vote,
    step,
    votes: vote.votes.map(({ vote: single, sig }) => ({ vote: { ...single, step }, sig })),
  });
  const each = (vote: LeaderVote, change: Partial<LeaderVote>): LeaderVote => ({
    ...vote,
    ...change,
    votes: vote.votes.map(({ vote: single, sig }) => ({
      vote: { ...single, ...change, votes: undefined },
      sig,
    })),
  });

  const mutations: readonly (readonly [string, (proof: LeaderVote) => LeaderVote])[] = [
    ['one vote less than a quorum', (p) => ({ ...p, votes: p.votes.slice(1) })],
    ['one vote only', (p) => ({ ...p, votes: p.votes.slice(0, 1) })],
    ['no votes', (p) => ({ ...p, votes: [] })],
    ['a repeated signer', (p) => ({ ...p, votes: [votes[0], votes[0], votes[1]] })],
    ['a repeated signer beside a quorum', (p) => ({ ...p, votes: [...p.votes, votes[0]] })],
    ['a foreign signer', (p) => ({ ...p, votes: [votes[0], votes[1], stranger(p)] })],
    ['a foreign signer beside a quorum', (p) => ({ ...p, votes: [...p.votes, stranger(p)] })],
    ['prevotes', (p) => restep(p, WireStep.Prevote)],
    ['the step of the proof alone', (p) => ({ ...p, step: WireStep.Prevote })],
    ['another round', (p) => each(p, { round: p.round + 1n })],
    ['another round in the proof alone', (p) => ({ ...p, round: p.round + 1n })],
    ['another height', (p) => each(p, { height: p.height + 1n })],
    ['another hash', (p) => each(p, { hash: 'ff'.repeat(32) })],
    ['no hash', (p) => each(p, { hash: null })],
    [
      'a short signature',
      (p) => ({ ...p, votes: [votes[0], votes[1], { ...votes[2], sig: votes[2].sig.slice(1) }] }),
    ],
    [
      'an empty signature',
      (p) => ({ ...p, votes: [votes[0], votes[1], { ...votes[2], sig: new Uint8Array(0) }] }),
    ],
    [
      'exchanged signatures',
      (p) => ({ ...p, votes: [votes[0], votes[1], { ...votes[2], sig: votes[1].sig }] }),
    ],
  ];
  test.each(mutations)('%s', async (_, mutate) => {
    expect(await check(block, encodeLeaderVote(mutate(proof)))).toBe(Code.ProposalCheckError);
  });

  test('bytes that are not the canonical form', async () => {
    const { proof: bytes } = block;
    expect(await check(block, new Uint8Array([...bytes, 0]))).toBe(Code.ProposalCheckError);
    expect(await check(block, new Uint8Array(0))).toBe(Code.ProposalCheckError);
    for (let length = 0; length < bytes.length; length += 37) {
      expect(await check(block, bytes.slice(0, length))).toBe(Code.ProposalCheckError);
    }
    const upper = bytes.slice();
    const digit = upper.findIndex((byte, at) => at > 30 && byte >= 0x61 && byte <= 0x66);
    upper[digit] = (upper[digit] ?? 0) - 0x20;
    expect(await check(block, upper)).toBe(Code.ProposalCheckError);
  });

  test('any single bit, in any place', async () => {
    for (let at = 0; at < block.proof.length; at += 11) {
      const bytes = block.proof.slice();
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      expect(await check(block, bytes), `byte ${at}`).toBe(Code.ProposalCheckError);
    }
  });

  test('for other data', async () => {
    expect(await check({ ...block, data: new Uint8Array([...block.data, 0]) })).toBe(Code.ProposalCheckError);
  });

  test('for validators that did not make it', async () => {
    const validators = block.validators.map((address) => `${address.slice(0, -1)}0` as Address);
    expect(await check(block, block.proof, { height: block.height - 1n, validators })).toBe(
      Code.ProposalCheckError,
    );
  });
});

test('what cannot be judged now blames nobody', async () => {
  const [block] = recorded;
  if (block === undefined) throw new Error('no fixture');
  const { height, validators } = block;
  expect(await check(block, block.proof, null)).toBe(Code.ConsensusServerNotReady);
  expect(await check(block, block.proof, { height, validators })).toBe(Code.ConsensusServerNotReady);
  expect(await check(block, block.proof, { height: height - 2n, validators })).toBe(
    Code.ConsensusServerNotReady,
  );
  const bare = checkBlock({ proof: block.proof, proposal: undefined }, viewOf(block), signatures);
  expect(await bare).toBe(Code.ConsensusServerNotReady);
});
