// Numbers modulo the order n, and their halves: with the endomorphism (x, y) -> (beta x, y), which is the multiplication by
// lambda, a scalar k is k1 + k2 lambda with numbers of half its length (Gallant, Lambert, Vanstone, 2001).

import { invert, MOD_N } from './inverse';
import { add, isBelow, N, sub } from './number';

/** 2^512 mod n, and -1 / n mod 2^32. */
const R_SQUARED: usize = memory.data<u64>(
  [0x896cf21467d7d140, 0x741496c20e7cf878, 0xe697f5e45bcd07c6, 0x9d671cd581c69bc5], 16);
const MINUS_INVERSE_32: u64 = 0x5588b13f;

/** Short vectors (a1, -b1), (a2, b2) with a + b lambda = 0 (mod n): 192 bits each; b2 is a1. */
const A1: usize = memory.data<u64>([0xe86c90e49284eb15, 0x3086d221a7d46bcd, 0], 16);
const MINUS_B1: usize = memory.data<u64>([0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0], 16);
const A2: usize = memory.data<u64>([0x57c1108d9d44cfd8, 0x14ca50f7a8e2f3f6, 1], 16);
/** 2^384 b2 / n and -2^384 b1 / n, rounded. */
const SHARE_1: usize = memory.data<u64>(
  [0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd], 16);
const SHARE_2: usize = memory.data<u64>(
  [0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828], 16);

/** Bytes of a half: a signed number of 192 bits. */
export const HALF: usize = 24;

const INVERSE: usize = memory.data(32, 16);
const C1: usize = memory.data(32, 16);
const C2: usize = memory.data(32, 16);
const PRODUCT: usize = memory.data(72, 16);

/** g = e / s, q = r / s (mod n). @param e any 256 bits @param r, s below n; s is not 0 */
export function divide(g: usize, q: usize, e: usize, r: usize, s: usize): void {
  invert(INVERSE, s, MOD_N);
  multiply(INVERSE, INVERSE, R_SQUARED);
  multiply(g, e, INVERSE);
  multiply(q, r, INVERSE);
}

// @ts-ignore: decorator
@inline
function word(a: usize, i: usize): u64 {
  return u64(load<u32>(a + 4 * i));
}

/** out = a b / 2^256 mod n, by Montgomery's reduction. @param a any 256 bits @param b below n */
function multiply(out: usize, a: usize, b: usize): void {
  memory.fill(PRODUCT, 0, 40);
  for (let i: usize = 0; i < 8; i++) {
    const ai = word(a, i), times = ((word(PRODUCT, 0) + ai * word(b, 0)) * MINUS_INVERSE_32) & 0xffffffff;
    let sum = word(PRODUCT, 0) + ai * word(b, 0), carry = sum >> 32;
    let reduced = (sum & 0xffffffff) + times * word(N, 0), borrow = reduced >> 32;
    for (let j: usize = 1; j < 8; j++) {
      sum = word(PRODUCT, j) + ai * word(b, j) + carry;
      carry = sum >> 32;
      reduced = (sum & 0xffffffff) + times * word(N, j) + borrow;
      borrow = reduced >> 32;
      store<u32>(PRODUCT + 4 * j - 4, u32(reduced));
    }
    sum = word(PRODUCT, 8) + carry + borrow;
    store<u32>(PRODUCT, u32(sum), 28);
    store<u32>(PRODUCT, u32(sum >> 32), 32);
  }
  // Less than 2 n.
  if (load<u32>(PRODUCT, 32) != 0 || !isBelow(PRODUCT, N)) sub(out, PRODUCT, N, 32);
  else memory.copy(out, PRODUCT, 32);
}

/** out = a b / 2^384, rounded. @param out 32 bytes, of which the upper half becomes 0 */
function multiplyHigh(out: usize, a: usize, b: usize): void {
  memory.fill(PRODUCT, 0, 64);
  for (let i: usize = 0; i < 8; i++) {
    const ai = word(a, i);
    let carry: u64 = 0;
    for (let j: usize = 0; j < 8; j++) {
      const sum = word(PRODUCT, i + j) + ai * word(b, j) + carry;
      store<u32>(PRODUCT + 4 * (i + j), u32(sum));
      carry = sum >> 32;
    }
    store<u32>(PRODUCT + 4 * (i + 8), u32(carry));
  }
  const low = load<u64>(PRODUCT, 48) + (load<u64>(PRODUCT, 40) >> 63);
  store<u64>(out, low);
  store<u64>(out, load<u64>(PRODUCT, 56) + u64(low == 0 && load<u64>(PRODUCT, 40) >> 63 == 1), 8);
  store<u64>(out, 0, 16);
}

/** PRODUCT = a b (mod 2^192). */
function multiplyLow(a: usize, b: usize): void {
  memory.fill(PRODUCT, 0, HALF);
  for (let i: usize = 0; i < 6; i++) {
    const ai = word(a, i);
    let carry: u64 = 0;
    for (let j: usize = 0; j < 6 - i; j++) {
      const sum = word(PRODUCT, i + j) + ai * word(b, j) + carry;
      store<u32>(PRODUCT + 4 * (i + j), u32(sum));
      carry = sum >> 32;
    }
  }
}

/** k = low + high lambda (mod n), both odd and less than 2^129 in size. @param k below n */
export function split(low: usize, high: usize, k: usize): void {
  multiplyHigh(C1, k, SHARE_1);
  multiplyHigh(C2, k, SHARE_2);
  multiplyLow(C1, A1);
  sub(low, k, PRODUCT, HALF);
  multiplyLow(C2, A2);
  sub(low, low, PRODUCT, HALF);
  multiplyLow(C1, MINUS_B1);
  memory.copy(high, PRODUCT, HALF);
  multiplyLow(C2, A1);
  sub(high, high, PRODUCT, HALF);
  makeOdd(low, high);
}

/** Plus or minus one, the other, or the sum of the short vectors, of which (a1, b1) is (odd, odd), (a2, b2) (even, odd). */
function makeOdd(low: usize, high: usize): void {
  const isLowOdd = (load<u64>(low) & 1) != 0, isHighOdd = (load<u64>(high) & 1) != 0;
  const isMinus = load<i64>(low, 16) < 0;
  if (!isLowOdd) addOrSub(low, A1, isMinus), addOrSub(high, MINUS_B1, !isMinus);
  if (isLowOdd != isHighOdd) addOrSub(low, A2, isMinus), addOrSub(high, A1, isMinus);
}

function addOrSub(a: usize, b: usize, isPlus: bool): void {
  if (isPlus) add(a, a, b, HALF);
  else sub(a, a, b, HALF);
}
