// What both forms of the permutation share (FIPS 202, section 3.2).

/** Bytes of a block: 1600 bits less twice the 256 of the digest. */
export const RATE: usize = 136;
export const DIGEST_BYTES: usize = 32;
/** Lanes of a state: x + 5 y, 64 bits each. */
export const LANES: usize = 25;

/** Iota's constants of the 24 rounds. */
export const ROUND_CONSTANTS: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
  0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
  0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
  0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
], 16);
/** Bytes of the constants. */
export const ROUNDS_END: usize = 24 * 8;

/**
 * Ends the message with the padding of the Keccak submission: a 1 bit after it, a 1 bit at the end of its last block
 * (docs/protocol/crypto.md 4). There must be room for that block.
 */
export function pad(message: usize, length: usize): void {
  const tail = length % RATE;
  const block = message + length - tail;
  memory.fill(block + tail, 0, RATE - tail);
  store<u8>(block + tail, 0x01);
  store<u8>(block + RATE - 1, load<u8>(block + RATE - 1) | 0x80);
}
