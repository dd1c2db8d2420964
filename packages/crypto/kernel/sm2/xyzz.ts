// Points in XYZZ form: x = X / ZZ, y = Y / ZZZ, ZZ^3 = ZZZ^2.

import { atInfinity, clear, S0, S1, S2, S3, S4, S5, S6, S7, S8, setAffine, takeSigned, XY, ZZ } from './accumulator';
import { fma, isZero, mul, norm, sqr, store } from './field';
import {
  at, difference, factors, highHigh, highLow, highs, lowAndHigh, lowLow, lows, onlyLow, sum, tightened, TIMES_2,
  TIMES_3_4, TIMES_MINUS_2,
} from './lanes';

// Addition of an affine point: P = x2 ZZ - X, R = y2 ZZZ - Y, Q = X P^2, X3 = R^2 - P^3 - 2 Q,
// Y3 = R (Q - X3) - Y P^3, ZZ3 = ZZ P^2, ZZZ3 = ZZZ P^3. One function for each pair of operands, limb by limb.

// @ts-ignore: decorator
@inline
function addPR(l: usize): v128 {
  return difference(at(S3, l), at(S0, l));
}
// @ts-ignore: decorator
@inline
function addX(l: usize): v128 {
  const subtracted = fma(highHigh(at(S2, l), at(S2, l)), factors(TIMES_2), lowLow(at(S2, l), at(S2, l)));
  return difference(highHigh(at(S4, l), at(S4, l)), subtracted);
}
// @ts-ignore: decorator
@inline
function addRest(l: usize): v128 {
  return difference(highLow(at(S2, l), at(S2, l)), onlyLow(at(S3, l)));
}
// @ts-ignore: decorator
@inline
function addXY(l: usize): v128 {
  return lowLow(at(S3, l), difference(at(S6, l), highHigh(at(S6, l), at(S6, l))));
}

/** Accumulator: plus an affine point. @param xy (x | y), tight @param sign PLUS or MINUS */
export function addAffine(xy: usize, sign: usize): void {
  takeSigned(xy, sign); // x2 | y2
  if (atInfinity()) return setAffine(S2);
  tightened(S0, XY);
  mul(S3, S2, ZZ);
  norm(S8, addPR(0), addPR(16), addPR(32), addPR(48), addPR(64)); // P | R
  if (isZero(S8, 0)) {
    if (isZero(S8, 8)) doubleXyzz();
    else clear();
    return;
  }
  sqr(S4, S8); // PP | RR
  lows(S2, S8, S0);
  lows(S6, S4, S4);
  mul(S2, S2, S6); // PPP | Q
  norm(S3, addX(0), addX(16), addX(32), addX(48), addX(64)); // X3
  norm(S5, addRest(0), addRest(16), addRest(32), addRest(48), addRest(64)); // Q - X3 | PPP
  highs(S6, S8, S0);
  mul(S6, S6, S5); // R (Q - X3) | Y PPP
  lows(S5, S4, S2);
  mul(ZZ, ZZ, S5);
  store(XY, addXY(0), addXY(16), addXY(32), addXY(48), addXY(64));
}

// Doubling, a = -3: V = 4 Y^2, W = 2 Y V, S = X V, M = 3 (X - ZZ) (X + ZZ), X3 = M^2 - 2 S,
// Y3 = M (S - X3) - W Y, ZZ3 = V ZZ, ZZZ3 = W ZZZ.

// @ts-ignore: decorator
@inline
function doubleLeft(l: usize): v128 {
  return difference(at(XY, l), onlyLow(at(ZZ, l)));
}
// @ts-ignore: decorator
@inline
function doubleRight(l: usize): v128 {
  return sum(at(XY, l), onlyLow(at(ZZ, l)));
}
// @ts-ignore: decorator
@inline
function doubleSlope(l: usize): v128 {
  return f64x2.mul(at(S3, l), factors(TIMES_3_4));
}
// @ts-ignore: decorator
@inline
function doubleX(l: usize): v128 {
  return fma(highHigh(at(S5, l), at(S5, l)), factors(TIMES_MINUS_2), at(S5, l));
}
// @ts-ignore: decorator
@inline
function doubleRest(l: usize): v128 {
  return lowLow(difference(highHigh(at(S5, l), at(S5, l)), at(S7, l)), sum(at(S6, l), at(S6, l)));
}
// @ts-ignore: decorator
@inline
function doubleXY(l: usize): v128 {
  return lowLow(at(S7, l), fma(highHigh(at(S6, l), at(S6, l)), factors(TIMES_MINUS_2), at(S1, l)));
}

/** Accumulator: twice itself. */
export function doubleXyzz(): void {
  if (atInfinity()) return;
  tightened(S0, XY);
  norm(S1, doubleLeft(0), doubleLeft(16), doubleLeft(32), doubleLeft(48), doubleLeft(64)); // X - ZZ | Y
  norm(S2, doubleRight(0), doubleRight(16), doubleRight(32), doubleRight(48), doubleRight(64)); // X + ZZ | Y
  mul(S3, S1, S2); // M / 3 | YY
  norm(S4, doubleSlope(0), doubleSlope(16), doubleSlope(32), doubleSlope(48), doubleSlope(64)); // M | V
  lows(S5, S4, S0);
  mul(S5, S5, S4); // M^2 | S
  highs(S6, S0, S3);
  highs(S7, S4, S4);
  mul(S6, S6, S7); // Y V | W Y / 2
  store(S7, doubleX(0), doubleX(16), doubleX(32), doubleX(48), doubleX(64)); // X3 | -
  norm(S8, doubleRest(0), doubleRest(16), doubleRest(32), doubleRest(48), doubleRest(64)); // S - X3 | W
  lows(S1, S4, ZZ);
  lowAndHigh(S2, S8, S4);
  mul(S1, S1, S2); // M (S - X3) | ZZ3
  mul(S2, ZZ, S8); // - | ZZZ3
  store(XY, doubleXY(0), doubleXY(16), doubleXY(32), doubleXY(48), doubleXY(64));
  highs(ZZ, S1, S2);
}
