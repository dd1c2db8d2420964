/**
 * The small world that is explored whole: height 1, four validators of which one lies, two values that every controller
 * accepts and one that every controller refuses, and a few rounds. Everything that was ever said is kept as bits.
 *
 * The liar and the network are as strong as they can be: the liar knows every vote that was ever signed, and may say
 * anything that needs no signature but its own; whatever was said can arrive at any time, in any order, several times,
 * or never; and a node may enter any later round at any time, as if a quorum had given up the round before.
 */
import { leaderOf } from '../../src/core/quorum.ts';
import type {
  Address,
  BallotStep,
  Certificate,
  Event,
  Hash,
  Proposal,
  VoteStep,
} from '../../src/core/types.ts';
import { NIL } from '../../src/core/types.ts';

export const HEIGHT = 1;
export const VALIDATORS = ['A', 'B', 'C', 'D'] as unknown as readonly Address[];
export const X = 'X' as Hash;
export const Y = 'Y' as Hash;
/** Refused by every controller. */
export const BAD = 'BAD' as Hash;
const VALUES: readonly Hash[] = [X, Y];
export const SIGNATURE = new Uint8Array(0);

/**
 * Votes as bits of a word, four for each round: prevote X, prevote Y, precommit X, precommit Y; votes for nothing make no
 * certificate. The same places stand for certificates.
 */
const PER_ROUND = 4;
export const MAX_ROUNDS = 3;
export const VOTE_BITS = PER_ROUND * MAX_ROUNDS;

export function voteBit(step: VoteStep, round: number, hash: Hash): number {
  if (hash === NIL) return 0;
  return 1 << (round * PER_ROUND + (step === 'prevote' ? 0 : 2) + Number(hash === Y));
}

/** Above the certificates that were sent, the shared word has the proposals of correct leaders, then the values decided. */
export function proposalBit(round: number, hash: Hash, lockRound: number): number {
  const place = (round * (round + 1)) / 2 + lockRound + 1;
  return 1 << (VOTE_BITS + 2 * place + Number(hash === Y));
}

const DECIDED = VOTE_BITS + MAX_ROUNDS * (MAX_ROUNDS + 1);
export const decidedBit = (hash: Hash): number => 1 << (DECIDED + Number(hash === Y));
const BOTH_DECIDED = decidedBit(X) | decidedBit(Y);

const repeat = (bits: number, count: number, distance: number): number =>
  Array.from({ length: count }, (_, index) => bits << (index * distance)).reduce(
    (sum, part) => sum | part,
    0,
  );
const X_PREVOTES = repeat(0b0001, MAX_ROUNDS, PER_ROUND);
const X_PRECOMMITS = repeat(0b0100, MAX_ROUNDS, PER_ROUND);
const X_VOTES = X_PREVOTES | X_PRECOMMITS;
const X_SHARED = X_VOTES | repeat(1 << VOTE_BITS, (DECIDED - VOTE_BITS) / 2 + 1, 2);

/** The same votes with X for Y and Y for X. */
export function mirrorVotes(votes: number): number {
  return ((votes & X_VOTES) << 1) | ((votes >>> 1) & X_VOTES);
}

export function mirrorShared(shared: number): number {
  return ((shared & X_SHARED) << 1) | ((shared >>> 1) & X_SHARED);
}

/**
 * What is wrong with certificates that exist together, or can be made of votes that exist, and with the decisions in the
 * shared word; null for nothing.
 */
export function contradictionIn(certificates: number, shared: number): string | null {
  if ((shared & BOTH_DECIDED) === BOTH_DECIDED) return 'agreement: X and Y are both decided';
  if (((certificates & X_PREVOTES) << 1) & certificates)
    return 'agreement: X and Y both have a polka in one round';
  const isX = (certificates & X_PRECOMMITS) !== 0;
  const isY = (certificates & (X_PRECOMMITS << 1)) !== 0;
  return isX && isY ? 'agreement: X and Y both have a proof' : null;
}

/** Signatures were checked before the core sees a certificate; who signed makes no difference to it. */
export function certificateOf(step: BallotStep, round: number, hash: Hash): Certificate {
  const votes = VALIDATORS.slice(0, 3).map((signer) => ({ signer, signature: SIGNATURE }));
  return { height: HEIGHT, round, step, hash, votes };
}

/** What has to be so that something can happen to a node. */
export type Need =
  | { readonly kind: 'nothing' }
  /** A vote of each of some correct nodes, by their places in the state. */
  | { readonly kind: 'votes'; readonly of: readonly number[]; readonly bit: number }
  /** A certificate that was sent, or that the liar can make of votes. */
  | { readonly kind: 'certificate'; readonly bit: number }
  /** A correct leader's proposal. */
  | { readonly kind: 'proposal'; readonly bit: number };

/** Something that can happen to a node; `build` answers with a value of the own controller. */
export interface Happening {
  readonly text: string;
  readonly need: Need;
  readonly events: readonly Event[];
  /** Without anything said or decided it may as well come later, together with what makes it count. */
  readonly isIdle?: boolean;
}

const NOTHING: Need = { kind: 'nothing' };
const FROM = 0n;

/** Everything that can happen to the correct node `self`, `liar` being one of the others. */
export function happenings(
  self: Address,
  correct: readonly Address[],
  liar: Address,
  rounds: number,
): Happening[] {
  const all: Happening[] = [
    { text: 'waits in vain', need: NOTHING, events: [{ kind: 'timer', timer: 'round', id: 1 }] },
  ];
  for (const hash of VALUES) {
    const raw = SIGNATURE;
    all.push({
      text: `builds ${hash}`,
      need: NOTHING,
      events: [{ kind: 'built', height: HEIGHT, value: { hash, raw } }],
    });
    all.push({
      text: `gets block ${hash}`,
      need: NOTHING,
      events: [{ kind: 'block', height: HEIGHT, hash, raw, from: FROM } as Event],
    });
  }
  for (let round = 0; round < rounds; round += 1) {
    if (round > 0) all.push(entering(self, round));
    const leader = leaderOf(VALIDATORS, HEIGHT, round);
    if (leader === liar) all.push(...lyingProposals(liar, round));
    else if (leader !== self && leader !== undefined) all.push(...proposals(leader, round));
    else all.push(...ballots(correct, liar, round, self));
    all.push(...certificates(correct, liar, round));
  }
  return all;
}

/** The other three have given up the round before. */
function entering(self: Address, round: number): Happening {
  const events = VALIDATORS.filter((signer) => signer !== self).map(
    (signer): Event => ({
      kind: 'vote',
      vote: { height: HEIGHT, round: round - 1, step: 'newview', hash: NIL, signer, signature: SIGNATURE },
      from: FROM,
    }),
  );
  return { text: `enters round ${round}`, need: NOTHING, events };
}

function proposalOf(
  signer: Address,
  round: number,
  hash: Hash,
  lock: Certificate | null,
  need: Need,
): Happening {
  const proposal: Proposal = {
    height: HEIGHT,
    round,
    hash,
    raw: SIGNATURE,
    lock,
    signer,
    signature: SIGNATURE,
  };
  const proof = lock === null ? '' : ` with the polka of ${lock.hash} in ${lock.round}`;
  const text = `gets the proposal ${hash} of ${signer} for round ${round}${proof}`;
  return { text, need, events: [{ kind: 'proposal', proposal, from: FROM }] };
}

function proposals(leader: Address, round: number): Happening[] {
  return VALUES.flatMap((hash) =>
    Array.from({ length: round + 1 }, (_, index) => {
      const lock = index === 0 ? null : certificateOf('prevote', index - 1, hash);
      return proposalOf(leader, round, hash, lock, {
        kind: 'proposal',
        bit: proposalBit(round, hash, index - 1),
      });
    }),
  );
}

/** Any value, with no proof of lock, or with any real one, its own or another value's. */
function lyingProposals(liar: Address, round: number): Happening[] {
  const all = [X, Y, BAD].map((hash) => proposalOf(liar, round, hash, null, NOTHING));
  for (let lockRound = 0; lockRound < round; lockRound += 1) {
    for (const locked of VALUES) {
      const need: Need = { kind: 'certificate', bit: voteBit('prevote', lockRound, locked) };
      for (const hash of VALUES)
        all.push(proposalOf(liar, round, hash, certificateOf('prevote', lockRound, locked), need));
    }
  }
  return all;
}

/**
 * Votes for the leader of a round: of correct nodes that cast them, of the liar at will. All those of which a certificate
 * is made come together: one by one they change nothing that anybody can see.
 */
function ballots(correct: readonly Address[], liar: Address, round: number, self: Address): Happening[] {
  const groups = subsets(VALIDATORS.filter((name) => name !== self));
  return (['prevote', 'precommit'] as const).flatMap((step) =>
    VALUES.flatMap((hash) =>
      groups.map((signers): Happening => {
        const of = signers.filter((signer) => signer !== liar).map((signer) => correct.indexOf(signer));
        const events = signers.map(
          (signer): Event => ({
            kind: 'vote',
            vote: { height: HEIGHT, round, step, hash, signer, signature: SIGNATURE },
            from: FROM,
          }),
        );
        const text = `gets the ${step}s ${hash} in ${round} of ${signers.join('+')}`;
        return { text, need: { kind: 'votes', of, bit: voteBit(step, round, hash) }, events, isIdle: true };
      }),
    ),
  );
}

/** All but the empty one. */
function subsets<T>(items: readonly T[]): T[][] {
  let all: T[][] = [[]];
  for (const item of items) all = all.flatMap((subset) => [subset, [...subset, item]]);
  return all.filter((subset) => subset.length > 0);
}

/** Real ones, with or without the block, and what the liar makes of its own vote, alone or with one other. */
function certificates(correct: readonly Address[], liar: Address, round: number): Happening[] {
  return (['prevote', 'precommit'] as const).flatMap((step) =>
    VALUES.flatMap((hash): Happening[] => {
      const certificate = certificateOf(step, round, hash);
      const real: Event = { kind: 'certificate', certificate, from: FROM };
      const block: Event = { kind: 'block', height: HEIGHT, hash, raw: SIGNATURE };
      const bit = voteBit(step, round, hash);
      const text = `gets ${step}s ${hash} in ${round}`;
      const forged = (signers: readonly Address[]): Happening => {
        const votes = signers.map((signer) => ({ signer, signature: SIGNATURE }));
        const of = signers.flatMap((signer) => (signer === liar ? [] : [correct.indexOf(signer)]));
        const events: Event[] = [
          { kind: 'certificate', certificate: { ...certificate, votes }, from: FROM },
          block,
        ];
        return { text: `${text} of ${signers.join('+')} alone`, need: { kind: 'votes', of, bit }, events };
      };
      const need: Need = { kind: 'certificate', bit };
      return [
        { text: `${text} and the block`, need, events: [real, block] },
        { text, need, events: [real] },
        forged([liar]),
        forged([liar, liar, liar]),
        ...correct.map((signer) => forged([liar, signer])),
      ];
    }),
  );
}
