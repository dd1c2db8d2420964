/** CheckBlock: does the proof show that the height's validators decided this proposal? Rules S1–S8 of consensus.md 8.2. */
import { toHex } from '@hexapod/protocol/bytes';
import type { ProposalWithProof } from '@hexapod/protocol/common';
import { Code } from '@hexapod/protocol/status-code';
import { decodeProof } from '../codec/proof.ts';
import { WireStep } from '../codec/wire-messages.ts';
import { quorumOf } from '../core/quorum.ts';
import type { Address } from '../core/types.ts';
import type { Signatures } from './signatures.ts';

/** Where the controller stands: these validators decide the block after `height`. */
export interface ChainView {
  readonly height: bigint;
  readonly validators: readonly Address[];
}

/** Success, ProposalCheckError, or ConsensusServerNotReady for what cannot be judged now. Never throws for a bad proof. */
export async function checkBlock(
  { proposal, proof }: ProposalWithProof,
  view: ChainView | null,
  signatures: Signatures,
): Promise<Code> {
  // S1: only for the next height are the validators known. This code blames no peer.
  if (view === null || proposal === undefined || proposal.height !== view.height + 1n) {
    return Code.ConsensusServerNotReady;
  }
  const vote = decodeProof(proof); // S2: nothing but a proof in its canonical form
  if (vote === null || vote.hash === null) return Code.ProposalCheckError;
  const { height, round, step, hash, votes } = vote;
  const isOfHeight = height === proposal.height; // S3
  const isPrecommit = step === WireStep.Precommit; // S4
  const isUniform = votes.every(
    ({ vote: single }) =>
      single.height === height && single.round === round && single.step === step && single.hash === hash, // S4, S5
  );
  const isPlausible =
    votes.length >= quorumOf(view.validators.length) && votes.length <= view.validators.length;
  if (!isOfHeight || !isPrecommit || !isUniform || !isPlausible) return Code.ProposalCheckError;
  if (hash !== toHex(await signatures.hash(proposal.data))) return Code.ProposalCheckError; // S6
  const signers = await signatures.voters(vote);
  if (signers === null) return Code.ProposalCheckError;
  const isDistinct = new Set(signers).size === signers.length; // S7
  const areValidators = signers.every((signer) => view.validators.includes(signer)); // S7, S8: enough of them, above
  return isDistinct && areValidators ? Code.Success : Code.ProposalCheckError;
}
