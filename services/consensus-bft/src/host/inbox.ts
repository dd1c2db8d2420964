/**
 * Messages of peers, from bytes to events. What cannot matter is dropped before a signature of it is checked, what is
 * malformed or badly signed after; nothing a peer sends does more than that.
 */
import type { Logger } from '@hexapod/common/log';
import { toHex } from '@hexapod/protocol/bytes';
import { BincodeError } from '../codec/bincode.ts';
import { exact, lockOf, toCertificate, toVote } from '../codec/translate.ts';
import {
  decodeBlockAnswer,
  decodeBlockRequest,
  decodeLeaderVote,
  decodeSignedProposal,
  decodeSignedVote,
} from '../codec/wire-messages.ts';
import type { Event, Hash, Origin, Proposal } from '../core/types.ts';
import type { Signatures } from './signatures.ts';

/** Where the core stands, as far as it decides what can matter. */
export interface Position {
  readonly height: number;
  readonly round: number;
  readonly validators: number;
  readonly isDecided: boolean;
  readonly wanted: ReadonlySet<Hash>;
}

export interface InboxModules {
  readonly signatures: Signatures;
  readonly log: Logger;
  readonly position: () => Position;
  readonly deliver: (event: Event) => void;
  /** Monotonic ms. */
  readonly now: () => number;
}

/**
 * How many messages may wait for their signatures, how many of one origin, and of how many bytes. More are dropped: peers
 * say things again, and one that floods us takes no room from the others.
 */
const MAX_WAITING = 2048;
const MAX_WAITING_OF_ONE = 256;
const MAX_WAITING_BYTES = 1 << 28;
/** Messages of heights that are over are only read to answer who is behind: so often from one origin, ms. */
const STALE_EVERY = 100;
const MAX_STALE_ORIGINS = 1024;

export class Inbox {
  readonly #modules: InboxModules;
  readonly #maxBytes: number;
  readonly #stale = new Map<Origin, number>();
  /** Messages that wait, by origin; none with 0. */
  readonly #waitingOf = new Map<Origin, number>();
  #waiting = 0;
  #waitingBytes = 0;
  #dropped = 0;

  constructor(maxBytes: number, modules: InboxModules) {
    this.#maxBytes = maxBytes;
    this.#modules = modules;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Messages not looked at, since the start: too many, too long, malformed or badly signed. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a message; resolves when it has been delivered or dropped. Never rejects. */
  async take(type: string, bytes: Uint8Array, from: Origin): Promise<void> {
    const { log, deliver } = this.#modules;
    const ofOne = this.#waitingOf.get(from) ?? 0;
    const isTooMuch =
      this.#waiting >= MAX_WAITING ||
      ofOne >= MAX_WAITING_OF_ONE ||
      this.#waitingBytes + bytes.length > MAX_WAITING_BYTES;
    if (isTooMuch || bytes.length > this.#maxBytes) {
      this.#dropped += 1;
      if (!isTooMuch)
        log.warn({ from, type }, `a message of ${bytes.length} bytes is dropped: at most ${this.#maxBytes}`);
      return;
    }
    this.#count(from, 1, bytes.length);
    try {
      const event = await this.#read(type, bytes, from);
      if (event !== null) deliver(event);
    } catch (error) {
      this.#dropped += 1;
      if (error instanceof BincodeError)
        log.debug({ from, type }, `a message is malformed: ${error.message}`);
      else log.warn({ from, type, err: error }, 'a message could not be read');
    } finally {
      this.#count(from, -1, -bytes.length);
    }
  }

  #count(from: Origin, messages: 1 | -1, bytes: number): void {
    this.#waiting += messages;
    this.#waitingBytes += bytes;
    const ofOne = (this.#waitingOf.get(from) ?? 0) + messages;
    if (ofOne === 0) this.#waitingOf.delete(from);
    else this.#waitingOf.set(from, ofOne);
  }

  /** Null for what does not matter, is badly signed or of an unknown type (originals ignore those, too). */
  async #read(type: string, bytes: Uint8Array, from: Origin): Promise<Event | null> {
    switch (type) {
      case 'proposal':
        return this.#readProposal(bytes, from);
      case 'prevote':
      case 'precommit':
      case 'newview':
        return this.#readVote(bytes, from);
      case 'lprevote':
      case 'lprecommit':
        return this.#readCertificate(bytes, from);
      case 'fetch': {
        const { height, hash } = decodeBlockRequest(bytes);
        const exactHeight = exact(height);
        return exactHeight === null ? null : { kind: 'fetch', height: exactHeight, hash: hash as Hash, from };
      }
      case 'block':
        return this.#readBlock(bytes);
      default:
        return null;
    }
  }

  async #readProposal(bytes: Uint8Array, from: Origin): Promise<Event | null> {
    const { signatures } = this.#modules;
    const signed = decodeSignedProposal(bytes);
    const { height, round, voteProposal, rawProposal } = signed.proposal;
    const [h, r] = [exact(height), exact(round)];
    if (h === null || r === null || rawProposal.length === 0 || !this.#matters(h, from)) return null;
    const { phash, lockRound, lockVotes } = voteProposal;
    if ((lockRound === null) !== (lockVotes === null)) return this.#reject();
    if (toHex(await signatures.hash(rawProposal)) !== phash) return this.#reject();
    const signers = await signatures.proposer(signed);
    if (signers === null) return this.#reject();
    const lockVote = lockOf(signed.proposal);
    const lock = lockVote === null ? null : toCertificate(lockVote, signers.lockers);
    if (lockVote !== null && lock === null) return this.#reject();
    const { signer } = signers;
    const raw = rawProposal.slice();
    const proposal: Proposal = {
      height: h,
      round: r,
      hash: phash as Hash,
      raw,
      lock,
      signer,
      signature: signed.sig.slice(),
    };
    return { kind: 'proposal', proposal, from };
  }

  async #readVote(bytes: Uint8Array, from: Origin): Promise<Event | null> {
    const signed = decodeSignedVote(bytes);
    const vote = toVote(signed.vote);
    if (vote === null) return null;
    const isBallot = vote.step === 'prevote' || vote.step === 'precommit';
    if (isBallot ? vote.height !== this.#modules.position().height : !this.#matters(vote.height, from))
      return null;
    const signer = await this.#modules.signatures.voter(signed);
    if (signer === null) return this.#reject();
    return { kind: 'vote', vote: { ...vote, signer, signature: signed.sig.slice() }, from };
  }

  async #readCertificate(bytes: Uint8Array, from: Origin): Promise<Event | null> {
    const leaderVote = decodeLeaderVote(bytes);
    const position = this.#modules.position();
    const height = exact(leaderVote.height);
    const isNear = height === position.height || height === position.height + 1;
    // L3: an unsigned nil says nothing. A certificate of more votes than there are validators is none.
    if (!isNear || leaderVote.votes.length === 0 || leaderVote.votes.length > position.validators)
      return null;
    const signers = await this.#modules.signatures.voters(leaderVote);
    const certificate = signers === null ? null : toCertificate(leaderVote, signers);
    return certificate === null ? this.#reject() : { kind: 'certificate', certificate, from };
  }

  async #readBlock(bytes: Uint8Array): Promise<Event | null> {
    const { height, raw } = decodeBlockAnswer(bytes);
    const { position, signatures } = this.#modules;
    const { height: own, wanted } = position();
    if (height !== BigInt(own) || wanted.size === 0) return null;
    const hash = toHex(await signatures.hash(raw)) as Hash;
    return wanted.has(hash) ? { kind: 'block', height: own, hash, raw: raw.slice() } : this.#reject();
  }

  #reject(): null {
    this.#dropped += 1;
    return null;
  }

  /** The height in force and the next one always; an older one now and then, because its sender wants an answer. */
  #matters(height: number, from: Origin): boolean {
    const { position, now } = this.#modules;
    const { height: own, isDecided } = position();
    if (height > own + 1) return false;
    if (height > own || (height === own && !isDecided)) return true;
    const last = this.#stale.get(from);
    if (last !== undefined && now() - last < STALE_EVERY) return false;
    this.#stale.delete(from);
    this.#stale.set(from, now());
    const oldest = this.#stale.keys().next().value;
    if (this.#stale.size > MAX_STALE_ORIGINS && oldest !== undefined) this.#stale.delete(oldest);
    return true;
  }
}
