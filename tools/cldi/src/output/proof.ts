// Proofs of blocks as JSON (docs/protocol/cldi.md 11).

import type { BftProof } from '@hexapod/sdk/bft-proof';
import { type OverlordProof, overlordVoters } from '@hexapod/sdk/overlord-proof';
import { hex } from './hex.ts';
import type { Json } from './json.ts';

const NONE = '0x';

export function bftProofJson({ height, round, step, proposalHash, votes }: BftProof): Json {
  return {
    height,
    proposal_hash: proposalHash ? hex(proposalHash) : NONE,
    round,
    step,
    votes: votes.map((vote) => ({
      proposal_hash: vote.proposalHash ? hex(vote.proposalHash) : NONE,
      signature: hex(vote.signature),
      validator: vote.validator ? hex(vote.validator) : 'invalid signature',
    })),
  };
}

/** A validator that voted is marked with `*`. The bitmap is cut to the number of validators, when they are known. */
export function overlordProofJson(proof: OverlordProof, validators: readonly Uint8Array[]): Json {
  const voters = new Set(overlordVoters(proof, validators));
  const bits = [...proof.addressBitmap].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return {
    address_bitmap: validators.length === 0 ? bits : bits.slice(0, validators.length),
    height: proof.height,
    proposal_hash: hex(proof.proposalHash),
    round: proof.round,
    signature: hex(proof.signature),
    validators: validators.map((validator) => `${voters.has(validator) ? '*' : ''}${hex(validator)}`),
  };
}
