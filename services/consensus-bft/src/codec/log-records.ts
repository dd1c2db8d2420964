/**
 * The write-ahead log's entries as bytes: a kind, then bincode. The form is our own and local to a node
 * (docs/protocol/consensus.md 8.3).
 */
import type { Address, Certificate, Hash, SignedVote, VoteStep, WalRecord } from '../core/types.ts';
import { BincodeError, BincodeReader, BincodeWriter } from './bincode.ts';
import { exact } from './translate.ts';

const Kind = { height: 1, round: 2, block: 3, proposal: 4, vote: 5, polka: 6, decision: 7 } as const;
const STEPS: readonly VoteStep[] = ['prevote', 'precommit', 'newview', 'newviewres'];
const LEAST_ENDORSEMENT = 56;

export function encodeRecord(record: WalRecord): Uint8Array {
  const to = new BincodeWriter().u8(Kind[record.kind]);
  switch (record.kind) {
    case 'height':
      return to.count(record.height).finish();
    case 'round':
      return to.count(record.height).count(record.round).finish();
    case 'block':
      return to.count(record.height).fixedHash(record.hash).bytes(record.raw).u8(Number(record.own)).finish();
    case 'proposal': {
      const { height, round, hash, lock, signer, signature } = record.proposal;
      to.count(height).count(round).fixedHash(hash).fixedHash(signer).bytes(signature);
      return to.option(lock, (certificate) => writeCertificate(to, certificate)).finish();
    }
    case 'vote':
      writeVote(to, record.vote);
      return to.fixedHash(record.vote.signer).bytes(record.vote.signature).finish();
    case 'polka':
      writeCertificate(to, record.certificate);
      return to.u8(Number(record.locked)).finish();
    case 'decision':
      writeCertificate(to, record.certificate);
      return to.finish();
  }
}

/** Throws BincodeError for bytes that are no entry. What the record keeps of them is copied. */
export function decodeRecord(bytes: Uint8Array): WalRecord {
  const from = new BincodeReader(bytes);
  const kind = from.u8();
  switch (kind) {
    case Kind.height:
      return { kind: 'height', height: number(from) };
    case Kind.round:
      return { kind: 'round', height: number(from), round: number(from) };
    case Kind.block:
      return {
        kind: 'block',
        height: number(from),
        hash: hash(from),
        raw: from.bytes().slice(),
        own: flag(from),
      };
    case Kind.proposal: {
      const place = { height: number(from), round: number(from), hash: hash(from) };
      const signed = { signer: address(from), signature: from.bytes().slice() };
      return {
        kind: 'proposal',
        proposal: { ...place, ...signed, lock: from.option(() => readCertificate(from)) },
      };
    }
    case Kind.vote: {
      const vote = readVote(from);
      return { kind: 'vote', vote: { ...vote, signer: address(from), signature: from.bytes().slice() } };
    }
    case Kind.polka:
      return { kind: 'polka', certificate: readCertificate(from), locked: flag(from) };
    case Kind.decision:
      return { kind: 'decision', certificate: readCertificate(from) };
    default:
      throw new BincodeError(`${kind} is no kind of log entry, 1..7`);
  }
}

type Place = Pick<SignedVote, 'height' | 'round' | 'step' | 'hash'>;

function writeVote(to: BincodeWriter, { height, round, step, hash }: Place): void {
  to.count(height).count(round).u8(STEPS.indexOf(step)).fixedHash(hash);
}

function readVote(from: BincodeReader): Place {
  const [height, round, step] = [number(from), number(from), STEPS[from.u8()]];
  if (step === undefined) throw new BincodeError('the entry of a vote has an unknown step');
  return { height, round, step, hash: hash(from) };
}

function writeCertificate(to: BincodeWriter, certificate: Certificate): void {
  writeVote(to, certificate);
  to.sequence(certificate.votes, ({ signer, signature }) => to.fixedHash(signer).bytes(signature));
}

function readCertificate(from: BincodeReader): Certificate {
  const { height, round, step, hash } = readVote(from);
  if (step !== 'prevote' && step !== 'precommit')
    throw new BincodeError(`a certificate is not made of ${step}s`);
  const endorsement = () => ({ signer: address(from), signature: from.bytes().slice() });
  return { height, round, step, hash, votes: from.sequence(LEAST_ENDORSEMENT, endorsement) };
}

function number(from: BincodeReader): number {
  const value = exact(from.u64());
  if (value === null) throw new BincodeError('a height or round above 2^53');
  return value;
}

function hash(from: BincodeReader): Hash {
  return from.fixedHash(32) as Hash;
}

function address(from: BincodeReader): Address {
  return from.fixedHash(20) as Address;
}

function flag(from: BincodeReader): boolean {
  return from.u8() === 1;
}
