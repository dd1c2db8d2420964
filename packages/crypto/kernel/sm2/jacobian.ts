// Points in Jacobian form: x = X / Z^2, y = Y / Z^3.

import { atInfinity, clear, S0, S1, S2, S3, S4, S5, S6, S7, S8, setPoint, takeSigned, XY, ZZ } from './accumulator';
import { fma, isZero, mul, norm, sqr, store } from './field';
import {
  at, difference, factors, highHigh, highLow, highs, lowAndHigh, lowHigh, lowLow, lows, onlyHigh, onlyLow, tightened,
  TIMES_1_4, TIMES_2, TIMES_3_1, TIMES_MINUS_2_1,
} from './lanes';

// Doubling, a = -3: M = 3 (X - ZZ) (X + ZZ), S = 4 X Y^2, X3 = M^2 - 2 S, Y3 = M (S - X3) - 8 Y^4,
// Z3 = (Y + Z)^2 - Y^2 - Z^2. One function for each pair of operands, limb by limb.

// @ts-ignore: decorator
@inline
function doubleZY(l: usize): v128 {
  return lowHigh(at(ZZ, l), at(XY, l));
}
// @ts-ignore: decorator
@inline
function doubleLeft(l: usize): v128 {
  return difference(lowLow(at(XY, l), at(XY, l)), onlyLow(at(S1, l)));
}
// @ts-ignore: decorator
@inline
function doubleRight(l: usize): v128 {
  return fma(at(S1, l), factors(TIMES_1_4), onlyLow(at(XY, l)));
}
// @ts-ignore: decorator
@inline
function doubleSlope(l: usize): v128 {
  return fma(lowHigh(at(S4, l), at(S0, l)), factors(TIMES_3_1), onlyHigh(lowLow(at(S0, l), at(S0, l))));
}
// @ts-ignore: decorator
@inline
function doubleXZ(l: usize): v128 {
  const twiceS = fma(highHigh(at(S4, l), at(S1, l)), factors(TIMES_MINUS_2_1), at(S6, l));
  return difference(twiceS, onlyHigh(lowLow(at(S1, l), at(S1, l))));
}
// @ts-ignore: decorator
@inline
function doubleRest(l: usize): v128 {
  return difference(highHigh(at(S4, l), at(S3, l)), onlyLow(at(S7, l)));
}
// @ts-ignore: decorator
@inline
function doubleXY(l: usize): v128 {
  return lowLow(at(S7, l), fma(highHigh(at(S4, l), at(S4, l)), factors(TIMES_MINUS_2_1), at(S4, l)));
}

/** Accumulator: twice itself. No point of the curve has y = 0, so that Z3 is never 0. */
export function double(): void {
  if (atInfinity()) return;
  norm(S0, doubleZY(0), doubleZY(16), doubleZY(32), doubleZY(48), doubleZY(64)); // Z | Y
  sqr(S1, S0); // ZZ | YY
  norm(S2, doubleLeft(0), doubleLeft(16), doubleLeft(32), doubleLeft(48), doubleLeft(64)); // X - ZZ | X
  norm(S3, doubleRight(0), doubleRight(16), doubleRight(32), doubleRight(48), doubleRight(64)); // X + ZZ | 4 YY
  mul(S4, S2, S3); // M / 3 | S
  norm(S5, doubleSlope(0), doubleSlope(16), doubleSlope(32), doubleSlope(48), doubleSlope(64)); // M | Y + Z
  sqr(S6, S5); // M^2 | (Y + Z)^2
  store(S7, doubleXZ(0), doubleXZ(16), doubleXZ(32), doubleXZ(48), doubleXZ(64)); // X3 | Z3
  norm(S8, doubleRest(0), doubleRest(16), doubleRest(32), doubleRest(48), doubleRest(64)); // S - X3 | 4 YY
  lowAndHigh(S2, S5, S1); // M | YY
  mul(S4, S2, S8); // M (S - X3) | 4 YY^2
  store(XY, doubleXY(0), doubleXY(16), doubleXY(32), doubleXY(48), doubleXY(64));
  highs(ZZ, S7, S7);
}

// Addition: U1 = X1 ZZ2, U2 = X2 ZZ1, S1 = Y1 ZZZ2, S2 = Y2 ZZZ1, H = U2 - U1, r = S2 - S1,
// X3 = r^2 - H^3 - 2 U1 H^2, Y3 = r (U1 H^2 - X3) - S1 H^3, Z3 = Z1 Z2 H.

// @ts-ignore: decorator
@inline
function addYH(l: usize): v128 {
  return difference(highHigh(at(S2, l), at(S5, l)), onlyHigh(lowLow(at(S4, l), at(S4, l))));
}
// @ts-ignore: decorator
@inline
function addHR(l: usize): v128 {
  return difference(highLow(at(S6, l), at(S7, l)), onlyHigh(at(S4, l)));
}
// @ts-ignore: decorator
@inline
function addX(l: usize): v128 {
  const subtracted = fma(highHigh(at(S2, l), at(S2, l)), factors(TIMES_2), lowLow(at(S2, l), at(S2, l)));
  return difference(highHigh(at(S0, l), at(S0, l)), subtracted);
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

/**
 * Accumulator: plus a point, all of whose pairs are tight.
 * @param xy (X | Y) @param zz (Z^2 | Z^3) @param z (Z | Z) @param sign PLUS or MINUS
 */
export function addJacobian(xy: usize, zz: usize, z: usize, sign: usize): void {
  takeSigned(xy, sign); // X2 | Y2
  if (atInfinity()) return setPoint(S2, z);
  tightened(S0, XY);
  tightened(S1, ZZ);
  lows(S4, S1, z);
  mul(S3, S1, S4); // ZZ1 | Z1 Z2
  mul(S4, S0, zz); // U1 | S1
  lows(S5, S1, S2);
  lows(S6, S3, S3);
  mul(S5, S5, S6); // ZZZ1 | U2
  norm(S6, addYH(0), addYH(16), addYH(32), addYH(48), addYH(64)); // Y2 | H
  lowAndHigh(S7, S5, S3);
  mul(S7, S6, S7); // S2 | Z3
  norm(S8, addHR(0), addHR(16), addHR(32), addHR(48), addHR(64)); // H | r
  if (isZero(S8, 0)) {
    if (isZero(S8, 8)) double();
    else clear();
    return;
  }
  sqr(S0, S8); // HH | rr
  lows(S2, S8, S4);
  lows(S6, S0, S0);
  mul(S2, S2, S6); // HHH | U1 HH
  norm(S3, addX(0), addX(16), addX(32), addX(48), addX(64)); // X3
  norm(S5, addRest(0), addRest(16), addRest(32), addRest(48), addRest(64)); // U1 HH - X3 | HHH
  highs(S6, S8, S4);
  mul(S6, S6, S5); // r (U1 HH - X3) | S1 HHH
  store(XY, addXY(0), addXY(16), addXY(32), addXY(48), addXY(64));
  highs(ZZ, S7, S7);
}
