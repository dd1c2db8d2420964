/**
 * Proofs and logs as judge.ts wants them: who signed is found out from the signatures alone, and what is not signed by
 * whom it names is left out.
 */

import type { Suite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { StatusError } from '@hexapod/protocol/status-code';
import { decodeProof } from '../codec/proof.ts';
import { toCertificate, toWireVote } from '../codec/translate.ts';
import { encodeVote } from '../codec/wire-messages.ts';
import type { Address, Certificate, Vote, WalRecord } from '../core/types.ts';
import type { NodeLog } from './evidence.ts';
import { certificatesIn } from './evidence.ts';

/** The certificate of a proof as blocks hold it. Throws for bytes that are none. */
export function certificateOf(suite: Suite, proof: Uint8Array): Certificate {
  const vote = decodeProof(proof);
  if (vote === null) throw new Error('it is no proof of consensus-bft in its canonical form');
  const signers = vote.votes.map(({ vote: single, sig }) => {
    const signer = recover(suite, encodeVote(single), sig);
    if (signer === null) throw new Error("one of its signatures is nobody's");
    return signer;
  });
  const certificate = toCertificate(vote, signers);
  if (certificate === null) throw new Error('its votes are not all for one value');
  return certificate;
}

/**
 * A log by its owner, who is whoever signed its votes; null for a log without votes, which tells nothing. Certificates
 * with a signature that is not of whom it should be are left out. Throws for a log with votes of several signers.
 */
export function logOf(suite: Suite, records: readonly WalRecord[]): NodeLog | null {
  const owners = new Set<Address>();
  for (const record of records) {
    if (record.kind !== 'vote') continue;
    const { signer, signature } = record.vote;
    if (!isSigned(suite, record.vote, signer, signature))
      throw new Error(
        `a vote of round ${record.vote.round} in it is not signed by ${signer}: somebody changed it`,
      );
    owners.add(signer);
  }
  const [owner, another] = owners;
  if (another !== undefined)
    throw new Error(`it holds votes of ${owner} and of ${another}: it is no log of one node`);
  if (owner === undefined) return null;
  const isGenuine = (certificate: Certificate): boolean =>
    certificate.votes.every(({ signer, signature }) => isSigned(suite, certificate, signer, signature));
  return { owner, records: records.filter((record) => certificatesIn(record).every(isGenuine)) };
}

function isSigned(suite: Suite, vote: Vote, signer: Address, signature: Uint8Array): boolean {
  return recover(suite, encodeVote(toWireVote(vote)), signature) === signer;
}

function recover(suite: Suite, bytes: Uint8Array, signature: Uint8Array): Address | null {
  try {
    return toHex(suite.recover(suite.hash(bytes), signature)) as Address;
  } catch (error) {
    if (error instanceof StatusError) return null;
    throw error;
  }
}
