/**
 * Who signed what. A vote arrives several times, alone and in certificates, so recovered signers are kept: a bounded
 * number, the longest unused first to go.
 */
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { lockOf, toNetworkProposal, toWireVote } from '../codec/translate.ts';
import type {
  FollowerVote,
  LeaderVote,
  SignedFollowerVote,
  SignedNetworkProposal,
} from '../codec/wire-messages.ts';
import { encodeNetworkProposal, encodeVote } from '../codec/wire-messages.ts';
import type { Address, Statement } from '../core/types.ts';
import type { ChainCrypto } from './chain-crypto.ts';

const KEPT_SIGNERS = 8192;
/** Recovering is CPU work: after so many in a row, others get their turn. */
const BATCH = 16;

export class Signatures {
  readonly #crypto: ChainCrypto;
  readonly #kept: number;
  /** Only good signatures: a crypto process that erred once must not be wrong for ever. */
  readonly #signers = new Map<string, Address>();

  constructor(crypto: ChainCrypto, kept = KEPT_SIGNERS) {
    this.#crypto = crypto;
    this.#kept = kept;
  }

  get size(): number {
    return this.#signers.size;
  }

  hash(data: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.#crypto.hash(data);
  }

  /**
   * Signs a vote or a proposal with the node's key, and makes sure that it did: a signature of somebody else, or nobody,
   * would spoil every certificate it stands in. Throws when the crypto process does not sign, or not as `self`.
   */
  async sign(statement: Statement, self: Address): Promise<Uint8Array> {
    const bytes =
      statement.kind === 'vote'
        ? encodeVote(toWireVote(statement.vote))
        : encodeNetworkProposal(toNetworkProposal(statement));
    const hash = await this.#crypto.hash(bytes);
    const signature = (await this.#crypto.sign(hash)).slice();
    const signer = await this.#crypto.recover(hash, signature);
    if (signer === self && statement.kind === 'vote')
      this.#keep(keyOf(toWireVote(statement.vote), signature), self);
    if (signer === self) return signature;
    const whose = signer === null ? "is nobody's" : `is of ${signer}`;
    throw new StatusError(Code.SigCheckError, `what the crypto process signed ${whose}, not of ${self}`);
  }

  /** The signer of a vote; null for a bad signature. Signatures are over the canonical form (3.3). */
  async voter(signed: SignedFollowerVote): Promise<Address | null> {
    const key = keyOf(signed.vote, signed.sig);
    const known = this.#signers.get(key);
    const signer = known ?? (await this.#recover(encodeVote(signed.vote), signed.sig));
    if (signer !== null) this.#keep(key, signer);
    return signer;
  }

  /** The signers of all votes, in their order; null as soon as one signature is bad. */
  async voters({ votes }: LeaderVote): Promise<Address[] | null> {
    const signers: Address[] = [];
    for (const [index, vote] of votes.entries()) {
      if (index % BATCH === BATCH - 1) await new Promise((resolve) => setImmediate(resolve));
      const signer = await this.voter(vote);
      if (signer === null) return null;
      signers.push(signer);
    }
    return signers;
  }

  /** The signer of a proposal, and of the votes that prove its lock: null if one of the signatures is bad. */
  async proposer(signed: SignedNetworkProposal): Promise<{ signer: Address; lockers: Address[] } | null> {
    const signer = await this.#recover(encodeNetworkProposal(signed.proposal), signed.sig);
    if (signer === null) return null;
    const lock = lockOf(signed.proposal);
    const lockers = lock === null ? [] : await this.voters(lock);
    return lockers === null ? null : { signer, lockers };
  }

  async #recover(bytes: Uint8Array, signature: Uint8Array): Promise<Address | null> {
    return this.#crypto.recover(await this.#crypto.hash(bytes), signature);
  }

  #keep(key: string, signer: Address): void {
    this.#signers.delete(key);
    this.#signers.set(key, signer);
    const oldest = this.#signers.keys().next().value;
    if (this.#signers.size > this.#kept && oldest !== undefined) this.#signers.delete(oldest);
  }
}

function keyOf({ height, round, step, hash }: FollowerVote, signature: Uint8Array): string {
  return `${height}/${round}/${step}/${hash}/${Buffer.from(signature).toString('latin1')}`;
}
