// Integers of 256 bits, as four words of 64 bits, the lowest first; their way into the field, and their signed digits.

import { mul, R_SQUARED } from './field';

/** The prime, the order, and half of the order, rounded down. */
export const P: usize = memory.data<u64>(
  [0xffffffffffffffff, 0xffffffff00000000, 0xffffffffffffffff, 0xfffffffeffffffff], 16);
export const N: usize = memory.data<u64>(
  [0x53bbf40939d54123, 0x7203df6b21c6052b, 0xffffffffffffffff, 0xfffffffeffffffff], 16);
const HALF_N: usize = memory.data<u64>(
  [0xa9ddfa049ceaa091, 0xb901efb590e30295, 0xffffffffffffffff, 0x7fffffff7fffffff], 16);

const ONES_52: u64 = 0xfffffffffffff;

/** From 32 bytes, big-endian. */
export function read(out: usize, bytes: usize): void {
  for (let i: usize = 0; i < 32; i += 8) store<u64>(out + 24 - i, bswap<u64>(load<u64>(bytes + i)));
}

export function write(bytes: usize, number: usize): void {
  for (let i: usize = 0; i < 32; i += 8) store<u64>(bytes + i, bswap<u64>(load<u64>(number + 24 - i)));
}

export function isNull(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0;
}

export function isBelow(a: usize, b: usize): bool {
  for (let i = 24; i >= 0; i -= 8) {
    const x = load<u64>(a + i), y = load<u64>(b + i);
    if (x != y) return x < y;
  }
  return false;
}

/** out = a + b (mod 2^256). Is the sum 2^256 or more? */
export function add(out: usize, a: usize, b: usize): bool {
  let carry: u64 = 0;
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i), y = x + load<u64>(b + i), z = y + carry;
    carry = u64(y < x) | u64(z < y);
    store<u64>(out + i, z);
  }
  return carry != 0;
}

/** out = a - b (mod 2^256). */
export function sub(out: usize, a: usize, b: usize): void {
  let borrow: u64 = 0;
  for (let i: usize = 0; i < 32; i += 8) {
    const x = load<u64>(a + i), y = load<u64>(b + i), z = x - y;
    store<u64>(out + i, z - borrow);
    borrow = u64(x < y) | u64(z < borrow);
  }
}

/** a = a mod modulus, for a modulus above 2^255. */
export function reduce(a: usize, modulus: usize): void {
  if (!isBelow(a, modulus)) sub(a, a, modulus);
}

// @ts-ignore: decorator
@inline
function limb(pair: usize, index: usize, value: u64): void {
  store<f64>(pair + 16 * index, f64(value));
}

/** out = (a | b) in Montgomery form, tight. Any 256 bits: they count modulo the prime. */
export function toField(out: usize, a: usize, b: usize): void {
  toLimbs(out, a);
  toLimbs(out + 8, b);
  // Limbs below 2^52 times limbs below 2^51: as much as mul takes.
  mul(out, out, R_SQUARED);
}

function toLimbs(lane: usize, number: usize): void {
  const w0 = load<u64>(number), w1 = load<u64>(number, 8), w2 = load<u64>(number, 16), w3 = load<u64>(number, 24);
  limb(lane, 0, w0 & ONES_52);
  limb(lane, 1, ((w0 >> 52) | (w1 << 12)) & ONES_52);
  limb(lane, 2, ((w1 >> 40) | (w2 << 24)) & ONES_52);
  limb(lane, 3, ((w2 >> 28) | (w3 << 36)) & ONES_52);
  limb(lane, 4, w3 >> 16);
}

/** Bytes of the digits of a scalar: 256 of 16 bits. */
export const DIGITS_BYTES: usize = 512;

/**
 * Writes digits d with scalar = ± sum of d[i] 2^i: 0, or odd and between -2^(width-1) and 2^(width-1), of any `width`
 * neighbours at most one not 0. Answers if the sign is minus: the smaller of scalar and n - scalar has no digit 256.
 * @param scalar below n; is overwritten @param width 2 to 15
 */
export function recode(digits: usize, scalar: usize, width: i32): bool {
  memory.fill(digits, 0, DIGITS_BYTES);
  const isNegative = isBelow(HALF_N, scalar);
  if (isNegative) sub(scalar, N, scalar);
  const ones = (1 << width) - 1;
  let carry = 0;
  for (let bit = 0; bit < 256; ) {
    const word = load<u64>(scalar + 8 * (<usize>bit >> 6)), shift = bit & 63;
    let rest = word >> shift;
    if (i32(rest & 1) == carry) {
      // A run of the bit that makes no digit ends within the word or with it.
      const run = i32(ctz(carry == 0 ? rest : ~rest));
      bit += min(max(run, 1), 64 - shift);
      continue;
    }
    if (shift + width > 64 && bit + 64 - shift < 256) rest |= load<u64>(scalar + 8 * (<usize>bit >> 6) + 8) << (64 - shift);
    const value = (i32(rest) & ones) + carry;
    carry = value >> (width - 1);
    store<i16>(digits + 2 * <usize>bit, i16(value - (carry << width)));
    bit += width;
  }
  return isNegative;
}

