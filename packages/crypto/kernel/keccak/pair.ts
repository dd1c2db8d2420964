// Keccak-256 of two messages with the same number of blocks at a time: one in each half of 128-bit vectors. Takes little longer
// than one message alone, as vectors have an and-not but no rotation.

import { LANES, pad, RATE, ROUND_CONSTANTS, ROUNDS_END } from './constants';

/** Lane by lane, the first message's and the second's. */
const STATE: usize = memory.data(400, 16);
const OTHER: usize = memory.data(400, 16);

// @ts-ignore: decorator
@inline
function rotated(a: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(a, bits), i64x2.shr_u(a, 64 - bits));
}

/** Theta, rho and pi: a lane, its column's parity `d` added, turned. */
// @ts-ignore: decorator
@inline
function turned(from: usize, lane: usize, d: v128, bits: i32): v128 {
  return rotated(v128.xor(v128.load(from + 16 * lane), d), bits);
}

/** Chi: stores a lane of the next state, and answers it for the parity of its column. */
// @ts-ignore: decorator
@inline
function chi(to: usize, lane: usize, a: v128, b: v128, c: v128): v128 {
  const value = v128.xor(a, v128.andnot(c, b));
  v128.store(to + 16 * lane, value);
  return value;
}

// @ts-ignore: decorator
@inline
function added(parity: v128, value: v128): v128 {
  return v128.xor(parity, value);
}

// @ts-ignore: decorator
@inline
function parity(x: usize): v128 {
  const column = STATE + 16 * x;
  const upper = v128.xor(v128.load(column, 0), v128.load(column, 80));
  return v128.xor(v128.xor(upper, v128.load(column, 160)), v128.xor(v128.load(column, 240), v128.load(column, 320)));
}

/** As in single.ts. */
function permute(): void {
  let from = STATE, to = OTHER;
  let c0 = parity(0), c1 = parity(1), c2 = parity(2), c3 = parity(3), c4 = parity(4);
  for (let i: usize = 0; i < ROUNDS_END; i += 8) {
    const d0 = v128.xor(c4, rotated(c1, 1)), d1 = v128.xor(c0, rotated(c2, 1)), d2 = v128.xor(c1, rotated(c3, 1));
    const d3 = v128.xor(c2, rotated(c4, 1)), d4 = v128.xor(c3, rotated(c0, 1));

    let b0 = v128.xor(v128.load(from), d0), b1 = turned(from, 6, d1, 44), b2 = turned(from, 12, d2, 43);
    let b3 = turned(from, 18, d3, 21), b4 = turned(from, 24, d4, 14);
    c0 = v128.xor(v128.xor(b0, v128.andnot(b2, b1)), v128.load64_splat(ROUND_CONSTANTS + i));
    v128.store(to, c0);
    c1 = chi(to, 1, b1, b2, b3), c2 = chi(to, 2, b2, b3, b4), c3 = chi(to, 3, b3, b4, b0), c4 = chi(to, 4, b4, b0, b1);

    b0 = turned(from, 3, d3, 28), b1 = turned(from, 9, d4, 20), b2 = turned(from, 10, d0, 3);
    b3 = turned(from, 16, d1, 45), b4 = turned(from, 22, d2, 61);
    c0 = added(c0, chi(to, 5, b0, b1, b2)), c1 = added(c1, chi(to, 6, b1, b2, b3)), c2 = added(c2, chi(to, 7, b2, b3, b4));
    c3 = added(c3, chi(to, 8, b3, b4, b0)), c4 = added(c4, chi(to, 9, b4, b0, b1));

    b0 = turned(from, 1, d1, 1), b1 = turned(from, 7, d2, 6), b2 = turned(from, 13, d3, 25);
    b3 = turned(from, 19, d4, 8), b4 = turned(from, 20, d0, 18);
    c0 = added(c0, chi(to, 10, b0, b1, b2)), c1 = added(c1, chi(to, 11, b1, b2, b3)), c2 = added(c2, chi(to, 12, b2, b3, b4));
    c3 = added(c3, chi(to, 13, b3, b4, b0)), c4 = added(c4, chi(to, 14, b4, b0, b1));

    b0 = turned(from, 4, d4, 27), b1 = turned(from, 5, d0, 36), b2 = turned(from, 11, d1, 10);
    b3 = turned(from, 17, d2, 15), b4 = turned(from, 23, d3, 56);
    c0 = added(c0, chi(to, 15, b0, b1, b2)), c1 = added(c1, chi(to, 16, b1, b2, b3)), c2 = added(c2, chi(to, 17, b2, b3, b4));
    c3 = added(c3, chi(to, 18, b3, b4, b0)), c4 = added(c4, chi(to, 19, b4, b0, b1));

    b0 = turned(from, 2, d2, 62), b1 = turned(from, 8, d3, 55), b2 = turned(from, 14, d4, 39);
    b3 = turned(from, 15, d0, 41), b4 = turned(from, 21, d1, 2);
    c0 = added(c0, chi(to, 20, b0, b1, b2)), c1 = added(c1, chi(to, 21, b1, b2, b3)), c2 = added(c2, chi(to, 22, b2, b3, b4));
    c3 = added(c3, chi(to, 23, b3, b4, b0)), c4 = added(c4, chi(to, 24, b4, b0, b1));

    const next = from;
    from = to, to = next;
  }
}

/**
 * Two whole messages, which must end in blocks of the same number. Their digests are then at `out`, one after the other.
 */
export function hashPair(out: usize, first: usize, firstLength: usize, second: usize, secondLength: usize): void {
  pad(first, firstLength);
  pad(second, secondLength);
  memory.fill(STATE, 0, 16 * LANES);
  for (const end = first + firstLength; first <= end; first += RATE, second += RATE) {
    for (let i: usize = 0; i < RATE; i += 8) {
      const both = v128.load64_lane(first + i, v128.load64_splat(second + i), 0);
      v128.store(STATE + 2 * i, v128.xor(v128.load(STATE + 2 * i), both));
    }
    permute();
  }
  for (let i: usize = 0; i < 32; i += 8) {
    store<u64>(out + i, load<u64>(STATE + 2 * i));
    store<u64>(out + 32 + i, load<u64>(STATE + 2 * i, 8));
  }
}
