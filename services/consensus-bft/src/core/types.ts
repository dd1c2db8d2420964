/**
 * The vocabulary of the core: what it is told (`Event`), what it must not forget (`WalRecord`), what it says to
 * others (`Outgoing`) and what it asks of its host (`Request`). Plain data throughout: no class, no closure, so that a
 * state can be copied, compared and printed. Heights and rounds are exact integers below 2^53; times are milliseconds.
 */

/** A 32-byte hash as 64 lower-case hex digits. The core only compares hashes, so a simulator may use other texts. */
export type Hash = string & { readonly brand: 'Hash' };

/** A validator's address, 20 bytes as 40 lower-case hex digits; compared and sorted as text, like on the wire. */
export type Address = string & { readonly brand: 'Address' };

/** The node a message came from, as the network names it: good for an answer, no proof of anything. */
export type Origin = bigint;

/** The hash of a vote for nothing. */
export const NIL = '0'.repeat(64) as Hash;

/** A block as consensus sees it: bytes and their hash. */
export interface Value {
  readonly hash: Hash;
  readonly raw: Uint8Array;
}

export type BallotStep = 'prevote' | 'precommit';
export type VoteStep = BallotStep | 'newview' | 'newviewres';

export interface Vote {
  readonly height: number;
  readonly round: number;
  readonly step: VoteStep;
  /** NIL for a vote for nothing, and in every newview. */
  readonly hash: Hash;
}

/** A signature that was checked: `signer` is who really signed. */
export interface Endorsement {
  readonly signer: Address;
  readonly signature: Uint8Array;
}

export interface SignedVote extends Vote, Endorsement {}

/** Votes of one height, round, step and hash, ascending by signer. Whether they are a quorum is for the core to say. */
export interface Certificate extends Vote {
  readonly step: BallotStep;
  readonly votes: readonly Endorsement[];
}

/** What a leader offers; `lock` is the proof of lock of a value proposed again. */
export interface Draft extends Value {
  readonly height: number;
  readonly round: number;
  readonly lock: Certificate | null;
}

export interface Proposal extends Draft, Endorsement {}

/** What the own validator is about to sign. */
export type Statement =
  | { readonly kind: 'vote'; readonly vote: Vote }
  | ({ readonly kind: 'proposal' } & Draft);

/** What the controller says of the chain: block `height` is final, `validators` decide the next one. */
export interface Configuration {
  readonly height: number;
  /** Wanted milliseconds between blocks, as configured; 0 stands for the default. */
  readonly interval: number;
  readonly validators: readonly Address[];
}

export type TimerName = 'round' | 'pace' | 'resend' | 'retry';
export type Verdict = 'valid' | 'invalid' | 'unknown';

/** `refused`: a status code of the controller. `failed`: no answer. */
export type CommitResult =
  | { readonly kind: 'done'; readonly configuration: Configuration }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'failed' };

/** What other nodes send. */
export type PeerEvent =
  | { readonly kind: 'proposal'; readonly proposal: Proposal; readonly from: Origin }
  | { readonly kind: 'vote'; readonly vote: SignedVote; readonly from: Origin }
  | { readonly kind: 'certificate'; readonly certificate: Certificate; readonly from: Origin }
  /** Somebody lacks a block. */
  | { readonly kind: 'fetch'; readonly height: number; readonly hash: Hash; readonly from: Origin }
  /** An answer to our own `fetch`; `hash` was computed over `raw`. */
  | ({ readonly kind: 'block'; readonly height: number } & Value);

export type Event =
  | PeerEvent
  | { readonly kind: 'configured'; readonly configuration: Configuration }
  | { readonly kind: 'built'; readonly height: number; readonly value: Value | null }
  | { readonly kind: 'checked'; readonly height: number; readonly hash: Hash; readonly verdict: Verdict }
  | { readonly kind: 'signed'; readonly id: number; readonly signature: Uint8Array | null }
  | { readonly kind: 'committed'; readonly height: number; readonly result: CommitResult }
  | { readonly kind: 'timer'; readonly timer: TimerName; readonly id: number };

/** One entry of the write-ahead log. Replaying the entries in order gives back the state (`remember` in state.ts). */
export type WalRecord =
  | { readonly kind: 'height'; readonly height: number }
  | { readonly kind: 'round'; readonly height: number; readonly round: number }
  /** `own`: the value the own controller built for this height. */
  | ({ readonly kind: 'block'; readonly height: number; readonly own: boolean } & Value)
  | { readonly kind: 'proposal'; readonly proposal: Omit<Proposal, 'raw'> }
  | { readonly kind: 'vote'; readonly vote: SignedVote }
  | { readonly kind: 'polka'; readonly certificate: Certificate; readonly locked: boolean }
  | { readonly kind: 'decision'; readonly certificate: Certificate };

export type Message =
  | { readonly kind: 'proposal'; readonly proposal: Proposal }
  | { readonly kind: 'vote'; readonly vote: SignedVote }
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'fetch'; readonly height: number; readonly hash: Hash }
  | { readonly kind: 'block'; readonly height: number; readonly raw: Uint8Array };

export type Destination =
  | { readonly kind: 'all' }
  | { readonly kind: 'validator'; readonly address: Address }
  | { readonly kind: 'origin'; readonly origin: Origin };

export type Outgoing =
  | { readonly kind: 'message'; readonly to: Destination; readonly message: Message }
  | ({ readonly kind: 'commit'; readonly height: number; readonly certificate: Certificate } & Value);

/** Proof or suspicion of a lie, or of a chain that forked. For the log and for people. */
export type Alarm =
  | { readonly kind: 'equivocation'; readonly first: Accusable; readonly second: Accusable }
  | { readonly kind: 'conflict'; readonly first: Certificate; readonly second: Certificate }
  | { readonly kind: 'commit-refused'; readonly height: number; readonly hash: Hash; readonly code: number }
  | { readonly kind: 'controller-behind'; readonly height: number; readonly controller: number }
  | { readonly kind: 'validators-changed-midway'; readonly height: number };

export type Accusable = SignedVote | Proposal;

/** A `sign`, `build` or `check` is always answered: by `signed`, `built` or `checked`. */
export type Request =
  | { readonly kind: 'sign'; readonly id: number; readonly statement: Statement }
  | { readonly kind: 'build'; readonly height: number }
  | ({ readonly kind: 'check'; readonly height: number } & Value)
  /** Ask the controller where it stands; answer with `configured`, or not at all when it cannot be reached. */
  | { readonly kind: 'ping' }
  /** One timer per name: a new one replaces the old. */
  | { readonly kind: 'timer'; readonly timer: TimerName; readonly id: number; readonly after: number }
  | { readonly kind: 'alarm'; readonly alarm: Alarm };

/**
 * What one step wants done. The host must have `persist` of this step **and of all steps before it** on disk before it
 * performs anything in `send`; `ask` needs no disk (rules W1–W4, docs/protocol/consensus.md 8.3).
 */
export interface Output {
  readonly persist: readonly WalRecord[];
  readonly send: readonly Outgoing[];
  readonly ask: readonly Request[];
}

/** Fixed for the life of a process. */
export interface Options {
  readonly self: Address;
  /** Lower bound of the block interval, ms. */
  readonly lowLimitInterval: number;
  /** The part of the interval that a round waits for a proposal, 24 / 30. */
  readonly proposeShare: number;
  /** Cap of the exponent in the proposal wait. */
  readonly maxProposalExponent: number;
  /** Vote although the log does not show what this validator signed in the height (W9; an operator's word). */
  readonly resumeWithoutWal: boolean;
  /** Another program may have voted with this key since the log ended (W9). */
  readonly successor: boolean;
  /** Follow the controller when it went back, forgetting what was signed above (C2; an operator's word). */
  readonly rollback: boolean;
}
