// Which SM2 signatures count: those of the standard, and those that the original library lets pass besides, because it
// tests no ranges (docs/protocol/crypto.md 8). A committed block may contain such a one, made on purpose.

import { isOnCurve, N, P, sumHasX } from './sm2-curve.ts';

/** A signature with its public key, as the integers that stand in the 128 bytes: each below 2^256, not reduced. */
export interface SignatureNumbers {
  readonly r: bigint;
  readonly s: bigint;
  readonly x: bigint;
  readonly y: bigint;
}

/**
 * Is every number where the standard wants it? Then the original and the standard decide alike: they differ only if R has
 * an x in [N, P), which nobody can bring about (for a chosen k the chance is 2^-129; for a chosen R the key, and with
 * it the digest, depend on r).
 */
export function isInStandardRange({ r, s, x, y }: SignatureNumbers): boolean {
  return r > 0n && r < N && s > 0n && s < N && r + s !== N && isOnCurve(x, y);
}

/** The original's rule for a digest `e`, number by number, for signatures in and out of the standard's ranges. */
export function isAcceptedByOriginal(e: bigint, { r, s, x, y }: SignatureNumbers): boolean {
  const publicKey = { x: x % P, y: y % P };
  if (!isOnCurve(publicKey.x, publicKey.y)) return false;
  const sum = r + s;
  const u = sum >= N ? BigInt.asUintN(256, sum - N) : sum;
  const digest = e % N;
  const w = r >= digest ? r - digest : r - digest + N;
  return sumHasX(s, u, publicKey, w);
}
