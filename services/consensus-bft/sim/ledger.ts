/**
 * What must never happen, watched from above: every value, every signature and every commit of a run passes here. A
 * breach throws `Breach` at once, so the trace ends with its cause.
 */
import type { Address, Certificate, Hash, Proposal, SignedVote, Vote } from '../src/core/types.ts';
import { NIL } from '../src/core/types.ts';

/** A property of docs/protocol/consensus.md 8.5 does not hold. */
export class Breach extends Error {
  readonly property: string;

  constructor(property: string, what: string) {
    super(`${property}: ${what}`);
    this.property = property;
  }
}

/** A value somebody built; `bad` ones are refused by every honest controller. */
export interface Value {
  readonly hash: Hash;
  readonly raw: Uint8Array;
  readonly height: number;
  readonly parent: Hash;
  readonly bad: boolean;
}

export interface ChainBlock {
  readonly hash: Hash;
  readonly raw: Uint8Array;
  readonly certificate: Certificate;
}

export const GENESIS = 'genesis' as Hash;

export class Ledger {
  /** The validators of each height: the chain decides them, not chance. */
  readonly validatorsAt: (height: number) => readonly Address[];
  readonly liars: ReadonlySet<Address>;
  private readonly values = new Map<Hash, Value>();
  private readonly byRaw = new Map<Uint8Array, Value>();
  private readonly statements = new Map<string, Hash>();
  private readonly signatures = new Set<string>();
  private readonly blocks = new Map<number, { readonly hash: Hash; readonly by: string }>();
  private built = 0;

  constructor(validatorsAt: (height: number) => readonly Address[], liars: ReadonlySet<Address>) {
    this.validatorsAt = validatorsAt;
    this.liars = liars;
  }

  /** The highest height anybody committed. */
  top = 0;

  build(height: number, parent: Hash, by: Address, bad = false): Value {
    this.built += 1;
    const hash = `${bad ? 'BAD' : 'v'}${this.built}@${height}${by}` as Hash;
    const value: Value = { hash, raw: new Uint8Array(0), height, parent, bad };
    this.values.set(hash, value);
    this.byRaw.set(value.raw, value);
    return value;
  }

  valueOf(hash: Hash): Value | undefined {
    return this.values.get(hash);
  }

  hashOf(raw: Uint8Array): Hash {
    const value = this.byRaw.get(raw);
    if (value === undefined) throw new Breach('integrity', 'a block that nobody built');
    return value.hash;
  }

  /** The signer's key signed a vote; it may never leave the process. */
  signed(signer: Address, { step, height, round, hash }: Vote): void {
    this.signatures.add(`${signer} ${step} ${height}/${round} ${hash}`);
  }

  /** A vote or proposal leaves the process of its signer. */
  said(statement: SignedVote | Proposal): void {
    const step = 'step' in statement ? statement.step : 'propose';
    const { signer, height, round, hash } = statement;
    const place = `${signer} ${step} ${height}/${round}`;
    if (this.liars.has(signer)) return;
    const earlier = this.statements.get(place);
    if (earlier === undefined) this.statements.set(place, hash);
    else if (earlier !== hash) throw new Breach('no double sign', `${place}: ${earlier}, then ${hash}`);
  }

  /** Whether each signature in the certificate was really made: what a signature check would say. */
  isGenuine({ step, height, round, hash, votes }: Certificate): boolean {
    return votes.every(({ signer }) => this.signatures.has(`${signer} ${step} ${height}/${round} ${hash}`));
  }

  /** Strict proof check, the S rules of 8.2, written independently of the core. */
  proves(certificate: Certificate, height: number, hash: Hash): boolean {
    const validators = this.validatorsAt(height);
    const signers = new Set(certificate.votes.map((vote) => vote.signer));
    return (
      certificate.height === height &&
      certificate.step === 'precommit' &&
      certificate.hash === hash &&
      signers.size === certificate.votes.length &&
      3 * signers.size > 2 * validators.length &&
      [...signers].every((signer) => validators.includes(signer)) &&
      this.isGenuine(certificate)
    );
  }

  /** A correct node made a block final. */
  committed(by: string, height: number, parent: Hash, block: ChainBlock): void {
    const { hash, certificate } = block;
    const first = this.blocks.get(height);
    if (first !== undefined && first.hash !== hash) {
      throw new Breach('agreement', `height ${height}: ${first.by} has ${first.hash}, ${by} has ${hash}`);
    }
    if (!this.proves(certificate, height, hash)) {
      throw new Breach('proof soundness', `height ${height}: the proof of ${by} does not hold`);
    }
    if (hash === NIL) throw new Breach('validity', `height ${height}: nothing was decided`);
    const value = this.values.get(hash);
    if (value === undefined || value.bad || value.height !== height || value.parent !== parent) {
      throw new Breach('validity', `height ${height}: ${hash} is no valid child of ${parent}`);
    }
    if (first === undefined) this.blocks.set(height, { hash, by });
    this.top = Math.max(this.top, height);
  }
}
