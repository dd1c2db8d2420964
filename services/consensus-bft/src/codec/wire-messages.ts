/**
 * The structures that bft validators send each other, as they stand on the wire (docs/protocol/consensus.md 3.3). Hashes
 * and addresses are hex digits, because that is what is written. Decoders give views into their input.
 */
import { BincodeError, BincodeReader, BincodeWriter } from './bincode.ts';

/** Variant numbers of a step. */
export const WireStep = {
  Propose: 0,
  ProposeWait: 1,
  Prevote: 2,
  PrevoteWait: 3,
  Precommit: 4,
  PrecommitWait: 5,
  Commit: 6,
  CommitWait: 7,
  NewView: 8,
  NewViewRes: 9,
} as const;
export type WireStep = (typeof WireStep)[keyof typeof WireStep];

export interface FollowerVote {
  readonly height: bigint;
  readonly round: bigint;
  readonly step: WireStep;
  readonly hash: string | null;
}

export interface SignedFollowerVote {
  readonly vote: FollowerVote;
  readonly sig: Uint8Array;
}

/** A quorum of votes; with step Precommit it is the proof of a block. */
export interface LeaderVote extends FollowerVote {
  readonly votes: readonly SignedFollowerVote[];
}

/** Maps ascending by key, as the original writes them. */
export interface VoteSet {
  readonly votesBySender: readonly (readonly [string, SignedFollowerVote])[];
  readonly votesByProposal: readonly (readonly [string, bigint])[];
  readonly count: bigint;
}

export interface WireProposal {
  readonly phash: string;
  readonly lockRound: bigint | null;
  readonly lockVotes: VoteSet | null;
}

export interface NetworkProposal {
  readonly height: bigint;
  readonly round: bigint;
  readonly voteProposal: WireProposal;
  readonly rawProposal: Uint8Array;
}

export interface SignedNetworkProposal {
  readonly proposal: NetworkProposal;
  readonly sig: Uint8Array;
  readonly sender: string;
}

const HASH_BYTES = 32;
const ADDRESS_BYTES = 20;
/** Least encoded bytes of the elements of sequences and maps: bounds what a count can claim. */
const LEAST_VOTE = 29;
const LEAST_SENDER = 48 + LEAST_VOTE;
const LEAST_TALLY = 80;

// ---- Writing

function writeVote(to: BincodeWriter, vote: FollowerVote): void {
  to.u64(vote.height).u64(vote.round).u32(vote.step);
  to.option(vote.hash, (hash) => to.fixedHash(hash));
}

function writeSignedVote(to: BincodeWriter, { vote, sig }: SignedFollowerVote): void {
  writeVote(to, vote);
  to.bytes(sig);
}

function writeVoteSet(to: BincodeWriter, set: VoteSet): void {
  to.sequence(set.votesBySender, ([sender, vote]) => writeSignedVote(to.fixedHash(sender), vote));
  to.sequence(set.votesByProposal, ([hash, count]) => to.fixedHash(hash).u64(count));
  to.u64(set.count);
}

function writeProposal(
  to: BincodeWriter,
  { height, round, voteProposal, rawProposal }: NetworkProposal,
): void {
  to.u64(height).u64(round).fixedHash(voteProposal.phash);
  to.option(voteProposal.lockRound, (lockRound) => to.u64(lockRound));
  to.option(voteProposal.lockVotes, (set) => writeVoteSet(to, set));
  to.bytes(rawProposal);
}

function encoder<T>(write: (to: BincodeWriter, value: T) => void): (value: T) => Uint8Array {
  return (value) => {
    const writer = new BincodeWriter();
    write(writer, value);
    return writer.finish();
  };
}

/** The bytes a vote's signature is over (their hash is what is signed). */
export const encodeVote = encoder(writeVote);
export const encodeSignedVote = encoder(writeSignedVote);
export const encodeLeaderVote = encoder<LeaderVote>((to, value) => {
  writeVote(to, value);
  to.sequence(value.votes, (vote) => writeSignedVote(to, vote));
});
/** The bytes a proposal's signature is over (their hash is what is signed). */
export const encodeNetworkProposal = encoder(writeProposal);
export const encodeSignedProposal = encoder<SignedNetworkProposal>((to, { proposal, sig, sender }) => {
  writeProposal(to, proposal);
  to.bytes(sig).fixedHash(sender);
});

// ---- Reading

function readStep(from: BincodeReader): WireStep {
  const step = from.u32();
  if (step > WireStep.NewViewRes) throw new BincodeError(`${step} is no step, 0..9`);
  return step as WireStep;
}

function readVote(from: BincodeReader): FollowerVote {
  return {
    height: from.u64(),
    round: from.u64(),
    step: readStep(from),
    hash: from.option(() => from.fixedHash(HASH_BYTES)),
  };
}

function readSignedVote(from: BincodeReader): SignedFollowerVote {
  return { vote: readVote(from), sig: from.bytes() };
}

function readVoteSet(from: BincodeReader): VoteSet {
  return {
    votesBySender: from.sequence(
      LEAST_SENDER,
      () => [from.fixedHash(ADDRESS_BYTES), readSignedVote(from)] as const,
    ),
    votesByProposal: from.sequence(LEAST_TALLY, () => [from.fixedHash(HASH_BYTES), from.u64()] as const),
    count: from.u64(),
  };
}

function readProposal(from: BincodeReader): NetworkProposal {
  return {
    height: from.u64(),
    round: from.u64(),
    voteProposal: {
      phash: from.fixedHash(HASH_BYTES),
      lockRound: from.option(() => from.u64()),
      lockVotes: from.option(() => readVoteSet(from)),
    },
    rawProposal: from.bytes(),
  };
}

/** Each throws BincodeError. */
export function decodeSignedVote(bytes: Uint8Array): SignedFollowerVote {
  return readSignedVote(new BincodeReader(bytes));
}

export function decodeLeaderVote(bytes: Uint8Array): LeaderVote {
  const from = new BincodeReader(bytes);
  return { ...readVote(from), votes: from.sequence(LEAST_VOTE, () => readSignedVote(from)) };
}

export function decodeSignedProposal(bytes: Uint8Array): SignedNetworkProposal {
  const from = new BincodeReader(bytes);
  return { proposal: readProposal(from), sig: from.bytes(), sender: from.fixedHash(ADDRESS_BYTES) };
}

// ---- Our own two messages, which originals ignore: a block that somebody lacks

export interface BlockRequest {
  readonly height: bigint;
  readonly hash: string;
}

export interface BlockAnswer {
  readonly height: bigint;
  readonly raw: Uint8Array;
}

export const encodeBlockRequest = encoder<BlockRequest>((to, { height, hash }) =>
  to.u64(height).fixedHash(hash),
);
export const encodeBlockAnswer = encoder<BlockAnswer>((to, { height, raw }) => to.u64(height).bytes(raw));

export function decodeBlockRequest(bytes: Uint8Array): BlockRequest {
  const from = new BincodeReader(bytes);
  return { height: from.u64(), hash: from.fixedHash(HASH_BYTES) };
}

export function decodeBlockAnswer(bytes: Uint8Array): BlockAnswer {
  const from = new BincodeReader(bytes);
  return { height: from.u64(), raw: from.bytes() };
}
