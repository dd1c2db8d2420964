// SM2 verification (GB/T 32918.2; docs/protocol/crypto.md 5 and 8): what the host calls. It writes a message and a signature to
// MESSAGE and SIGNATURE and asks. Not constant-time: nothing secret comes here.

import { atInfinity, XY, ZZ } from './accumulator';
import { G_BYTES, hashKey, hashMessage, prepareDigests } from './digest';
import { CURVE_B, fma, isZero, mul, norm, sqr, THREE } from './field';
import { at, difference, highHigh, lowLow, lows, sum } from './lanes';
import { add, isBelow, isNull, N, P, read, reduce, sub, toField } from './number';
import { BIG_TABLE_BYTES, buildBig, buildSmall, prepareSums, SMALL_TABLE_BYTES, sumBig, sumCold, sumSmall } from './sums';

// For the tests of the parts.
export { addAffine, doubleXyzz } from './xyzz';
export { addJacobian, double } from './jacobian';
export { atInfinity, clear, setPoint, XY, ZZ } from './accumulator';
export { isZero, mul, sqr } from './field';
export { MINUS, PLUS, tightened } from './lanes';
export { recode, toField } from './number';

/** 32 bytes of a message, or of a digest. */
export const MESSAGE: usize = memory.data(32, 16);
/** r ‖ s ‖ x ‖ y, 128 bytes. */
export const SIGNATURE: usize = memory.data(128, 16);

/** How `verify` shall judge: by the standard, not as the original does; MESSAGE is a digest, e. */
export const STRICT: u32 = 1;
export const IS_DIGEST: u32 = 2;

/** What there is of the key: nothing, or either of its tables, which have ZA before their points. */
export const COLD: u32 = 0;
export const SMALL: u32 = 1;
export const BIG: u32 = 2;
const ZA_BYTES: usize = 32;
export const SMALL_BYTES: usize = ZA_BYTES + SMALL_TABLE_BYTES;
export const BIG_BYTES: usize = ZA_BYTES + BIG_TABLE_BYTES;

/** From here on the memory belongs to the host, which says where the tables of a key shall lie: at multiples of 16. */
export const FREE: usize = __heap_base;

const R: usize = memory.data(32, 16);
const S: usize = memory.data(32, 16);
const T: usize = memory.data(32, 16);
const E: usize = memory.data(32, 16);
const X: usize = memory.data(32, 16);
const Y: usize = memory.data(32, 16);
const W0: usize = memory.data(32, 16);
const W1: usize = memory.data(32, 16);
const ZA: usize = memory.data(32, 16);
const DIGEST: usize = memory.data(32, 16);
const POINT: usize = memory.data(80, 16);
const F0: usize = memory.data(80, 16);
const F1: usize = memory.data(80, 16);

/** 2^27 + 1, its square without the last bit, negative, and 1: all that a product rounded by itself loses. */
const ROUNDING: usize = memory.data<f64>([134217729, 134217729, -18014398777917440, -18014398777917440], 16);

/** Does fma round once here, as all of the field's arithmetic needs? If not, the kernel must not be used. */
export function roundsOnce(): bool {
  const a = v128.load(ROUNDING), c = v128.load(ROUNDING + 16);
  return f64x2.extract_lane(fma(a, a, c), 0) == 1 && f64x2.extract_lane(fma(a, a, c), 1) == 1;
}

/** Once, before all else: makes G's table. */
export function prepare(): void {
  prepareDigests();
  read(X, G_BYTES);
  read(Y, G_BYTES + 32);
  toField(POINT, X, Y);
  prepareSums(POINT);
}

/**
 * Is what stands at SIGNATURE a signature of what stands at MESSAGE?
 * @param how STRICT and IS_DIGEST, added @param kind COLD, SMALL or BIG @param table where it is
 */
export function verify(how: u32, kind: u32, table: usize): bool {
  const isStrict = (how & STRICT) != 0, isDigest = (how & IS_DIGEST) != 0;
  read(R, SIGNATURE);
  read(S, SIGNATURE + 32);
  readKey();
  if (isStrict && !isInStandardRange()) return false;
  if (kind == COLD && !takeKey()) return false;
  if (!scalars(isStrict)) return false;
  if (kind == COLD && !isDigest) hashKey(ZA, X, Y);
  if (!isDigest) hashMessage(DIGEST, kind == COLD ? ZA : table, MESSAGE);
  read(E, isDigest ? MESSAGE : DIGEST);
  if (kind == COLD) sumCold(POINT, S, T);
  else if (kind == SMALL) sumSmall(table + ZA_BYTES, S, T);
  else sumBig(table + ZA_BYTES, S, T);
  return !atInfinity() && hasExpectedX(isStrict);
}

/** Makes a table of the key at SIGNATURE. False if that is not on the curve. @param kind SMALL or BIG */
export function build(kind: u32, table: usize): bool {
  readKey();
  if (!takeKey()) return false;
  hashKey(table, X, Y);
  if (kind == SMALL) buildSmall(table + ZA_BYTES, POINT);
  else buildBig(table + ZA_BYTES, POINT);
  return true;
}

/** Where ZA of the key at SIGNATURE is, until the next call: its coordinates count reduced. */
export function digestOfKey(): usize {
  readKey();
  reduce(X, P);
  reduce(Y, P);
  hashKey(ZA, X, Y);
  return ZA;
}

function readKey(): void {
  read(X, SIGNATURE + 64);
  read(Y, SIGNATURE + 96);
}

function isInStandardRange(): bool {
  return !isNull(R) && !isNull(S) && isBelow(R, N) && isBelow(S, N) && isBelow(X, P) && isBelow(Y, P);
}

/** X and Y, reduced, as POINT. False if that is none of the curve. */
function takeKey(): bool {
  reduce(X, P);
  reduce(Y, P);
  toField(POINT, X, Y);
  return isOnCurve();
}

// @ts-ignore: decorator
@inline
function squaresMinus3(limb: usize): v128 {
  return difference(at(F0, limb), at(THREE, limb));
}
// @ts-ignore: decorator
@inline
function curveRest(limb: usize): v128 {
  return difference(highHigh(at(F0, limb), at(F0, limb)), sum(at(F1, limb), at(CURVE_B, limb)));
}

/** y^2 = x (x^2 - 3) + b for POINT? */
function isOnCurve(): bool {
  sqr(F0, POINT); // x^2 | y^2
  norm(F1, squaresMinus3(0), squaresMinus3(16), squaresMinus3(32), squaresMinus3(48), squaresMinus3(64));
  mul(F1, F1, POINT); // x (x^2 - 3) | -
  norm(F1, curveRest(0), curveRest(16), curveRest(32), curveRest(48), curveRest(64));
  return isZero(F1, 0);
}

/** T, the scalar of the key, and S, both below n. False if the rule is strict and T is 0. */
function scalars(isStrict: bool): bool {
  const isLong = add(T, R, S);
  if (isLong || !isBelow(T, N)) sub(T, T, N);
  // The original takes both scalars as they are; the point is that of the scalar modulo the order.
  reduce(T, N);
  reduce(S, N);
  return !(isStrict && isNull(T));
}

// @ts-ignore: decorator
@inline
function xMinusExpected(limb: usize): v128 {
  return difference(lowLow(at(XY, limb), at(XY, limb)), at(F0, limb));
}

/** Is x of the accumulator what r and the digest want it to be? Without an inversion: X = w ZZ. */
function hasExpectedX(isStrict: bool): bool {
  reduce(E, N);
  const isBorrowed = isBelow(R, E);
  sub(W0, R, E);
  if (isBorrowed) add(W0, W0, N);
  // By the standard (e + x) mod n counts, and x, which is below p, may be n or more.
  const isLong = add(W1, W0, N);
  const hasSecond = isStrict && !isLong && isBelow(W1, P);
  toField(F0, W0, W1);
  lows(F1, ZZ, ZZ);
  mul(F0, F0, F1);
  norm(F1, xMinusExpected(0), xMinusExpected(16), xMinusExpected(32), xMinusExpected(48), xMinusExpected(64));
  return isZero(F1, 0) || (hasSecond && isZero(F1, 8));
}
