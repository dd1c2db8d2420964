import { VirtualClock } from '@hexapod/common/clock';
import { silentLog } from '@hexapod/common/log';
import { loadSuite } from '@hexapod/crypto/suite';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { recordedMessages } from '../../test/recorded.ts';
import type { FollowerVote, NetworkProposal, SignedFollowerVote } from '../codec/wire-messages.ts';
import {
  encodeBlockAnswer,
  encodeLeaderVote,
  encodeNetworkProposal,
  encodeSignedProposal,
  encodeSignedVote,
  encodeVote,
  WireStep,
} from '../codec/wire-messages.ts';
import type { Address, Event, Hash } from '../core/types.ts';
import type { ChainCrypto } from './chain-crypto.ts';
import type { Position } from './inbox.ts';
import { Inbox } from './inbox.ts';
import { Signatures } from './signatures.ts';

const suite = await loadSuite('eth');
const keys = [1, 2, 3, 4].map((n) => new Uint8Array(32).fill(n));
const addresses = keys.map((key) => toHex(suite.address(suite.publicKey(key))));
const RAW = fromHex('010203');
const HASH = toHex(suite.hash(RAW));

let checked = 0;
const crypto: ChainCrypto = {
  name: 'eth',
  hash: (data) => suite.hash(data),
  recover(hash, signature) {
    checked += 1;
    try {
      return toHex(suite.recover(hash, signature)) as Address;
    } catch {
      return null;
    }
  },
  sign: () => Promise.reject(new Error('nobody signs here')),
};

let clock: VirtualClock;
let position: Position;
let events: Event[];
let inbox: Inbox;

beforeEach(() => {
  checked = 0;
  clock = new VirtualClock();
  position = { height: 5, round: 0, validators: 4, isDecided: false, wanted: new Set() };
  events = [];
  inbox = new Inbox(1 << 20, {
    signatures: new Signatures(crypto),
    log: silentLog,
    position: () => position,
    deliver: (event) => events.push(event),
    now: () => clock.monotonic(),
  });
});

const key = (signer: number): Uint8Array => keys[signer] ?? new Uint8Array(32);
const sign = (bytes: Uint8Array, signer: number): Uint8Array => suite.sign(key(signer), suite.hash(bytes));
const voteOf = (change: Partial<FollowerVote> = {}): FollowerVote => ({
  height: 5n,
  round: 0n,
  step: WireStep.Prevote,
  hash: HASH,
  ...change,
});
const signedBy = (signer: number, vote = voteOf()): SignedFollowerVote => ({
  vote,
  sig: sign(encodeVote(vote), signer),
});
const proposalOf = (change: Partial<NetworkProposal> = {}): NetworkProposal => ({
  height: 5n,
  round: 0n,
  voteProposal: { phash: HASH, lockRound: null, lockVotes: null },
  rawProposal: RAW,
  ...change,
});
const signedProposal = (proposal: NetworkProposal, signer = 1): Uint8Array =>
  encodeSignedProposal({
    proposal,
    sig: sign(encodeNetworkProposal(proposal), signer),
    sender: '00'.repeat(20),
  });
const take = (type: string, bytes: Uint8Array, from = 1n): Promise<void> => inbox.take(type, bytes, from);

describe('what is well signed is delivered with its true signer', () => {
  test('a vote is counted by the step inside it, whatever its type', async () => {
    await take('newview', encodeSignedVote(signedBy(2)));
    expect(events).toMatchObject([
      { kind: 'vote', vote: { step: 'prevote', signer: addresses[2], hash: HASH } },
    ]);
  });

  test('a newview has no hash, also where an original sends one', async () => {
    const counter = `${'0'.repeat(48)}0100000000000000`;
    await take('newview', encodeSignedVote(signedBy(0, voteOf({ step: WireStep.NewView, hash: counter }))));
    expect(events).toMatchObject([{ kind: 'vote', vote: { step: 'newview', hash: '0'.repeat(64) } }]);
  });

  test('a proposal, with the polka that proves its lock', async () => {
    const polka = [0, 2, 3].map((signer) => signedBy(signer, voteOf({ round: 1n })));
    const other = signedBy(1, voteOf({ round: 1n, hash: 'ee'.repeat(32) }));
    const votesBySender = [...polka, other].map((vote) => [addresses[0] ?? '', vote] as const);
    const lockVotes = { votesBySender, votesByProposal: [[HASH, 3n]] as const, count: 4n };
    const voteProposal = { phash: HASH, lockRound: 1n, lockVotes };
    await take('proposal', signedProposal(proposalOf({ round: 2n, voteProposal })));
    const signers = [0, 2, 3].map((signer) => addresses[signer]).sort();
    expect(events).toMatchObject([
      { kind: 'proposal', proposal: { round: 2, signer: addresses[1], hash: HASH } },
    ]);
    const [event] = events;
    expect(event?.kind === 'proposal' && event.proposal.lock?.votes.map((vote) => vote.signer)).toEqual(
      signers,
    );
  });

  test('a certificate, its votes ascending by signer', async () => {
    const votes = [3, 0, 1].map((signer) => signedBy(signer));
    await take('lprevote', encodeLeaderVote({ ...voteOf(), votes }));
    const [event] = events;
    const signers = event?.kind === 'certificate' ? event.certificate.votes.map((vote) => vote.signer) : [];
    expect(signers).toEqual([3, 0, 1].map((signer) => addresses[signer]).sort());
  });

  test('a block that is wanted', async () => {
    await take('block', encodeBlockAnswer({ height: 5n, raw: RAW }));
    expect(events).toEqual([]);
    position = { ...position, wanted: new Set([HASH as Hash]) };
    await take('block', encodeBlockAnswer({ height: 5n, raw: RAW }));
    expect(events).toEqual([{ kind: 'block', height: 5, hash: HASH, raw: RAW }]);
  });
});

describe('named regressions: what ended or moved an original changes nothing', () => {
  const nothing = async (type: string, bytes: Uint8Array): Promise<void> => {
    await take(type, bytes);
    expect(events).toEqual([]);
  };

  test('malformed signature', async () => {
    for (const length of [0, 1, 64, 66, 128]) {
      await nothing('prevote', encodeSignedVote({ vote: voteOf(), sig: new Uint8Array(length) }));
      const proposal = proposalOf();
      const sender = '00'.repeat(20);
      await nothing('proposal', encodeSignedProposal({ proposal, sig: new Uint8Array(length), sender }));
    }
  });

  test('unsigned nil skip', async () => {
    for (const type of ['lprevote', 'lprecommit']) {
      for (const step of [WireStep.Prevote, WireStep.Precommit]) {
        const nil = { height: 5n, round: 1_000_000n, step, hash: null, votes: [] };
        await nothing(type, encodeLeaderVote(nil));
        await nothing(type, encodeLeaderVote({ ...nil, hash: HASH }));
      }
    }
  });

  test('poisoned quorum: a bad vote spoils its message and not the next one', async () => {
    const good = [0, 1, 2].map((signer) => signedBy(signer));
    const bad = { vote: voteOf(), sig: sign(RAW, 3) };
    await nothing('lprevote', encodeLeaderVote({ ...voteOf(), votes: [signedBy(3), bad] }).slice(0, -1));
    await nothing(
      'lprevote',
      encodeLeaderVote({ ...voteOf(), votes: [signedBy(3), signedBy(0, voteOf({ round: 1n }))] }),
    );
    await take('lprevote', encodeLeaderVote({ ...voteOf(), votes: good }));
    expect(events.length).toBe(1);
  });

  test('content and hash do not fit', () =>
    nothing('proposal', signedProposal(proposalOf({ rawProposal: fromHex('ff') }))));

  test('an empty proposal', () =>
    nothing('proposal', signedProposal(proposalOf({ rawProposal: new Uint8Array(0) }))));

  test('one lock field without the other', async () => {
    await nothing(
      'proposal',
      signedProposal(proposalOf({ voteProposal: { phash: HASH, lockRound: 0n, lockVotes: null } })),
    );
    const lockVotes = { votesBySender: [], votesByProposal: [], count: 0n };
    await nothing(
      'proposal',
      signedProposal(proposalOf({ voteProposal: { phash: HASH, lockRound: null, lockVotes } })),
    );
  });

  test('heights and rounds that no chain reaches', async () => {
    const far = 2n ** 64n - 1n;
    await nothing('newview', encodeSignedVote(signedBy(1, voteOf({ height: far, step: WireStep.NewView }))));
    await nothing('newview', encodeSignedVote(signedBy(1, voteOf({ round: far, step: WireStep.NewView }))));
    await nothing('proposal', signedProposal(proposalOf({ height: far })));
    await nothing('proposal', signedProposal(proposalOf({ round: far })));
    await nothing('lprevote', encodeLeaderVote({ ...voteOf({ height: far }), votes: [signedBy(1)] }));
  });

  test('steps that are no votes', async () => {
    for (const step of [WireStep.Propose, WireStep.Commit, WireStep.PrevoteWait]) {
      await nothing('prevote', encodeSignedVote(signedBy(1, voteOf({ step }))));
      await nothing(
        'lprevote',
        encodeLeaderVote({ ...voteOf({ step }), votes: [signedBy(1, voteOf({ step }))] }),
      );
    }
  });
});

describe('bounds', () => {
  test('more votes than validators are not looked at', async () => {
    const votes = Array.from({ length: 5 }, () => signedBy(1));
    await take('lprevote', encodeLeaderVote({ ...voteOf(), votes }));
    expect(checked).toBe(0);
  });

  test('a message above the limit is dropped unread', async () => {
    await take('proposal', new Uint8Array((1 << 20) + 1));
    expect(inbox.dropped).toBe(1);
  });

  test('what is far from the height in force costs no signature check', async () => {
    for (const height of [0n, 1n, 4n, 7n, 1000n]) {
      await take('prevote', encodeSignedVote(signedBy(1, voteOf({ height }))));
      await take(
        'lprevote',
        encodeLeaderVote({ ...voteOf({ height }), votes: [signedBy(1, voteOf({ height }))] }),
      );
    }
    expect(checked).toBe(0);
    expect(events).toEqual([]);
  });

  test('heights that are over are answered to each origin now and then', async () => {
    const old = encodeSignedVote(signedBy(1, voteOf({ height: 3n, step: WireStep.NewView, hash: null })));
    for (let i = 0; i < 50; i += 1) await take('newview', old, 8n);
    expect(events.length).toBe(1);
    clock.advance(200);
    await take('newview', old, 8n);
    await take('newview', old, 9n);
    expect(events.length).toBe(3);
  });

  test('who wanted an answer lately is remembered for 1024 origins, the oldest is forgotten first', async () => {
    const old = encodeSignedVote(signedBy(1, voteOf({ height: 3n, step: WireStep.NewView, hash: null })));
    for (let origin = 1n; origin <= 1024n; origin += 1n) await take('newview', old, origin);
    await take('newview', old, 1n);
    expect(events.length).toBe(1024);
    await take('newview', old, 2000n);
    await take('newview', old, 1n);
    expect(events.length).toBe(1026);
  });

  test('no more than 256 MiB wait', async () => {
    const roomy = new Inbox(1 << 26, {
      signatures: new Signatures(crypto),
      log: silentLog,
      position: () => position,
      deliver: (event) => events.push(event),
      now: () => clock.monotonic(),
    });
    const big = new Uint8Array(1 << 26);
    const taken = Array.from({ length: 6 }, () => roomy.take('block', big, 1n));
    expect(roomy.waiting).toBe(4);
    await Promise.all(taken);
    expect(roomy.waiting).toBe(0);
  });

  test('a flood is dropped beyond what may wait, and what waited is still delivered', async () => {
    const vote = encodeSignedVote(signedBy(1));
    const taken = Array.from({ length: 5000 }, (_, index) => take('prevote', vote, BigInt(index % 10)));
    expect(inbox.waiting).toBe(2048);
    await Promise.all(taken);
    expect(inbox.waiting).toBe(0);
    expect(events.length).toBe(2048);
    expect(inbox.dropped).toBe(5000 - 2048);
  });

  test('one that floods takes no room from the others', async () => {
    const vote = encodeSignedVote(signedBy(1));
    const taken = Array.from({ length: 5000 }, () => take('prevote', vote, 6n));
    expect(inbox.waiting).toBe(256);
    taken.push(take('prevote', vote, 7n));
    await Promise.all(taken);
    expect(
      events.map((event) => event.kind === 'vote' && event.from).filter((from) => from === 7n).length,
    ).toBe(1);
    taken.push(take('prevote', vote, 6n));
    await Promise.all(taken);
    expect(events.length).toBe(258);
  });
});

test('whatever bytes come under whatever type, nothing is thrown', async () => {
  const types = [
    'proposal',
    'prevote',
    'precommit',
    'lprevote',
    'lprecommit',
    'newview',
    'fetch',
    'block',
    'raft',
    '',
  ];
  const recorded = recordedMessages().filter((_, index) => index % 60 === 0);
  const damaged = fc
    .record({ from: fc.constantFrom(...recorded), at: fc.nat(), to: fc.nat(255) })
    .map(({ from, at, to }) => from.bytes.with(at % from.bytes.length, to));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...types),
      fc.oneof(fc.uint8Array({ maxLength: 400 }), damaged),
      (type, bytes) => take(type, bytes),
    ),
    { numRuns: 1500 },
  );
  expect(inbox.waiting).toBe(0);
});
