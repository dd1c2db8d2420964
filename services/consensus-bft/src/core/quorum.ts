/**
 * Who leads, and how many make a quorum (docs/protocol/consensus.md 3.4). Every validator weighs one. The list is in
 * the controller's order, which decides the leader; n is its length.
 */
import type { Address, Certificate } from './types.ts';

/** The smallest q with 3q > 2n. */
export function quorumOf(n: number): number {
  return Math.floor((2 * n) / 3) + 1;
}

/** How many liars n validators bear: the largest f with 3f < n. */
export function faultsOf(n: number): number {
  return Math.max(0, Math.ceil(n / 3) - 1);
}

/** The leader of a round; undefined only for an empty list. */
export function leaderOf(validators: readonly Address[], height: number, round: number): Address | undefined {
  const n = validators.length;
  return n === 0 ? undefined : validators[((height % n) + (round % n)) % n];
}

/** Whether the certificate's signers are distinct validators and enough of them. */
export function isQuorum(certificate: Certificate, validators: readonly Address[]): boolean {
  const { votes } = certificate;
  if (votes.length < quorumOf(validators.length)) return false;
  const signers = new Set<Address>();
  for (const { signer } of votes) {
    if (!validators.includes(signer)) return false;
    signers.add(signer);
  }
  return signers.size === votes.length;
}
