// Tables of multiples of a point. One of `blocks` blocks has, in block j, the odd multiples 1, 3, 5 ... of 2^(j * stride) times
// the point, in affine coordinates: (x | y), tight. So one run of `stride` doublings serves all blocks.

import { clear, setAffine, setPoint, XY, ZZ } from './accumulator';
import { mul, ONE, PAIR, sqr } from './field';
import { addJacobian, double } from './jacobian';
import { lows, PLUS, tightened } from './lanes';

/** Points that share one inversion. */
const MAX_BATCH: usize = 256;
const BATCH_XY: usize = memory.data(20480, 16);
const BATCH_Z: usize = memory.data(20480, 16);
const BATCH_PRODUCT: usize = memory.data(20480, 16);

const BASE_XY: usize = memory.data(80, 16);
const BASE_ZZ: usize = memory.data(80, 16);
/** Twice the base, with its powers of Z. */
const STEP: usize = memory.data(240, 16);
const INVERSE: usize = memory.data(80, 16);
const A2: usize = memory.data(80, 16);
const A3: usize = memory.data(80, 16);
const A13: usize = memory.data(80, 16);
const A14: usize = memory.data(80, 16);
const A15: usize = memory.data(80, 16);
const T0: usize = memory.data(80, 16);
const T1: usize = memory.data(80, 16);

/** A point for addJacobian in one piece: (X | Y), (Z^2 | Z^3), (Z | Z). */
export const JACOBIAN: usize = 3 * PAIR;

/** The accumulator, Jacobian, for addJacobian. */
function saveJacobian(out: usize): void {
  const zz = out + PAIR, z = out + 2 * PAIR;
  tightened(out, XY);
  tightened(z, ZZ);
  sqr(zz, z);
  lows(T0, ONE, z);
  mul(zz, zz, T0);
}

/** 1 P, 3 P, 5 P ... of an affine point, each for addJacobian. @param point (x | y), tight */
export function oddMultiples(out: usize, point: usize, count: usize): void {
  setAffine(point);
  double();
  saveJacobian(STEP);
  setAffine(point);
  for (let i: usize = 0; i < count; i++) {
    if (i > 0) addJacobian(STEP, STEP + PAIR, STEP + 2 * PAIR, PLUS);
    saveJacobian(out + i * JACOBIAN);
  }
}

/** @param point (x | y), tight; not infinity @param blockSize a power of two up to MAX_BATCH */
export function buildTable(out: usize, point: usize, blocks: usize, stride: usize, blockSize: usize): void {
  let filled: usize = 0;
  memory.copy(BASE_XY, point, PAIR);
  memory.copy(BASE_ZZ, ONE, PAIR);
  for (let block: usize = 0; block < blocks; block++) {
    setPoint(BASE_XY, BASE_ZZ);
    double();
    saveJacobian(STEP);
    setPoint(BASE_XY, BASE_ZZ);
    for (let i: usize = 0; i < blockSize; i++) {
      if (i > 0) addJacobian(STEP, STEP + PAIR, STEP + 2 * PAIR, PLUS);
      tightened(BATCH_XY + filled * PAIR, XY);
      tightened(BATCH_Z + filled * PAIR, ZZ);
      filled++;
    }
    if (filled == MAX_BATCH || block + 1 == blocks) {
      makeAffine(out, filled);
      out += filled * PAIR;
      filled = 0;
    }
    if (block + 1 == blocks) break;
    setPoint(STEP, STEP + 2 * PAIR);
    for (let i: usize = 1; i < stride; i++) double();
    tightened(BASE_XY, XY);
    tightened(BASE_ZZ, ZZ);
  }
  clear();
}

/** The points of the batch, none of them infinity, with one inversion for all (Montgomery's trick). */
function makeAffine(out: usize, count: usize): void {
  let product = ONE;
  for (let i: usize = 0; i < count; i++) {
    mul(BATCH_PRODUCT + i * PAIR, product, BATCH_Z + i * PAIR);
    product = BATCH_PRODUCT + i * PAIR;
  }
  invert(INVERSE, product);
  for (let i = count; i-- > 0; ) {
    const before = i == 0 ? ONE : BATCH_PRODUCT + (i - 1) * PAIR;
    mul(T0, INVERSE, before); // 1 / Z
    mul(INVERSE, INVERSE, BATCH_Z + i * PAIR);
    sqr(T1, T0);
    lows(A2, ONE, T0);
    mul(T1, T1, A2); // 1 / ZZ | 1 / ZZZ
    mul(out + i * PAIR, BATCH_XY + i * PAIR, T1);
  }
}

/** Groups of four bits of p - 2, the highest first. */
const EXPONENT: usize = memory.data<u8>(
  [15, 15, 15, 15, 15, 15, 15, 14, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
    15, 15, 15, 15, 15, 15, 15, 15, 0, 0, 0, 0, 0, 0, 0, 0, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 13]);

/** a^(p - 2) in both lanes. */
function invert(out: usize, a: usize): void {
  sqr(A2, a);
  mul(A3, A2, a);
  sqr(T0, A3);
  sqr(T0, T0);
  mul(A13, T0, a);
  mul(A14, T0, A2);
  mul(A15, T0, A3);
  memory.copy(T0, A15, PAIR);
  for (let i: usize = 1; i < 64; i++) {
    sqr(T0, T0);
    sqr(T0, T0);
    sqr(T0, T0);
    sqr(T0, T0);
    const group = load<u8>(EXPONENT + i);
    if (group == 15) mul(T0, T0, A15);
    else if (group == 14) mul(T0, T0, A14);
    else if (group == 13) mul(T0, T0, A13);
  }
  memory.copy(out, T0, PAIR);
}
