// Keccak-f[1600] and the sponge of Keccak-256 for one message.

import { LANES, pad, RATE, ROUND_CONSTANTS, ROUNDS_END } from './constants';

/** The state; its first 32 bytes are the digest in the end. */
export const STATE: usize = memory.data(200, 16);
/** Each round goes from one of the two to the other one: 25 lanes are more than a machine has registers. */
const OTHER: usize = memory.data(200, 16);

/** Theta, rho and pi: a lane, its column's parity `d` added, turned. */
// @ts-ignore: decorator
@inline
function turned(from: usize, lane: usize, d: u64, bits: u64): u64 {
  return rotl<u64>(load<u64>(from + 8 * lane) ^ d, bits);
}

/** Chi: stores a lane of the next state, and answers it for the parity of its column. */
// @ts-ignore: decorator
@inline
function chi(to: usize, lane: usize, a: u64, b: u64, c: u64): u64 {
  const value = a ^ (~b & c);
  store<u64>(to + 8 * lane, value);
  return value;
}

// @ts-ignore: decorator
@inline
function parity(x: usize): u64 {
  const column = STATE + 8 * x;
  return load<u64>(column, 0) ^ load<u64>(column, 40) ^ load<u64>(column, 80) ^ load<u64>(column, 120)
    ^ load<u64>(column, 160);
}

function permute(): void {
  let from = STATE, to = OTHER;
  // The parities of the columns are kept from round to round: chi has each new lane at hand.
  let c0 = parity(0), c1 = parity(1), c2 = parity(2), c3 = parity(3), c4 = parity(4);
  for (let i: usize = 0; i < ROUNDS_END; i += 8) {
    const d0 = c4 ^ rotl<u64>(c1, 1), d1 = c0 ^ rotl<u64>(c2, 1), d2 = c1 ^ rotl<u64>(c3, 1);
    const d3 = c2 ^ rotl<u64>(c4, 1), d4 = c3 ^ rotl<u64>(c0, 1);

    let b0 = turned(from, 0, d0, 0), b1 = turned(from, 6, d1, 44), b2 = turned(from, 12, d2, 43);
    let b3 = turned(from, 18, d3, 21), b4 = turned(from, 24, d4, 14);
    c0 = b0 ^ (~b1 & b2) ^ load<u64>(ROUND_CONSTANTS + i);
    store<u64>(to, c0);
    c1 = chi(to, 1, b1, b2, b3), c2 = chi(to, 2, b2, b3, b4), c3 = chi(to, 3, b3, b4, b0), c4 = chi(to, 4, b4, b0, b1);

    b0 = turned(from, 3, d3, 28), b1 = turned(from, 9, d4, 20), b2 = turned(from, 10, d0, 3);
    b3 = turned(from, 16, d1, 45), b4 = turned(from, 22, d2, 61);
    c0 ^= chi(to, 5, b0, b1, b2), c1 ^= chi(to, 6, b1, b2, b3), c2 ^= chi(to, 7, b2, b3, b4);
    c3 ^= chi(to, 8, b3, b4, b0), c4 ^= chi(to, 9, b4, b0, b1);

    b0 = turned(from, 1, d1, 1), b1 = turned(from, 7, d2, 6), b2 = turned(from, 13, d3, 25);
    b3 = turned(from, 19, d4, 8), b4 = turned(from, 20, d0, 18);
    c0 ^= chi(to, 10, b0, b1, b2), c1 ^= chi(to, 11, b1, b2, b3), c2 ^= chi(to, 12, b2, b3, b4);
    c3 ^= chi(to, 13, b3, b4, b0), c4 ^= chi(to, 14, b4, b0, b1);

    b0 = turned(from, 4, d4, 27), b1 = turned(from, 5, d0, 36), b2 = turned(from, 11, d1, 10);
    b3 = turned(from, 17, d2, 15), b4 = turned(from, 23, d3, 56);
    c0 ^= chi(to, 15, b0, b1, b2), c1 ^= chi(to, 16, b1, b2, b3), c2 ^= chi(to, 17, b2, b3, b4);
    c3 ^= chi(to, 18, b3, b4, b0), c4 ^= chi(to, 19, b4, b0, b1);

    b0 = turned(from, 2, d2, 62), b1 = turned(from, 8, d3, 55), b2 = turned(from, 14, d4, 39);
    b3 = turned(from, 15, d0, 41), b4 = turned(from, 21, d1, 2);
    c0 ^= chi(to, 20, b0, b1, b2), c1 ^= chi(to, 21, b1, b2, b3), c2 ^= chi(to, 22, b2, b3, b4);
    c3 ^= chi(to, 23, b3, b4, b0), c4 ^= chi(to, 24, b4, b0, b1);

    const next = from;
    from = to, to = next;
  }
}

export function start(): void {
  memory.fill(STATE, 0, 8 * LANES);
}

/** @param length a multiple of RATE */
export function absorb(message: usize, length: usize): void {
  for (const end = message + length; message < end; message += RATE) {
    for (let i: usize = 0; i < RATE; i += 8) {
      store<u64>(STATE + i, load<u64>(STATE + i) ^ load<u64>(message + i));
    }
    permute();
  }
}

/** The end of the message; the digest is then at STATE. */
export function finish(message: usize, length: usize): void {
  pad(message, length);
  absorb(message, length - (length % RATE) + RATE);
}
