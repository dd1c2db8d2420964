/** Whatever the others say, and however many of them lie: what the core keeps and orders stays within its bounds. */
import { expect, test } from 'vitest';
import { seeded } from '../../sim/random.ts';
import { recover, step } from './core.ts';
import type { State } from './state.ts';
import type {
  Address,
  Certificate,
  Event,
  Hash,
  Options,
  Output,
  PeerEvent,
  Proposal,
  SignedVote,
} from './types.ts';

const NAMES = ['A', 'B', 'C', 'D'] as Address[];
const OPTIONS: Options = {
  self: 'A' as Address,
  lowLimitInterval: 600,
  proposeShare: 0.8,
  maxProposalExponent: 8,
  resumeWithoutWal: false,
  successor: false,
  rollback: false,
};
const SIGNATURE = new Uint8Array(0);
const hashOf = (name: string): Hash => name as Hash;
const configured = (height: number): Event => ({
  kind: 'configured',
  configuration: { height, interval: 3000, validators: NAMES },
});
const certificateOf = (
  step: Certificate['step'],
  height: number,
  round: number,
  hash: Hash,
): Certificate => ({
  ...{ height, round, step, hash },
  votes: NAMES.slice(1).map((signer) => ({ signer, signature: SIGNATURE })),
});

/** Name of a collection, its size, and the most it may be. */
function sizes(state: State): [string, number, number][] {
  const n = state.validators.length;
  const { proposals, votes } = state;
  return [
    ['offers', proposals.offers.size, n + 1],
    ['blocks', proposals.blocks.size, 2 * n + 8],
    ['ballots', votes.ballots.prevote.size + votes.ballots.precommit.size, 2 * n],
    ['newviews', votes.newviews.size, n],
    ['heard', votes.heard.size + votes.promptVoters.size, 2 * n],
    ['early', state.early.size, 2 * n + 2],
    ['decided', state.decided.size, 100],
    ['prevoted', state.prevoted.size, n + 1],
    ['signing', state.signing.size, 6],
    ['unsigned', state.unsigned.size, 6],
    ['answered', state.answered.size, 4 * n + 64],
    ['accused', state.accused.size, 3 * n + 1],
  ];
}

/** No `expect` here: it is called a hundred thousand times. */
function checkBounds(state: State, { persist, send, ask }: Output): void {
  const orders = persist.length + send.length + ask.length;
  for (const [what, size, bound] of [...sizes(state), ['orders of one event', orders, 40] as const]) {
    if (size > bound) throw new Error(`${size} ${what}, bound ${bound}`);
  }
}

test('three liars of four who say everything', () => {
  const random = seeded(1);
  const state = recover(OPTIONS, []);
  step(state, configured(0), 0);
  const signer = (): Address => random.pick([...NAMES, 'Z' as Address]);
  const height = (): number => state.height + random.below(4) - 1;
  const round = (): number => (random.chance(0.8) ? state.round + random.below(9) - 2 : random.below(1e9));
  const hash = (): Hash => hashOf(`v${random.below(200)}`);
  const from = (): bigint => BigInt(random.below(5000));
  const lies: (() => PeerEvent)[] = [
    () => {
      const [value, at] = [hash(), { height: height(), round: Math.max(0, round()) }];
      const lock = random.chance(0.3) ? certificateOf('prevote', at.height, random.below(5), value) : null;
      const raw = new Uint8Array(8);
      const proposal: Proposal = { ...at, hash: value, raw, lock, signer: signer(), signature: SIGNATURE };
      return { kind: 'proposal', proposal, from: from() };
    },
    () => {
      const step = random.pick(['prevote', 'precommit', 'newview', 'newviewres'] as const);
      const place = { height: height(), round: Math.max(0, round()), step, hash: hash() };
      const vote: SignedVote = { ...place, signer: signer(), signature: SIGNATURE };
      return { kind: 'vote', vote, from: from() };
    },
    () => {
      const certificate = certificateOf('prevote', height(), Math.max(0, round()), hash());
      return { kind: 'certificate', certificate, from: from() };
    },
    () => ({ kind: 'fetch', height: height(), hash: hash(), from: from() }),
    () => ({ kind: 'block', height: height(), hash: hash(), raw: new Uint8Array(8) }),
  ];
  let halts = 0;
  for (let now = 0; now < 40_000; now += 1) {
    checkBounds(state, step(state, random.pick(lies)(), now));
    for (const [timer, id] of Object.entries(state.timers)) {
      if (id === 0 || !random.chance(0.01)) continue;
      checkBounds(state, step(state, { kind: 'timer', timer: timer as keyof State['timers'], id }, now));
    }
    const [id] = state.signing.keys();
    if (id !== undefined && random.chance(0.2))
      checkBounds(
        state,
        step(state, { kind: 'signed', id, signature: random.chance(0.5) ? SIGNATURE : null }, now),
      );
    if (state.halted) halts += 1;
    state.halted = false; // two polkas of a round, as liars make them, would silence it
    if (random.chance(0.001)) checkBounds(state, step(state, configured(state.height), now));
  }
  expect(halts).toBeGreaterThan(0);
  expect(state.height).toBeGreaterThan(20);
});

test('the decisions of 100 heights are kept, and one block', () => {
  const state = recover(OPTIONS, []);
  step(state, configured(0), 0);
  for (let height = 1; height <= 150; height += 1) {
    const hash = hashOf(`v${height}`);
    const round = (4 - (height % 4) + 1) % 4; // led by B
    const proposal: Proposal = {
      ...{ height, round, hash, raw: new Uint8Array(8), lock: null },
      ...{ signer: 'B' as Address, signature: SIGNATURE },
    };
    step(state, { kind: 'proposal', proposal, from: 1n }, height);
    const certificate = certificateOf('precommit', height, round, hash);
    step(state, { kind: 'certificate', certificate, from: 1n }, height);
    const configuration = { height, interval: 3000, validators: NAMES };
    step(state, { kind: 'committed', height, result: { kind: 'done', configuration } }, height);
    expect(state.height).toBe(height + 1);
  }
  expect([...state.decided.keys()]).toEqual(Array.from({ length: 100 }, (_, i) => 51 + i));
  expect([...state.decided.values()].filter(({ raw }) => raw !== null).length).toBe(1);
});
