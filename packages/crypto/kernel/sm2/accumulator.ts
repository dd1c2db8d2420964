// The point that sums are made in. One accumulator has two forms: Jacobian (x = X / Z^2, y = Y / Z^3), which has the cheaper
// doubling, serves where doublings are many; XYZZ (x = X / ZZ, y = Y / ZZZ, ZZ^3 = ZZZ^2), with the cheaper addition of affine
// points, where they are few. Formulas: jacobian.ts, xyzz.ts.

import { ONE, PAIR, store } from './field';
import { at, factors } from './lanes';

/** (X | Y), loose: limbs up to 3 * 2^51. */
export const XY: usize = memory.data(80, 16);
/** Jacobian: (Z | Z), as loose. XYZZ: (ZZ | ZZZ), tight. */
export const ZZ: usize = memory.data(80, 16);

/** Whatever the coordinates say. */
let isInfinity: bool = true;

/** Pairs for what a formula has under way. */
export const S0: usize = memory.data(80, 16);
export const S1: usize = memory.data(80, 16);
export const S2: usize = memory.data(80, 16);
export const S3: usize = memory.data(80, 16);
export const S4: usize = memory.data(80, 16);
export const S5: usize = memory.data(80, 16);
export const S6: usize = memory.data(80, 16);
export const S7: usize = memory.data(80, 16);
export const S8: usize = memory.data(80, 16);

export function clear(): void {
  isInfinity = true;
}

export function atInfinity(): bool {
  return isInfinity;
}

/** @param xy (X | Y) @param zz what the form has beside them */
export function setPoint(xy: usize, zz: usize): void {
  isInfinity = false;
  memory.copy(XY, xy, PAIR);
  memory.copy(ZZ, zz, PAIR);
}

/** An affine point: it is the same in both forms. */
export function setAffine(xy: usize): void {
  setPoint(xy, ONE);
}

/** S2 = (x | ± y). @param sign PLUS or MINUS */
// @ts-ignore: decorator
@inline
export function takeSigned(xy: usize, sign: usize): void {
  const f = factors(sign);
  store(
    S2, f64x2.mul(at(xy, 0), f), f64x2.mul(at(xy, 16), f), f64x2.mul(at(xy, 32), f), f64x2.mul(at(xy, 48), f),
    f64x2.mul(at(xy, 64), f),
  );
}
