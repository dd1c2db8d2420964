// The field of the curve, two elements at a time: one in each half ("lane") of a 128-bit vector. README.md has the maths.
//
// An element is five signed limbs of 52 bits, each an integer in a double, that count modulo p = 2^256 - 2^32 - 977. A pair is
// five vectors of two limbs, 80 bytes. What mul and sqr make has limbs up to 2^51 and a value up to p / 2 and a little;
// what norm makes, up to 2^51 + 2. Either may be a factor, with values up to 7 p. So may be a difference of two products, if the
// other factor is a product.

/** Bytes of a pair. */
export const PAIR: usize = 80;

/** 1.5 * 2^104: near it doubles are 2^52 apart, so adding it to a product leaves the upper half, rounded. */
const S: u64 = 0x4678000000000000;
/** 1.5 * 2^52: near it doubles are 1 apart, so the bits of double(integer + 1.5 * 2^52) count as the integer does. */
const I: u64 = 0x4338000000000000;
/** A column that carries starts with 2^58, which the next one pays back with 64, so that a logical shift carries. */
const BIAS: u64 = 1 << 58;
const DEBT: u64 = 64;
/** Added before a cut at 52 bits, or at 48, it makes the digit signed. */
const HALF: u64 = 1 << 51;
const HALF_48: u64 = 1 << 47;
const ONES_52: u64 = 0xfffffffffffff;
const ONES_48: u64 = 0xffffffffffff;
const TWO_52: u64 = 0x4330000000000000;
/** 2^260 and 2^256, modulo p, as doubles. */
const FOLD_260: u64 = 0x423000003d100000;
const FOLD_256: u64 = 0x41f000003d100000;

/**
 * Constants as memory, not as literals: V8 makes a literal vector anew, with three instructions, wherever it is used.
 * First those of `constant`, then the start of each column, which takes back the bits of the doubles that are added to it.
 */
const CONSTANTS: usize = memory.data<u64>(
  [
    S,
    S,
    I,
    I,
    ONES_52,
    ONES_52,
    TWO_52,
    TWO_52,
    FOLD_260,
    FOLD_260,
    FOLD_256,
    FOLD_256,
    ONES_48,
    ONES_48,
    0 - 16 * S - 1024 + I,
    0 - 16 * S - 1024 + I,
    0 - DEBT - HALF_48 + I,
    0 - DEBT - HALF_48 + I,
    0 - 3 * I + BIAS + HALF,
    0 - 3 * I + BIAS + HALF,
    0 - 3 * I - 3 * S + BIAS - DEBT + HALF,
    0 - 3 * I - 3 * S + BIAS - DEBT + HALF,
    0 - 4 * I - 3 * S + BIAS - DEBT + HALF,
    0 - 4 * I - 3 * S + BIAS - DEBT + HALF,
    0 - 5 * I - 4 * S + BIAS - DEBT + HALF,
    0 - 5 * I - 4 * S + BIAS - DEBT + HALF,
    0 - 6 * I - 5 * S + BIAS + HALF_48,
    0 - 6 * I - 5 * S + BIAS + HALF_48,
    0 - 4 * I - 5 * S + BIAS + HALF,
    0 - 4 * I - 5 * S + BIAS + HALF,
    0 - 3 * I - 4 * S + BIAS - DEBT + HALF,
    0 - 3 * I - 4 * S + BIAS - DEBT + HALF,
    0 - 2 * I - 3 * S + BIAS - DEBT + HALF,
    0 - 2 * I - 3 * S + BIAS - DEBT + HALF,
    0 - 1 * I - 2 * S + BIAS - DEBT + HALF,
    0 - 1 * I - 2 * S + BIAS - DEBT + HALF,
    0 - 1 * S - DEBT + I,
    0 - 1 * S - DEBT + I,
  ],
  16,
);

const NORM_CONSTANTS: usize = memory.data<f64>(
  [
    6755399441055744.0, // 1.5 * 2^52
    6755399441055744.0,
    2.220446049250313e-16, // 2^-52
    2.220446049250313e-16,
    -4503599627370496.0, // -2^52
    -4503599627370496.0,
  ],
  16,
);

/** 0 and 1 in both lanes. */
export const ZERO: usize = memory.data(80, 16);
export const ONE: usize = memory.data<f64>([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], 16);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load(CONSTANTS + 16 * index);
}

// @ts-ignore: decorator
@inline
function column(index: usize): v128 {
  return v128.load(CONSTANTS + 16 * (9 + index));
}

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return i64x2.add(a, b);
}

/** a * b + c with a single rounding: the kernel must not be used where this rounds twice (`roundsOnce`). */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  return v128.relaxed_madd<f64>(a, b, c);
}

/** The upper half of a product, as bits of a double near S. */
// @ts-ignore: decorator
@inline
function upper(a: v128, b: v128, s: v128): v128 {
  return fma(a, b, s);
}

/** What the upper half `h` leaves of the product, as bits of a double near I. */
// @ts-ignore: decorator
@inline
function lower(a: v128, b: v128, h: v128, s: v128, i: v128): v128 {
  return fma(a, b, f64x2.add(f64x2.sub(s, h), i));
}

/** The signed digit of a column to which HALF was added. */
// @ts-ignore: decorator
@inline
function digit(t: v128, ones52: v128, two52: v128, i: v128): v128 {
  return f64x2.sub(v128.or(v128.and(t, ones52), two52), i);
}

/**
 * Ten columns to five limbs: the digits of the upper five count 2^260 mod p, 37 bits, what then is above 2^256 counts
 * 2^256 mod p, 33 bits, and the lower five carry.
 */
// @ts-ignore: decorator
@inline
function reduce(
  out: usize, t0: v128, t1: v128, t2: v128, t3: v128, t4: v128, t5: v128, t6: v128, t7: v128, t8: v128, t9: v128,
): void {
  const s = constant(0), i = constant(1), ones52 = constant(2), two52 = constant(3);
  let fold = constant(4);
  let d = digit(t5, ones52, two52, i), h = upper(d, fold, s);
  t0 = add(t0, lower(d, fold, h, s, i)), t1 = add(t1, h);
  t6 = add(t6, i64x2.shr_u(t5, 52));
  d = digit(t6, ones52, two52, i), h = upper(d, fold, s);
  t1 = add(t1, lower(d, fold, h, s, i)), t2 = add(t2, h);
  t7 = add(t7, i64x2.shr_u(t6, 52));
  d = digit(t7, ones52, two52, i), h = upper(d, fold, s);
  t2 = add(t2, lower(d, fold, h, s, i)), t3 = add(t3, h);
  t8 = add(t8, i64x2.shr_u(t7, 52));
  d = digit(t8, ones52, two52, i), h = upper(d, fold, s);
  t3 = add(t3, lower(d, fold, h, s, i)), t4 = add(t4, h);
  t9 = add(t9, i64x2.shr_u(t8, 52));
  d = f64x2.sub(t9, i), h = upper(d, fold, s);
  t4 = add(t4, lower(d, fold, h, s, i));
  d = f64x2.sub(add(add(i64x2.shr_u(t4, 48), i64x2.shl(h, 4)), constant(7)), i);
  fold = constant(5);
  h = upper(d, fold, s);
  t0 = add(t0, lower(d, fold, h, s, i)), t1 = add(t1, h);
  t1 = add(t1, i64x2.shr_u(t0, 52));
  t2 = add(t2, i64x2.shr_u(t1, 52));
  t3 = add(t3, i64x2.shr_u(t2, 52));
  t4 = add(add(v128.and(t4, constant(6)), constant(8)), i64x2.shr_u(t3, 52));
  v128.store(out, digit(t0, ones52, two52, i), 0);
  v128.store(out, digit(t1, ones52, two52, i), 16);
  v128.store(out, digit(t2, ones52, two52, i), 32);
  v128.store(out, digit(t3, ones52, two52, i), 48);
  v128.store(out, f64x2.sub(t4, i), 64);
}

/** out = a * b in both lanes. The product of any limb of a with any of b must not be above 2^103. */
export function mul(out: usize, a: usize, b: usize): void {
  const s = constant(0), i = constant(1);
  const a0 = v128.load(a, 0), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  const b0 = v128.load(b, 0), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48), b4 = v128.load(b, 64);
  let h = upper(a0, b0, s);
  const t0 = add(column(0), lower(a0, b0, h, s, i));
  let t1 = add(column(1), h);
  h = upper(a0, b1, s), t1 = add(t1, lower(a0, b1, h, s, i));
  let t2 = add(column(2), h);
  h = upper(a1, b0, s), t1 = add(t1, lower(a1, b0, h, s, i)), t2 = add(t2, h);
  h = upper(a0, b2, s), t2 = add(t2, lower(a0, b2, h, s, i));
  let t3 = add(column(3), h);
  h = upper(a1, b1, s), t2 = add(t2, lower(a1, b1, h, s, i)), t3 = add(t3, h);
  h = upper(a2, b0, s), t2 = add(t2, lower(a2, b0, h, s, i)), t3 = add(t3, h);
  h = upper(a0, b3, s), t3 = add(t3, lower(a0, b3, h, s, i));
  let t4 = add(column(4), h);
  h = upper(a1, b2, s), t3 = add(t3, lower(a1, b2, h, s, i)), t4 = add(t4, h);
  h = upper(a2, b1, s), t3 = add(t3, lower(a2, b1, h, s, i)), t4 = add(t4, h);
  h = upper(a3, b0, s), t3 = add(t3, lower(a3, b0, h, s, i)), t4 = add(t4, h);
  h = upper(a0, b4, s), t4 = add(t4, lower(a0, b4, h, s, i));
  let t5 = add(column(5), h);
  h = upper(a1, b3, s), t4 = add(t4, lower(a1, b3, h, s, i)), t5 = add(t5, h);
  h = upper(a2, b2, s), t4 = add(t4, lower(a2, b2, h, s, i)), t5 = add(t5, h);
  h = upper(a3, b1, s), t4 = add(t4, lower(a3, b1, h, s, i)), t5 = add(t5, h);
  h = upper(a4, b0, s), t4 = add(t4, lower(a4, b0, h, s, i)), t5 = add(t5, h);
  h = upper(a1, b4, s), t5 = add(t5, lower(a1, b4, h, s, i));
  let t6 = add(column(6), h);
  h = upper(a2, b3, s), t5 = add(t5, lower(a2, b3, h, s, i)), t6 = add(t6, h);
  h = upper(a3, b2, s), t5 = add(t5, lower(a3, b2, h, s, i)), t6 = add(t6, h);
  h = upper(a4, b1, s), t5 = add(t5, lower(a4, b1, h, s, i)), t6 = add(t6, h);
  h = upper(a2, b4, s), t6 = add(t6, lower(a2, b4, h, s, i));
  let t7 = add(column(7), h);
  h = upper(a3, b3, s), t6 = add(t6, lower(a3, b3, h, s, i)), t7 = add(t7, h);
  h = upper(a4, b2, s), t6 = add(t6, lower(a4, b2, h, s, i)), t7 = add(t7, h);
  h = upper(a3, b4, s), t7 = add(t7, lower(a3, b4, h, s, i));
  let t8 = add(column(8), h);
  h = upper(a4, b3, s), t7 = add(t7, lower(a4, b3, h, s, i)), t8 = add(t8, h);
  h = upper(a4, b4, s), t8 = add(t8, lower(a4, b4, h, s, i));
  reduce(out, t0, t1, t2, t3, t4, t5, t6, t7, t8, add(column(9), h));
}

// @ts-ignore: decorator
@inline
function twice(column: v128): v128 {
  return i64x2.shl(column, 1);
}

/** out = a * a in both lanes. Takes what norm or mul made. */
export function sqr(out: usize, a: usize): void {
  const s = constant(0), i = constant(1);
  const a0 = v128.load(a, 0), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  let h = upper(a0, a1, s), t1 = lower(a0, a1, h, s, i), t2 = h;
  h = upper(a0, a2, s), t2 = add(t2, lower(a0, a2, h, s, i));
  let t3 = h;
  h = upper(a0, a3, s), t3 = add(t3, lower(a0, a3, h, s, i));
  let t4 = h;
  h = upper(a1, a2, s), t3 = add(t3, lower(a1, a2, h, s, i)), t4 = add(t4, h);
  h = upper(a0, a4, s), t4 = add(t4, lower(a0, a4, h, s, i));
  let t5 = h;
  h = upper(a1, a3, s), t4 = add(t4, lower(a1, a3, h, s, i)), t5 = add(t5, h);
  h = upper(a1, a4, s), t5 = add(t5, lower(a1, a4, h, s, i));
  let t6 = h;
  h = upper(a2, a3, s), t5 = add(t5, lower(a2, a3, h, s, i)), t6 = add(t6, h);
  h = upper(a2, a4, s), t6 = add(t6, lower(a2, a4, h, s, i));
  let t7 = h;
  h = upper(a3, a4, s), t7 = add(t7, lower(a3, a4, h, s, i));
  let t8 = twice(h);
  h = upper(a0, a0, s);
  const t0 = add(column(0), lower(a0, a0, h, s, i));
  t1 = add(add(twice(t1), column(1)), h);
  h = upper(a1, a1, s);
  t2 = add(add(twice(t2), column(2)), lower(a1, a1, h, s, i)), t3 = add(add(twice(t3), column(3)), h);
  h = upper(a2, a2, s);
  t4 = add(add(twice(t4), column(4)), lower(a2, a2, h, s, i)), t5 = add(add(twice(t5), column(5)), h);
  h = upper(a3, a3, s);
  t6 = add(add(twice(t6), column(6)), lower(a3, a3, h, s, i)), t7 = add(add(twice(t7), column(7)), h);
  h = upper(a4, a4, s);
  t8 = add(add(t8, column(8)), lower(a4, a4, h, s, i));
  reduce(out, t0, t1, t2, t3, t4, t5, t6, t7, t8, add(column(9), h));
}

/** Makes factors of five vectors with limbs up to 2^53: carries all of them at once. The value stays, up to 7 p. */
// @ts-ignore: decorator
@inline
export function norm(out: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128): void {
  const i = v128.load(NORM_CONSTANTS, 0), inverse52 = v128.load(NORM_CONSTANTS, 16), minus52 = v128.load(NORM_CONSTANTS, 32);
  const c0 = f64x2.sub(fma(a0, inverse52, i), i);
  const c1 = f64x2.sub(fma(a1, inverse52, i), i);
  const c2 = f64x2.sub(fma(a2, inverse52, i), i);
  const c3 = f64x2.sub(fma(a3, inverse52, i), i);
  v128.store(out, fma(c0, minus52, a0), 0);
  v128.store(out, f64x2.add(fma(c1, minus52, a1), c0), 16);
  v128.store(out, f64x2.add(fma(c2, minus52, a2), c1), 32);
  v128.store(out, f64x2.add(fma(c3, minus52, a3), c2), 48);
  v128.store(out, f64x2.add(a4, c3), 64);
}

// @ts-ignore: decorator
@inline
function difference(a: usize, b: usize, limb: usize): v128 {
  return f64x2.sub(v128.load(a + limb), v128.load(b + limb));
}

/** out = a - b, as it is: limb by limb. */
// @ts-ignore: decorator
@inline
export function subLoose(out: usize, a: usize, b: usize): void {
  v128.store(out, difference(a, b, 0), 0);
  v128.store(out, difference(a, b, 16), 16);
  v128.store(out, difference(a, b, 32), 32);
  v128.store(out, difference(a, b, 48), 48);
  v128.store(out, difference(a, b, 64), 64);
}

/** out = a - b, a factor. */
// @ts-ignore: decorator
@inline
export function sub(out: usize, a: usize, b: usize): void {
  norm(
    out, difference(a, b, 0), difference(a, b, 16), difference(a, b, 32), difference(a, b, 48), difference(a, b, 64),
  );
}

// @ts-ignore: decorator
@inline
function multiple(a: usize, times: v128, limb: usize): v128 {
  return f64x2.mul(v128.load(a + limb), times);
}

/** out = a * times, for 2 or 3, a factor. */
// @ts-ignore: decorator
@inline
export function scale(out: usize, a: usize, times: f64): void {
  const t = f64x2.splat(times);
  norm(out, multiple(a, t, 0), multiple(a, t, 16), multiple(a, t, 32), multiple(a, t, 48), multiple(a, t, 64));
}

// @ts-ignore: decorator
@inline
function rest(a: usize, b: usize, c: usize, limb: usize): v128 {
  const twiceC = v128.load(c + limb);
  return f64x2.sub(difference(a, b, limb), f64x2.add(twiceC, twiceC));
}

/** out = a - b - 2 c of products, a factor. */
// @ts-ignore: decorator
@inline
export function subTwice(out: usize, a: usize, b: usize, c: usize): void {
  norm(out, rest(a, b, c, 0), rest(a, b, c, 16), rest(a, b, c, 32), rest(a, b, c, 48), rest(a, b, c, 64));
}
