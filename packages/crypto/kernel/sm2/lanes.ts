// The two lanes of pairs, moved and mixed. A formula for points needs two products at a time whose factors stand in different
// lanes of different pairs: `lowHigh(a, b)` has a's low lane and b's high lane, and so on.

import { norm, store } from './field';

/** Small factors of the two lanes, by their values: low, high. */
const FACTORS: usize = memory.data<f64>([1, 4, 3, 1, -2, -1, 3, 4, 1, 1, 1, -1, 2, 2, -2, -2], 16);
export const TIMES_1_4: usize = FACTORS;
export const TIMES_3_1: usize = FACTORS + 16;
export const TIMES_MINUS_2_1: usize = FACTORS + 32;
export const TIMES_3_4: usize = FACTORS + 48;
export const TIMES_2: usize = FACTORS + 96;
export const TIMES_MINUS_2: usize = FACTORS + 112;
/** A point that is added: (x | y) times this. */
export const PLUS: usize = FACTORS + 64;
export const MINUS: usize = FACTORS + 80;
const MASKS: usize = memory.data<u64>([0xffffffffffffffff, 0, 0, 0xffffffffffffffff], 16);

/** One limb of both lanes. */
// @ts-ignore: decorator
@inline
export function at(pair: usize, limb: usize): v128 {
  return v128.load(pair + limb);
}
// @ts-ignore: decorator
@inline
export function factors(pair: usize): v128 {
  return v128.load(pair);
}
// @ts-ignore: decorator
@inline
export function onlyLow(a: v128): v128 {
  return v128.and(a, v128.load(MASKS));
}
// @ts-ignore: decorator
@inline
export function onlyHigh(a: v128): v128 {
  return v128.and(a, v128.load(MASKS + 16));
}
// @ts-ignore: decorator
@inline
export function lowLow(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}
// @ts-ignore: decorator
@inline
export function highHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}
// @ts-ignore: decorator
@inline
export function lowHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 3);
}
// @ts-ignore: decorator
@inline
export function highLow(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 2);
}
// @ts-ignore: decorator
@inline
export function sum(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
// @ts-ignore: decorator
@inline
export function difference(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}

/** out = (low of a | low of b), and the like. */
// @ts-ignore: decorator
@inline
export function lows(out: usize, a: usize, b: usize): void {
  store(
    out, lowLow(at(a, 0), at(b, 0)), lowLow(at(a, 16), at(b, 16)), lowLow(at(a, 32), at(b, 32)),
    lowLow(at(a, 48), at(b, 48)), lowLow(at(a, 64), at(b, 64)),
  );
}
// @ts-ignore: decorator
@inline
export function highs(out: usize, a: usize, b: usize): void {
  store(
    out, highHigh(at(a, 0), at(b, 0)), highHigh(at(a, 16), at(b, 16)), highHigh(at(a, 32), at(b, 32)),
    highHigh(at(a, 48), at(b, 48)), highHigh(at(a, 64), at(b, 64)),
  );
}
// @ts-ignore: decorator
@inline
export function lowAndHigh(out: usize, a: usize, b: usize): void {
  store(
    out, lowHigh(at(a, 0), at(b, 0)), lowHigh(at(a, 16), at(b, 16)), lowHigh(at(a, 32), at(b, 32)),
    lowHigh(at(a, 48), at(b, 48)), lowHigh(at(a, 64), at(b, 64)),
  );
}

/** out = a, tight. */
// @ts-ignore: decorator
@inline
export function tightened(out: usize, a: usize): void {
  norm(out, at(a, 0), at(a, 16), at(a, 32), at(a, 48), at(a, 64));
}
