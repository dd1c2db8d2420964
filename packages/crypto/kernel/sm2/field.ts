// The field of the curve, two elements at a time: one in each half ("lane") of a 128-bit vector. README.md has the maths.
//
// An element is five signed limbs of 52 bits, each an integer in a double, in Montgomery form with R = 2^260. A pair is
// five vectors of two limbs, 80 bytes. "Tight" is a pair that mul, sqr or norm made: limbs up to 1.13 * 2^51, which mul and
// sqr need. "Loose" is a sum of a few tight ones: limbs up to 2^53, where doubles stop being exact, values up to 16 p.

/** Bytes of a pair. */
export const PAIR: usize = 80;

/** 1.5 * 2^104: near it doubles are 2^52 apart, so adding it to a product leaves the upper half, rounded. */
const SPLIT_BITS: u64 = 0x4678000000000000;
/** 1.5 * 2^52: near it doubles are 1 apart, so the bits of double(integer + 1.5 * 2^52) count as the integer does. */
const INTEGER_BITS: u64 = 0x4338000000000000;
/** A column starts with 2^58, which the next one pays back with 64, so that a logical shift carries. */
const BIAS: u64 = 1 << 58;
const DEBT: u64 = 64;
/** Added before a cut at 52 bits, it makes the digit signed. */
const HALF: u64 = 1 << 51;
const ONES_52: u64 = 0xfffffffffffff;
const TWO_52_BITS: u64 = 0x4330000000000000;

/**
 * Constants as memory, not as literals: V8 makes a literal vector anew, with three instructions, wherever it is used.
 * First those of `constant`, then the start of each column, which takes back the bits of the doubles that are added to it.
 */
const CONSTANTS: usize = memory.data<u64>(
  [
    SPLIT_BITS,
    SPLIT_BITS,
    INTEGER_BITS,
    INTEGER_BITS,
    ONES_52,
    ONES_52,
    0xff,
    0xff,
    0xffffffffff,
    0xffffffffff,
    TWO_52_BITS,
    TWO_52_BITS,
    0 - 1 * INTEGER_BITS - 0 * SPLIT_BITS + BIAS,
    0 - 1 * INTEGER_BITS - 0 * SPLIT_BITS + BIAS,
    0 - 2 * INTEGER_BITS - 1 * SPLIT_BITS + BIAS - DEBT,
    0 - 2 * INTEGER_BITS - 1 * SPLIT_BITS + BIAS - DEBT,
    0 - 3 * INTEGER_BITS - 2 * SPLIT_BITS + BIAS - DEBT,
    0 - 3 * INTEGER_BITS - 2 * SPLIT_BITS + BIAS - DEBT,
    0 - 4 * INTEGER_BITS - 3 * SPLIT_BITS + BIAS - DEBT,
    0 - 4 * INTEGER_BITS - 3 * SPLIT_BITS + BIAS - DEBT,
    0 - 5 * INTEGER_BITS - 4 * SPLIT_BITS + BIAS - DEBT,
    0 - 5 * INTEGER_BITS - 4 * SPLIT_BITS + BIAS - DEBT,
    0 - 4 * INTEGER_BITS - 5 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 4 * INTEGER_BITS - 5 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 3 * INTEGER_BITS - 4 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 3 * INTEGER_BITS - 4 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 2 * INTEGER_BITS - 3 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 2 * INTEGER_BITS - 3 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 1 * INTEGER_BITS - 2 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 1 * INTEGER_BITS - 2 * SPLIT_BITS + BIAS - DEBT + HALF,
    0 - 1 * SPLIT_BITS + INTEGER_BITS - DEBT,
    0 - 1 * SPLIT_BITS + INTEGER_BITS - DEBT,
  ],
  16,
);

const NORM_CONSTANTS: usize = memory.data<f64>(
  [
    6755399441055744.0, // 1.5 * 2^52
    6755399441055744.0,
    3.552713678800501e-15, // 2^-48
    3.552713678800501e-15,
    2.220446049250313e-16, // 2^-52
    2.220446049250313e-16,
    -4503599627370496.0, // -2^52
    -4503599627370496.0,
    -281474976645120.0, // -(2^48 - 2^16)
    -281474976645120.0,
    17592186040320.0, // 2^44 - 2^12
    17592186040320.0,
  ],
  16,
);

// prettier-ignore
/** R^2: mul by it brings a number into Montgomery form. */
export const R_SQUARED: usize = memory.data<f64>(
  [2199023256320.0, 2199023256320.0, -1048576.0, -1048576.0, 4294967299.0, 4294967299.0,
    35184372092928.0, 35184372092928.0, 67108864.0, 67108864.0], 16);
/** 1, 3 and the curve's b in Montgomery form. */
export const ONE: usize = memory.data<f64>(
  [16.0, 16.0, 281474976645120.0, 281474976645120.0, 0.0, 0.0, 0.0, 0.0, 1048576.0, 1048576.0], 16);
export const THREE: usize = memory.data<f64>(
  [48.0, 48.0, 844424929935360.0, 844424929935360.0, 0.0, 0.0, 0.0, 0.0, 3145728.0, 3145728.0], 16);
export const CURVE_B: usize = memory.data<f64>(
  [851239903286306.0, 851239903286306.0, -1396700955840302.0, -1396700955840302.0, -1598948559228038.0,
    -1598948559228038.0, 783206504812639.0, 783206504812639.0, 71460077806094.0, 71460077806094.0], 16);

// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load(CONSTANTS + 16 * index);
}

// @ts-ignore: decorator
@inline
function column(index: usize): v128 {
  return v128.load(CONSTANTS + 16 * (6 + index));
}

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return i64x2.add(a, b);
}

/** a * b + c with a single rounding: the kernel must not be used where this rounds twice (sm2-kernel.ts tests it). */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  return v128.relaxed_madd<f64>(a, b, c);
}

/** The upper half of a product, as bits of a double near `split`. */
// @ts-ignore: decorator
@inline
function upper(a: v128, b: v128, split: v128): v128 {
  return fma(a, b, split);
}

/** What the upper half `h` leaves of the product, as bits of a double near `integer`. */
// @ts-ignore: decorator
@inline
function lower(a: v128, b: v128, h: v128, split: v128, integer: v128): v128 {
  return fma(a, b, f64x2.add(f64x2.sub(split, h), integer));
}

/** m * (2^44 - 2^12) is low + high * 2^52. */
// @ts-ignore: decorator
@inline
function low(m: v128, ones8: v128, ones40: v128): v128 {
  return i64x2.sub(i64x2.shl(v128.and(m, ones8), 44), i64x2.shl(v128.and(m, ones40), 12));
}

// @ts-ignore: decorator
@inline
function high(m: v128): v128 {
  return i64x2.sub(i64x2.shr_u(m, 8), i64x2.shr_u(m, 40));
}

/** The signed digit of a column to which HALF was added. */
// @ts-ignore: decorator
@inline
function digit(t: v128, ones52: v128, two52: v128, integer: v128): v128 {
  return f64x2.sub(v128.or(v128.and(t, ones52), two52), integer);
}

/** Montgomery's reduction of ten columns, and their carries: p = -1 (mod 2^52), and p + 1 has two limbs with one pattern. */
// @ts-ignore: decorator
@inline
function reduce(
  out: usize, t0: v128, t1: v128, t2: v128, t3: v128, t4: v128, t5: v128, t6: v128, t7: v128, t8: v128, t9: v128,
): void {
  const integer = constant(1), ones52 = constant(2), ones8 = constant(3), ones40 = constant(4), two52 = constant(5);
  let m = v128.and(t0, ones52), e = low(m, ones8, ones40), h = high(m);
  t1 = i64x2.sub(add(t1, i64x2.shr_u(t0, 52)), e);
  t4 = add(t4, i64x2.shl(e, 4));
  m = v128.and(t1, ones52), e = add(low(m, ones8, ones40), h), h = high(m);
  t2 = i64x2.sub(add(t2, i64x2.shr_u(t1, 52)), e);
  t5 = add(t5, i64x2.shl(e, 4));
  m = v128.and(t2, ones52), e = add(low(m, ones8, ones40), h), h = high(m);
  t3 = i64x2.sub(add(t3, i64x2.shr_u(t2, 52)), e);
  t6 = add(t6, i64x2.shl(e, 4));
  m = v128.and(t3, ones52), e = add(low(m, ones8, ones40), h), h = high(m);
  t4 = i64x2.sub(add(t4, i64x2.shr_u(t3, 52)), e);
  t7 = add(t7, i64x2.shl(e, 4));
  m = v128.and(t4, ones52), e = add(low(m, ones8, ones40), h), h = high(m);
  t5 = i64x2.sub(add(t5, i64x2.shr_u(t4, 52)), e);
  t8 = add(t8, i64x2.shl(e, 4));
  t6 = add(i64x2.sub(t6, h), i64x2.shr_u(t5, 52));
  t9 = add(t9, i64x2.shl(h, 4));
  t7 = add(t7, i64x2.shr_u(t6, 52));
  t8 = add(t8, i64x2.shr_u(t7, 52));
  t9 = add(t9, i64x2.shr_u(t8, 52));
  v128.store(out, digit(t5, ones52, two52, integer), 0);
  v128.store(out, digit(t6, ones52, two52, integer), 16);
  v128.store(out, digit(t7, ones52, two52, integer), 32);
  v128.store(out, digit(t8, ones52, two52, integer), 48);
  v128.store(out, f64x2.sub(t9, integer), 64);
}

/** out = a * b / R in both lanes. Takes tight pairs, or 256 bits in limbs of 52 and one of limbs up to 2^51. */
export function mul(out: usize, a: usize, b: usize): void {
  const s = constant(0), i = constant(1);
  const a0 = v128.load(a, 0), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  const b0 = v128.load(b, 0), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48), b4 = v128.load(b, 64);
  let h = upper(a0, b0, s);
  let t0 = add(column(0), lower(a0, b0, h, s, i)), t1 = add(column(1), h);
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

/** out = a * a / R in both lanes. Takes a tight pair. */
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

/**
 * Makes five loose vectors tight, of a value of about p / 2 at most: a multiple of p goes. All limbs are 0 if, and only if, the
 * value is 0 mod p.
 */
// @ts-ignore: decorator
@inline
export function norm(out: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128): void {
  const integer = v128.load(NORM_CONSTANTS, 0), inverse52 = v128.load(NORM_CONSTANTS, 32);
  const minus52 = v128.load(NORM_CONSTANTS, 48);
  // Takes away q p for the q nearest to value / 2^256.
  const q = f64x2.sub(fma(a4, v128.load(NORM_CONSTANTS, 16), integer), integer);
  // Carries of all limbs at once: each is small, so that it need not be carried on.
  const c0 = f64x2.sub(fma(a0, inverse52, integer), integer);
  const c1 = f64x2.sub(fma(a1, inverse52, integer), integer);
  const c2 = f64x2.sub(fma(a2, inverse52, integer), integer);
  const c3 = f64x2.sub(fma(a3, inverse52, integer), integer);
  v128.store(out, f64x2.add(fma(c0, minus52, a0), q), 0);
  v128.store(out, f64x2.add(fma(q, v128.load(NORM_CONSTANTS, 80), fma(c1, minus52, a1)), c0), 16);
  v128.store(out, f64x2.add(fma(c2, minus52, a2), c1), 32);
  v128.store(out, f64x2.add(fma(c3, minus52, a3), c2), 48);
  v128.store(out, f64x2.add(fma(q, v128.load(NORM_CONSTANTS, 64), a4), c3), 64);
}

// @ts-ignore: decorator
@inline
export function store(out: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128): void {
  v128.store(out, a0, 0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, a4, 64);
}

/** Is the lane (0 or 8) of a pair that norm made zero? */
export function isZero(a: usize, lane: usize): bool {
  const at = a + lane;
  return (
    load<f64>(at, 0) == 0 && load<f64>(at, 16) == 0 && load<f64>(at, 32) == 0 && load<f64>(at, 48) == 0 &&
    load<f64>(at, 64) == 0
  );
}
