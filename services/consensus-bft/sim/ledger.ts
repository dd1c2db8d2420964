/**
 * What must never happen, watched from above: every value, every signature and every commit of a run passes here. A
 * breach throws `Breach` at once, so the trace ends with its cause.
 */
import type { Address, Certificate, Hash, Proposal, SignedVote, Vote, VoteStep } from '../src/core/types.ts';
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

const STEPS = { propose: 0, prevote: 1, precommit: 2, newview: 3, newviewres: 4 } as const;

function ofHeight<T>(heights: Map<number, Map<number, T>>, height: number): Map<number, T> {
  const known = heights.get(height);
  if (known !== undefined) return known;
  const places = new Map<number, T>();
  heights.set(height, places);
  return places;
}

export class Ledger {
  /** The validators of each height: the chain decides them, not chance. */
  readonly validatorsAt: (height: number) => readonly Address[];
  readonly liars: ReadonlySet<Address>;
  private readonly values = new Map<Hash, Value>();
  private readonly byRaw = new Map<Uint8Array, Value>();
  /** By height, then by signer, step and round (`placeOf`). */
  private readonly statements = new Map<number, Map<number, Hash>>();
  private readonly signatures = new Map<number, Map<number, Hash[]>>();
  private readonly numbers = new Map<Address, number>();
  private readonly blocks = new Map<
    number,
    { readonly hash: Hash; readonly by: string; readonly proof: Certificate }
  >();
  /** Two proofs of one height, when agreement is broken. */
  fork: readonly [Certificate, Certificate] | null = null;
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
    const places = ofHeight(this.signatures, height);
    const place = this.placeOf(signer, step, round);
    const hashes = places.get(place);
    if (hashes === undefined) places.set(place, [hash]);
    else if (!hashes.includes(hash)) hashes.push(hash);
  }

  /** A vote or proposal leaves the process of its signer. */
  said(statement: SignedVote | Proposal): void {
    const { signer, height, round, hash } = statement;
    if (this.liars.has(signer)) return;
    const step = 'step' in statement ? statement.step : 'propose';
    const places = ofHeight(this.statements, height);
    const place = this.placeOf(signer, step, round);
    const earlier = places.get(place);
    if (earlier === undefined) places.set(place, hash);
    else if (earlier !== hash) {
      throw new Breach('no double sign', `${signer} ${step} ${height}/${round}: ${earlier}, then ${hash}`);
    }
  }

  /** Whether each signature in the certificate was really made: what a signature check would say. */
  isGenuine({ step, height, round, hash, votes }: Certificate): boolean {
    const places = this.signatures.get(height);
    if (places === undefined) return votes.length === 0;
    return votes.every(({ signer }) => places.get(this.placeOf(signer, step, round))?.includes(hash));
  }

  private placeOf(signer: Address, step: VoteStep | 'propose', round: number): number {
    let number = this.numbers.get(signer);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(signer, number);
    }
    return (round * 16 + number) * 8 + STEPS[step];
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
      this.fork = [first.proof, certificate];
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
    if (first === undefined) this.blocks.set(height, { hash, by, proof: certificate });
    this.top = Math.max(this.top, height);
  }
}
