// Points of the curve, and one accumulator. Jacobian (x = X / Z^2, y = Y / Z^3) has the cheaper doubling and serves where
// doublings are many; XYZZ (x = X / ZZ, y = Y / ZZZ, ZZ^3 = ZZZ^2) the cheaper addition, with affine points. All additions are
// complete: equal and opposite points and infinity are told apart. Formulas: README.md.

import { fma, isZero, mul, norm, ONE, PAIR, sqr, store } from './field';

/** Whatever the other parts of it say. */
let isInfinity: bool = true;

/** The accumulator: (X | Y), which may be loose, and the rest, tight: Jacobian (Z | Z), XYZZ (ZZ | ZZZ). */
export const XY: usize = memory.data(80, 16);
export const ZZ: usize = memory.data(80, 16);

const S0: usize = memory.data(80, 16);
const S1: usize = memory.data(80, 16);
const S2: usize = memory.data(80, 16);
const S3: usize = memory.data(80, 16);
const S4: usize = memory.data(80, 16);
const S5: usize = memory.data(80, 16);
const S6: usize = memory.data(80, 16);
const S7: usize = memory.data(80, 16);
const S8: usize = memory.data(80, 16);

const FACTORS: usize = memory.data<f64>([1, 4, 3, 1, -2, -1, 3, 4, 1, 1, 1, -1, 2, 2, -2, -2], 16);
const MASKS: usize = memory.data<u64>([0xffffffffffffffff, 0, 0, 0xffffffffffffffff], 16);

/** Small factors of the two lanes. */
// @ts-ignore: decorator
@inline
function factors(index: usize): v128 {
  return v128.load(FACTORS + 16 * index);
}
// @ts-ignore: decorator
@inline
function onlyLow(a: v128): v128 {
  return v128.and(a, v128.load(MASKS));
}
// @ts-ignore: decorator
@inline
function onlyHigh(a: v128): v128 {
  return v128.and(a, v128.load(MASKS + 16));
}
// @ts-ignore: decorator
@inline
function lowLow(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}
// @ts-ignore: decorator
@inline
function highHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}
// @ts-ignore: decorator
@inline
function lowHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 3);
}
// @ts-ignore: decorator
@inline
function highLow(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 2);
}
// @ts-ignore: decorator
@inline
function sum(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
// @ts-ignore: decorator
@inline
function difference(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}
/** One limb of both lanes. */
// @ts-ignore: decorator
@inline
function at(pair: usize, limb: usize): v128 {
  return v128.load(pair + limb);
}

// @ts-ignore: decorator
@inline
function normed(out: usize, a: usize): void {
  norm(out, at(a, 0), at(a, 16), at(a, 32), at(a, 48), at(a, 64));
}

export function clear(): void {
  isInfinity = true;
}

export function atInfinity(): bool {
  return isInfinity;
}

// Jacobian doubling, a = -3: M = 3 (X - ZZ) (X + ZZ), S = 4 X Y^2, X3 = M^2 - 2 S, Y3 = M (S - X3) - 8 Y^4,
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
  return fma(at(S1, l), factors(0), onlyLow(at(XY, l)));
}

// @ts-ignore: decorator
@inline
function doubleSlope(l: usize): v128 {
  return fma(lowHigh(at(S4, l), at(S0, l)), factors(1), onlyHigh(lowLow(at(S0, l), at(S0, l))));
}

// @ts-ignore: decorator
@inline
function doubleXZ(l: usize): v128 {
  return difference(fma(highHigh(at(S4, l), at(S1, l)), factors(2), at(S6, l)), onlyHigh(lowLow(at(S1, l), at(S1, l))));
}

// @ts-ignore: decorator
@inline
function doubleRest(l: usize): v128 {
  return difference(highHigh(at(S4, l), at(S3, l)), onlyLow(at(S7, l)));
}

// @ts-ignore: decorator
@inline
function doubleFactor(l: usize): v128 {
  return lowHigh(at(S5, l), at(S1, l));
}

// @ts-ignore: decorator
@inline
function doubleXY(l: usize): v128 {
  return lowLow(at(S7, l), fma(highHigh(at(S4, l), at(S4, l)), factors(2), at(S4, l)));
}

// @ts-ignore: decorator
@inline
function doubleZ(l: usize): v128 {
  return highHigh(at(S7, l), at(S7, l));
}


/** Accumulator, Jacobian: twice itself. Takes (X | Y) of limbs up to 3 * 2^51 and any such Z. */
export function double(): void {
  if (isInfinity) return;
  norm(S0, doubleZY(0), doubleZY(16), doubleZY(32), doubleZY(48), doubleZY(64)); // Z | Y
  sqr(S1, S0); // ZZ | YY
  norm(S2, doubleLeft(0), doubleLeft(16), doubleLeft(32), doubleLeft(48), doubleLeft(64)); // X - ZZ | X
  norm(S3, doubleRight(0), doubleRight(16), doubleRight(32), doubleRight(48), doubleRight(64)); // X + ZZ | 4 YY
  mul(S4, S2, S3); // M / 3 | S
  norm(S5, doubleSlope(0), doubleSlope(16), doubleSlope(32), doubleSlope(48), doubleSlope(64)); // M | Y + Z
  sqr(S6, S5); // M^2 | (Y + Z)^2
  store(S7, doubleXZ(0), doubleXZ(16), doubleXZ(32), doubleXZ(48), doubleXZ(64)); // X3 | Z3
  norm(S8, doubleRest(0), doubleRest(16), doubleRest(32), doubleRest(48), doubleRest(64)); // S - X3 | 4 YY
  store(S2, doubleFactor(0), doubleFactor(16), doubleFactor(32), doubleFactor(48), doubleFactor(64)); // M | YY
  mul(S4, S2, S8); // M (S - X3) | 4 YY^2
  store(XY, doubleXY(0), doubleXY(16), doubleXY(32), doubleXY(48), doubleXY(64));
  store(ZZ, doubleZ(0), doubleZ(16), doubleZ(32), doubleZ(48), doubleZ(64));
}

// Jacobian addition: U1 = X1 ZZ2, U2 = X2 ZZ1, S1 = Y1 ZZZ2, S2 = Y2 ZZZ1, H = U2 - U1, r = S2 - S1,
// X3 = r^2 - H^3 - 2 U1 H^2, Y3 = r (U1 H^2 - X3) - S1 H^3, Z3 = Z1 Z2 H.

// @ts-ignore: decorator
@inline
function signed(l: usize, point: usize, sign: usize): v128 {
  return f64x2.mul(at(point, l), factors(sign));
}

// @ts-ignore: decorator
@inline
function addZs(l: usize, z: usize): v128 {
  return lowLow(at(S1, l), at(z, l));
}

// @ts-ignore: decorator
@inline
function addZX(l: usize): v128 {
  return lowLow(at(S1, l), at(S2, l));
}

// @ts-ignore: decorator
@inline
function lowOfS3(l: usize): v128 {
  return lowLow(at(S3, l), at(S3, l));
}

// @ts-ignore: decorator
@inline
function addYH(l: usize): v128 {
  return difference(highHigh(at(S2, l), at(S5, l)), onlyHigh(lowLow(at(S4, l), at(S4, l))));
}

// @ts-ignore: decorator
@inline
function addZZZ(l: usize): v128 {
  return lowHigh(at(S5, l), at(S3, l));
}

// @ts-ignore: decorator
@inline
function addHR(l: usize): v128 {
  return difference(highLow(at(S6, l), at(S7, l)), onlyHigh(at(S4, l)));
}

// @ts-ignore: decorator
@inline
function addHU(l: usize): v128 {
  return lowLow(at(S8, l), at(S4, l));
}

// @ts-ignore: decorator
@inline
function addX(l: usize): v128 {
  return difference(highHigh(at(S0, l), at(S0, l)), fma(highHigh(at(S2, l), at(S2, l)), factors(6), lowLow(at(S2, l), at(S2, l))));
}

// @ts-ignore: decorator
@inline
function addRest(l: usize): v128 {
  return difference(highLow(at(S2, l), at(S2, l)), onlyLow(at(S3, l)));
}

// @ts-ignore: decorator
@inline
function addRS(l: usize): v128 {
  return highHigh(at(S8, l), at(S4, l));
}

// @ts-ignore: decorator
@inline
function addXY(l: usize): v128 {
  return lowLow(at(S3, l), difference(at(S6, l), highHigh(at(S6, l), at(S6, l))));
}

// @ts-ignore: decorator
@inline
function addZ(l: usize): v128 {
  return highHigh(at(S7, l), at(S7, l));
}

// @ts-ignore: decorator
@inline
function lowOfS0(l: usize): v128 {
  return lowLow(at(S0, l), at(S0, l));
}


/** Sign of a point that is added: which factors its (x | y) gets. */
export const PLUS: usize = 4;
export const MINUS: usize = 5;

/**
 * Accumulator, Jacobian: plus a point, all of whose pairs are tight.
 * @param xy (X | Y) @param zz (Z^2 | Z^3) @param z (Z | Z)
 */
export function addJacobian(xy: usize, zz: usize, z: usize, sign: usize): void {
  store(S2, signed(0, xy, sign), signed(16, xy, sign), signed(32, xy, sign), signed(48, xy, sign), signed(64, xy, sign)); // X2 | Y2
  if (isInfinity) {
    isInfinity = false;
    memory.copy(XY, S2, PAIR);
    memory.copy(ZZ, z, PAIR);
    return;
  }
  normed(S0, XY);
  normed(S1, ZZ);
  store(S4, addZs(0, z), addZs(16, z), addZs(32, z), addZs(48, z), addZs(64, z));
  mul(S3, S1, S4); // ZZ1 | Z1 Z2
  mul(S4, S0, zz); // U1 | S1
  store(S5, addZX(0), addZX(16), addZX(32), addZX(48), addZX(64));
  store(S6, lowOfS3(0), lowOfS3(16), lowOfS3(32), lowOfS3(48), lowOfS3(64));
  mul(S5, S5, S6); // ZZZ1 | U2
  norm(S6, addYH(0), addYH(16), addYH(32), addYH(48), addYH(64)); // Y2 | H
  store(S7, addZZZ(0), addZZZ(16), addZZZ(32), addZZZ(48), addZZZ(64));
  mul(S7, S6, S7); // S2 | Z3
  norm(S8, addHR(0), addHR(16), addHR(32), addHR(48), addHR(64)); // H | r
  if (isZero(S8, 0)) {
    if (isZero(S8, 8)) double();
    else isInfinity = true;
    return;
  }
  sqr(S0, S8); // HH | rr
  store(S2, addHU(0), addHU(16), addHU(32), addHU(48), addHU(64));
  store(S6, lowOfS0(0), lowOfS0(16), lowOfS0(32), lowOfS0(48), lowOfS0(64));
  mul(S2, S2, S6); // HHH | U1 HH
  norm(S3, addX(0), addX(16), addX(32), addX(48), addX(64)); // X3
  norm(S5, addRest(0), addRest(16), addRest(32), addRest(48), addRest(64)); // U1 HH - X3 | HHH
  store(S6, addRS(0), addRS(16), addRS(32), addRS(48), addRS(64));
  mul(S6, S6, S5);
  store(XY, addXY(0), addXY(16), addXY(32), addXY(48), addXY(64));
  store(ZZ, addZ(0), addZ(16), addZ(32), addZ(48), addZ(64));
}

// XYZZ addition of an affine point: P = x2 ZZ - X, R = y2 ZZZ - Y, Q = X P^2, X3 = R^2 - P^3 - 2 Q,
// Y3 = R (Q - X3) - Y P^3, ZZ3 = ZZ P^2, ZZZ3 = ZZZ P^3.

// @ts-ignore: decorator
@inline
function mixedPR(l: usize): v128 {
  return difference(at(S3, l), at(S0, l));
}

// @ts-ignore: decorator
@inline
function mixedPX(l: usize): v128 {
  return lowLow(at(S8, l), at(S0, l));
}

// @ts-ignore: decorator
@inline
function lowOfS4(l: usize): v128 {
  return lowLow(at(S4, l), at(S4, l));
}

// @ts-ignore: decorator
@inline
function mixedX(l: usize): v128 {
  return difference(highHigh(at(S4, l), at(S4, l)), fma(highHigh(at(S2, l), at(S2, l)), factors(6), lowLow(at(S2, l), at(S2, l))));
}

// @ts-ignore: decorator
@inline
function mixedRY(l: usize): v128 {
  return highHigh(at(S8, l), at(S0, l));
}

// @ts-ignore: decorator
@inline
function mixedPP(l: usize): v128 {
  return lowLow(at(S4, l), at(S2, l));
}


/** Accumulator, XYZZ: plus an affine point. @param xy (x | y), tight */
export function addAffine(xy: usize, sign: usize): void {
  store(S2, signed(0, xy, sign), signed(16, xy, sign), signed(32, xy, sign), signed(48, xy, sign), signed(64, xy, sign)); // x2 | y2
  if (isInfinity) {
    isInfinity = false;
    memory.copy(XY, S2, PAIR);
    memory.copy(ZZ, ONE, PAIR);
    return;
  }
  normed(S0, XY);
  mul(S3, S2, ZZ);
  norm(S8, mixedPR(0), mixedPR(16), mixedPR(32), mixedPR(48), mixedPR(64)); // P | R
  if (isZero(S8, 0)) {
    if (isZero(S8, 8)) doubleXyzz();
    else isInfinity = true;
    return;
  }
  sqr(S4, S8); // PP | RR
  store(S2, mixedPX(0), mixedPX(16), mixedPX(32), mixedPX(48), mixedPX(64));
  store(S6, lowOfS4(0), lowOfS4(16), lowOfS4(32), lowOfS4(48), lowOfS4(64));
  mul(S2, S2, S6); // PPP | Q
  norm(S3, mixedX(0), mixedX(16), mixedX(32), mixedX(48), mixedX(64)); // X3
  norm(S5, addRest(0), addRest(16), addRest(32), addRest(48), addRest(64)); // Q - X3 | PPP
  store(S6, mixedRY(0), mixedRY(16), mixedRY(32), mixedRY(48), mixedRY(64));
  mul(S6, S6, S5); // R (Q - X3) | Y PPP
  store(S5, mixedPP(0), mixedPP(16), mixedPP(32), mixedPP(48), mixedPP(64));
  mul(ZZ, ZZ, S5);
  store(XY, addXY(0), addXY(16), addXY(32), addXY(48), addXY(64));
}

// XYZZ doubling, a = -3: V = 4 Y^2, W = 2 Y V, S = X V, M = 3 (X - ZZ) (X + ZZ), X3 = M^2 - 2 S,
// Y3 = M (S - X3) - W Y, ZZ3 = V ZZ, ZZZ3 = W ZZZ.

// @ts-ignore: decorator
@inline
function xyzzLeft(l: usize): v128 {
  return difference(at(XY, l), onlyLow(at(ZZ, l)));
}

// @ts-ignore: decorator
@inline
function xyzzRight(l: usize): v128 {
  return sum(at(XY, l), onlyLow(at(ZZ, l)));
}

// @ts-ignore: decorator
@inline
function xyzzSlope(l: usize): v128 {
  return f64x2.mul(at(S3, l), factors(3));
}

// @ts-ignore: decorator
@inline
function xyzzMX(l: usize): v128 {
  return lowLow(at(S4, l), at(S0, l));
}

// @ts-ignore: decorator
@inline
function xyzzYY(l: usize): v128 {
  return highHigh(at(S0, l), at(S3, l));
}

// @ts-ignore: decorator
@inline
function xyzzV(l: usize): v128 {
  return highHigh(at(S4, l), at(S4, l));
}

// @ts-ignore: decorator
@inline
function xyzzX(l: usize): v128 {
  return fma(highHigh(at(S5, l), at(S5, l)), factors(7), at(S5, l));
}

// @ts-ignore: decorator
@inline
function xyzzRest(l: usize): v128 {
  return lowLow(difference(highHigh(at(S5, l), at(S5, l)), at(S7, l)), sum(at(S6, l), at(S6, l)));
}

// @ts-ignore: decorator
@inline
function xyzzMZ(l: usize): v128 {
  return lowLow(at(S4, l), at(ZZ, l));
}

// @ts-ignore: decorator
@inline
function xyzzRestV(l: usize): v128 {
  return lowHigh(at(S8, l), at(S4, l));
}

// @ts-ignore: decorator
@inline
function xyzzXY(l: usize): v128 {
  return lowLow(at(S7, l), fma(highHigh(at(S6, l), at(S6, l)), factors(7), at(S1, l)));
}

// @ts-ignore: decorator
@inline
function xyzzZZ(l: usize): v128 {
  return highHigh(at(S1, l), at(S2, l));
}


/** Accumulator, XYZZ: twice itself. */
export function doubleXyzz(): void {
  if (isInfinity) return;
  normed(S0, XY);
  norm(S1, xyzzLeft(0), xyzzLeft(16), xyzzLeft(32), xyzzLeft(48), xyzzLeft(64)); // X - ZZ | Y
  norm(S2, xyzzRight(0), xyzzRight(16), xyzzRight(32), xyzzRight(48), xyzzRight(64)); // X + ZZ | Y
  mul(S3, S1, S2); // M / 3 | YY
  norm(S4, xyzzSlope(0), xyzzSlope(16), xyzzSlope(32), xyzzSlope(48), xyzzSlope(64)); // M | V
  store(S5, xyzzMX(0), xyzzMX(16), xyzzMX(32), xyzzMX(48), xyzzMX(64));
  mul(S5, S5, S4); // M^2 | S
  store(S6, xyzzYY(0), xyzzYY(16), xyzzYY(32), xyzzYY(48), xyzzYY(64));
  store(S7, xyzzV(0), xyzzV(16), xyzzV(32), xyzzV(48), xyzzV(64));
  mul(S6, S6, S7); // Y V | W Y / 2
  store(S7, xyzzX(0), xyzzX(16), xyzzX(32), xyzzX(48), xyzzX(64)); // X3
  norm(S8, xyzzRest(0), xyzzRest(16), xyzzRest(32), xyzzRest(48), xyzzRest(64)); // S - X3 | W
  store(S1, xyzzMZ(0), xyzzMZ(16), xyzzMZ(32), xyzzMZ(48), xyzzMZ(64));
  store(S2, xyzzRestV(0), xyzzRestV(16), xyzzRestV(32), xyzzRestV(48), xyzzRestV(64));
  mul(S1, S1, S2); // M (S - X3) | ZZ3
  mul(S2, ZZ, S8); // - | ZZZ3
  store(XY, xyzzXY(0), xyzzXY(16), xyzzXY(32), xyzzXY(48), xyzzXY(64));
  store(ZZ, xyzzZZ(0), xyzzZZ(16), xyzzZZ(32), xyzzZZ(48), xyzzZZ(64));
}

/** Accumulator, Jacobian: this point, loose as double takes it. */
export function setJacobian(xy: usize, z: usize): void {
  isInfinity = false;
  memory.copy(XY, xy, PAIR);
  memory.copy(ZZ, z, PAIR);
}
