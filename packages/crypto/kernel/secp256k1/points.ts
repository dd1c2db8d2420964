// Two sums of points at a time, one in each lane, in XYZZ form: x = X / ZZ, y = Y / ZZZ, ZZ^3 = ZZZ^2.
//
// No special cases: where an addition would need one (a point plus itself, or plus its opposite), ZZ becomes 0 and stays it,
// whatever is added later. Who made a sum looks once, at the end.

import { mul, ONE, PAIR, scale, sqr, sub, subLoose, subTwice, ZERO } from './field';

export const X: usize = memory.data(80, 16);
/** A difference of two products. */
export const Y: usize = memory.data(80, 16);
export const ZZ: usize = memory.data(80, 16);
export const ZZZ: usize = memory.data(80, 16);

/** What `add` adds: (x | x), (y | y). */
export const ADDED_X: usize = memory.data(80, 16);
export const ADDED_Y: usize = memory.data(80, 16);

const S0: usize = memory.data(80, 16);
const S1: usize = memory.data(80, 16);
const S2: usize = memory.data(80, 16);
const S3: usize = memory.data(80, 16);
const S4: usize = memory.data(80, 16);

/** An entry of a table: x and y, each five limbs, without lanes. */
export const ENTRY: usize = 80;
const ENTRY_Y: usize = 40;

// @ts-ignore: decorator
@inline
function both(low: usize, high: usize, limb: usize): v128 {
  return v128.load_lane<u64>(high + 8 * limb, v128.load64_zero(low + 8 * limb), 1);
}

/** ADDED = (low | high). @param low, high entries @param signs -0 in the lane of a point that is to be subtracted, or 0 */
// @ts-ignore: decorator
@inline
export function take(low: usize, high: usize, signs: v128): void {
  v128.store(ADDED_X, both(low, high, 0), 0);
  v128.store(ADDED_X, both(low, high, 1), 16);
  v128.store(ADDED_X, both(low, high, 2), 32);
  v128.store(ADDED_X, both(low, high, 3), 48);
  v128.store(ADDED_X, both(low, high, 4), 64);
  v128.store(ADDED_Y, v128.xor(both(low, high, 5), signs), 0);
  v128.store(ADDED_Y, v128.xor(both(low, high, 6), signs), 16);
  v128.store(ADDED_Y, v128.xor(both(low, high, 7), signs), 32);
  v128.store(ADDED_Y, v128.xor(both(low, high, 8), signs), 48);
  v128.store(ADDED_Y, v128.xor(both(low, high, 9), signs), 64);
}

/** Writes (x | x), (y | y) to two entries. */
export function putEntries(low: usize, high: usize, x: usize, y: usize): void {
  for (let limb: usize = 0; limb < 5; limb++) {
    store<f64>(low + 8 * limb, load<f64>(x + 16 * limb));
    store<f64>(high + 8 * limb, load<f64>(x + 16 * limb, 8));
    store<f64>(low + ENTRY_Y + 8 * limb, load<f64>(y + 16 * limb));
    store<f64>(high + ENTRY_Y + 8 * limb, load<f64>(y + 16 * limb, 8));
  }
}

/** The sums are what ADDED is. */
export function set(): void {
  memory.copy(X, ADDED_X, PAIR);
  memory.copy(Y, ADDED_Y, PAIR);
  memory.copy(ZZ, ONE, PAIR);
  memory.copy(ZZZ, ONE, PAIR);
}

/** Plus ADDED: P = x ZZ - X, R = y ZZZ - Y, Q = X P^2, X' = R^2 - P^3 - 2 Q, Y' = R (Q - X') - Y P^3. */
export function add(): void {
  mul(S0, ADDED_X, ZZ);
  sub(S0, S0, X); // P
  mul(S1, ADDED_Y, ZZZ);
  sub(S1, S1, Y); // R
  sqr(S2, S0); // PP
  mul(S0, S0, S2); // PPP
  mul(ZZ, ZZ, S2);
  mul(S2, X, S2); // Q
  mul(ZZZ, ZZZ, S0);
  finish();
}

/** X and Y of an addition: of P^3 in S0, R in S1, Q in S2. */
// @ts-ignore: decorator
@inline
function finish(): void {
  sqr(S3, S1);
  subTwice(X, S3, S0, S2);
  sub(S2, S2, X);
  mul(S2, S1, S2);
  mul(S0, S0, Y);
  subLoose(Y, S2, S0);
}

/** Twice: U = 2 Y, V = U^2, W = U V, S = X V, M = 3 X^2, X' = M^2 - 2 S, Y' = M (S - X') - W Y. No point has y = 0. */
export function double(): void {
  scale(S0, Y, 2); // U
  sqr(S1, S0); // V
  mul(S0, S0, S1); // W
  sqr(S3, X);
  mul(S2, X, S1); // S
  scale(S3, S3, 3); // M
  mul(ZZ, ZZ, S1);
  mul(ZZZ, ZZZ, S0);
  sqr(S4, S3);
  subTwice(X, S4, ZERO, S2);
  sub(S2, S2, X);
  mul(S2, S3, S2);
  mul(S0, S0, Y);
  subLoose(Y, S2, S0);
}

const OTHER: usize = memory.data(80, 16);
const OTHER_Y: usize = memory.data(80, 16);
const OTHER_ZZ: usize = memory.data(80, 16);
const OTHER_ZZZ: usize = memory.data(80, 16);

function swap(out: usize, a: usize): void {
  for (let i: usize = 0; i < PAIR; i += 16) v128.store(out + i, v128.shuffle<u64>(v128.load(a + i), v128.load(a + i), 1, 0));
}

/** Both sums become the sum of both. */
export function join(): void {
  swap(OTHER, X);
  swap(OTHER_Y, Y);
  swap(OTHER_ZZ, ZZ);
  swap(OTHER_ZZZ, ZZZ);
  mul(X, X, OTHER_ZZ);
  mul(OTHER, OTHER, ZZ);
  mul(Y, Y, OTHER_ZZZ);
  mul(OTHER_Y, OTHER_Y, ZZZ);
  sub(S0, OTHER, X); // P
  sub(S1, OTHER_Y, Y); // R
  sqr(S2, S0); // PP
  mul(S0, S0, S2); // PPP
  mul(ZZ, ZZ, OTHER_ZZ);
  mul(ZZ, ZZ, S2);
  mul(S2, X, S2); // Q
  mul(ZZZ, ZZZ, OTHER_ZZZ);
  mul(ZZZ, ZZZ, S0);
  finish();
}
