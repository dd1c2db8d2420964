// SM2 once more, on the points of @noble/curves: the second opinion of the tests, straight from the formulas.

import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { A, B, G, N, P } from '../src/sm2-curve.ts';

export const Point = weierstrass({ p: P, n: N, h: 1n, a: A, b: B, Gx: G.x, Gy: G.y });
export type Point = InstanceType<typeof Point>;

const TWO_POW_256 = 1n << 256n;

const times = (point: Point, scalar: bigint): Point => point.multiplyUnsafe(scalar % N);

/** The scalar that stands before the public key, by the original's rule (docs/protocol/crypto.md 8). */
function secondScalar(r: bigint, s: bigint): bigint {
  const sum = r + s;
  if (sum < TWO_POW_256 && sum < N) return sum;
  return (((sum - N) % TWO_POW_256) + TWO_POW_256) % TWO_POW_256;
}

/** R of the verification, by the original's rule. */
export function pointR(r: bigint, s: bigint, publicKey: Point): Point {
  return times(Point.BASE, s).add(times(publicKey, secondScalar(r, s)));
}

/** Verification by GB/T 32918.2, 7.1. */
export function verifiesByStandard(e: bigint, r: bigint, s: bigint, publicKey: Point): boolean {
  if (r < 1n || r >= N || s < 1n || s >= N) return false;
  const t = (r + s) % N;
  if (t === 0n) return false;
  const sum = times(Point.BASE, s).add(times(publicKey, t));
  return !sum.is0() && (e + sum.toAffine().x) % N === r;
}

/** A signature made with a chosen k. */
export function signWith(privateKey: bigint, k: bigint, e: bigint): { r: bigint; s: bigint } {
  const r = (e + times(Point.BASE, k).toAffine().x) % N;
  const s = (Point.Fn.inv(1n + privateKey) * ((((k - r * privateKey) % N) + N) % N)) % N;
  return { r, s };
}
