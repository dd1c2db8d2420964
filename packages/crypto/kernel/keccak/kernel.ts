// What the host calls: it writes a message, or two, into memory and reads their digests from there.

import { DIGEST_BYTES, RATE } from './constants';
import { hashPair } from './pair';
import { absorb, finish, start, STATE } from './single';

/** Where a message goes, or the first of two: the rest of the one page of memory. */
export const INPUT: usize = 4096;
/** Where the second one goes. */
export const SECOND_INPUT: usize = INPUT + 30720;
/** Where the digests are, one after the other. */
export const DIGESTS: usize = memory.data(64, 16);

/** Bytes in a block. */
export const BLOCK: usize = RATE;
/** Blocks that there is room for, with the padding: of one message, and of each of two. */
export const MAX_BLOCKS: usize = 450;
export const MAX_PAIR_BLOCKS: usize = 225;

/** A message of less than MAX_BLOCKS. */
export function hash(length: usize): void {
  start();
  end(length);
}

/** Two messages which end in blocks of the same number, below MAX_PAIR_BLOCKS. */
export function hashTwo(firstLength: usize, secondLength: usize): void {
  hashPair(DIGESTS, INPUT, firstLength, SECOND_INPUT, secondLength);
}

/** A longer message begins; then come whole blocks of it; then what is left, less than MAX_BLOCKS. */
export function begin(): void {
  start();
}

export function next(blocks: usize): void {
  absorb(INPUT, blocks * RATE);
}

export function end(length: usize): void {
  finish(INPUT, length);
  memory.copy(DIGESTS, STATE, DIGEST_BYTES);
}
