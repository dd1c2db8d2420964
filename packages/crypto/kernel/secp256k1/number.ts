// Integers of 256 bits, as four words of 64 bits, the lowest first; their way into the field and out of it.

import { norm } from './field';

/** The prime, the order, and the prime minus the order. */
export const P: usize = memory.data<u64>(
  [0xfffffffefffffc2f, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff], 16);
export const N: usize = memory.data<u64>(
  [0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff], 16);
export const P_MINUS_N: usize = memory.data<u64>([0x402da1722fc9baee, 0x4551231950b75fc4, 1, 0], 16);

const ONES_52: u64 = 0xfffffffffffff;
const ONES_48: u64 = 0xffffffffffff;
/** 2^256 mod p. */
const FOLD: i64 = 0x1000003d1;

/** From 32 bytes, big-endian. */
export function read(out: usize, bytes: usize): void {
  for (let i: usize = 0; i < 32; i += 8) store<u64>(out + 24 - i, bswap<u64>(load<u64>(bytes + i)));
}

export function isNull(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24)) == 0;
}

export function isEqual(a: usize, b: usize): bool {
  return (
    load<u64>(a) == load<u64>(b) && load<u64>(a, 8) == load<u64>(b, 8) && load<u64>(a, 16) == load<u64>(b, 16) &&
    load<u64>(a, 24) == load<u64>(b, 24)
  );
}

export function isBelow(a: usize, b: usize): bool {
  for (let i = 24; i >= 0; i -= 8) {
    const x = load<u64>(a + i), y = load<u64>(b + i);
    if (x != y) return x < y;
  }
  return false;
}

/** out = a + b, modulo 2^(8 * bytes), which are words. */
// @ts-ignore: decorator
@inline
export function add(out: usize, a: usize, b: usize, bytes: usize): void {
  let carry: u64 = 0;
  for (let i: usize = 0; i < bytes; i += 8) {
    const x = load<u64>(a + i), y = x + load<u64>(b + i), z = y + carry;
    carry = u64(y < x) | u64(z < y);
    store<u64>(out + i, z);
  }
}

/** out = a - b, modulo 2^(8 * bytes). */
// @ts-ignore: decorator
@inline
export function sub(out: usize, a: usize, b: usize, bytes: usize): void {
  let borrow: u64 = 0;
  for (let i: usize = 0; i < bytes; i += 8) {
    const x = load<u64>(a + i), y = load<u64>(b + i), z = x - y;
    store<u64>(out + i, z - borrow);
    borrow = u64(x < y) | u64(z < borrow);
  }
}

/** a = a mod modulus, for a modulus above 2^255. */
export function reduce(a: usize, modulus: usize): void {
  if (!isBelow(a, modulus)) sub(a, a, modulus, 32);
}

/** out = (a | b), a factor. */
export function toField(out: usize, a: usize, b: usize): void {
  toLimbs(out, a);
  toLimbs(out + 8, b);
  norm(
    out, v128.load(out, 0), v128.load(out, 16), v128.load(out, 32), v128.load(out, 48), v128.load(out, 64),
  );
}

function toLimbs(lane: usize, number: usize): void {
  const w0 = load<u64>(number), w1 = load<u64>(number, 8), w2 = load<u64>(number, 16), w3 = load<u64>(number, 24);
  store<f64>(lane, f64(w0 & ONES_52), 0);
  store<f64>(lane, f64(((w0 >> 52) | (w1 << 12)) & ONES_52), 16);
  store<f64>(lane, f64(((w1 >> 40) | (w2 << 24)) & ONES_52), 32);
  store<f64>(lane, f64(((w2 >> 28) | (w3 << 36)) & ONES_52), 48);
  store<f64>(lane, f64(w3 >> 16), 64);
}

/** The number below p that stands in a lane (0 or 8) of a pair, with a value up to 7 p. */
export function fromField(out: usize, pair: usize, lane: usize): void {
  const at = pair + lane;
  // Plus 8 * 2^256 - 8 * FOLD, which is 8 p: no longer negative.
  let t0 = i64(load<f64>(at)) - 8 * FOLD, t1 = i64(load<f64>(at, 16)), t2 = i64(load<f64>(at, 32));
  let t3 = i64(load<f64>(at, 48)), t4 = i64(load<f64>(at, 64)) + (8 << 48);
  for (let round = 0; round < 2; round++) {
    t1 += t0 >> 52, t0 &= ONES_52;
    t2 += t1 >> 52, t1 &= ONES_52;
    t3 += t2 >> 52, t2 &= ONES_52;
    t4 += t3 >> 52, t3 &= ONES_52;
    t0 += (t4 >> 48) * FOLD, t4 &= ONES_48;
  }
  t1 += t0 >> 52, t0 &= ONES_52;
  t2 += t1 >> 52, t1 &= ONES_52;
  t3 += t2 >> 52, t2 &= ONES_52;
  t4 += t3 >> 52, t3 &= ONES_52;
  store<u64>(out, t0 | (t1 << 52));
  store<u64>(out, (t1 >> 12) | (t2 << 40), 8);
  store<u64>(out, (t2 >> 24) | (t3 << 28), 16);
  store<u64>(out, (t3 >> 36) | (t4 << 16), 24);
  reduce(out, P);
}
