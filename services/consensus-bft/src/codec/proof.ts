/**
 * The proof of a block: a LeaderVote in its one canonical form (docs/protocol/consensus.md 3.13, 8.6). Proofs stand in
 * blocks for ever, so nothing lenient is accepted here.
 */
import { equalBytes } from '@hexapod/protocol/bytes';
import type { Certificate } from '../core/types.ts';
import { BincodeError } from './bincode.ts';
import { toLeaderVote } from './translate.ts';
import type { LeaderVote } from './wire-messages.ts';
import { decodeLeaderVote, encodeLeaderVote } from './wire-messages.ts';

export function encodeProof(certificate: Certificate): Uint8Array {
  return encodeLeaderVote(toLeaderVote(certificate));
}

/** The vote of a proof; null when the bytes are not the canonical form of one. */
export function decodeProof(bytes: Uint8Array): LeaderVote | null {
  try {
    const proof = decodeLeaderVote(bytes);
    return equalBytes(encodeLeaderVote(proof), bytes) ? proof : null;
  } catch (error) {
    if (error instanceof BincodeError) return null;
    throw error;
  }
}
