// What the rows of the database are. A block is two rows and one index row per transaction; the regions of the protocol
// that only repeat parts of a block are answered from those (docs/design.md 5.4).
//
//   r ‖ region ‖ key      a value stored by itself: 01 ‖ value, or 00 for one that was deleted although a block has it
//   b ‖ BE64(height)      PB(Block), with proof and state root
//   m ‖ BE64(height)      block hash (32) ‖ state root (32) ‖ proof
//   h ‖ block hash        BE64(height)
//   t ‖ transaction hash  BE64(height) ‖ BE32(position) ‖ BE32(offset in PB(Block)) ‖ BE32(length)

import { be32, be64, concatBytes, readBe32, readBe64 } from '@hexapod/protocol/bytes';

const prefix = (letter: string): Uint8Array => new TextEncoder().encode(letter);
const PLAIN = prefix('r');
const BLOCK = prefix('b');
const META = prefix('m');
const BLOCK_HEIGHT = prefix('h');
const LOCATION = prefix('t');

export const plainKey = (region: number, key: Uint8Array): Uint8Array =>
  concatBytes(PLAIN, Uint8Array.of(region), key);
export const blockKey = (height: Uint8Array): Uint8Array => concatBytes(BLOCK, height);
export const metaKey = (height: Uint8Array): Uint8Array => concatBytes(META, height);
export const blockHeightKey = (blockHash: Uint8Array): Uint8Array => concatBytes(BLOCK_HEIGHT, blockHash);
export const locationKey = (transactionHash: Uint8Array): Uint8Array =>
  concatBytes(LOCATION, transactionHash);

/** First and first-after key of the plain rows of the regions `first` to `last`. */
export const plainRange = (first: number, last: number): { gte: Uint8Array; lt: Uint8Array } => ({
  gte: concatBytes(PLAIN, Uint8Array.of(first)),
  lt: concatBytes(PLAIN, Uint8Array.of(last + 1)),
});

/** A row that hides what a block says. */
export const DELETED = Uint8Array.of(0);
export const plainValue = (value: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(1), value);

/** The value in a plain row; undefined for one that says deleted. */
export const valueInPlain = (row: Uint8Array): Uint8Array | undefined =>
  row[0] === 1 ? row.subarray(1) : undefined;

const HASH_LENGTH = 32;

export interface Meta {
  readonly blockHash: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly proof: Uint8Array;
}

export const encodeMeta = ({ blockHash, stateRoot, proof }: Meta): Uint8Array =>
  concatBytes(blockHash, stateRoot, proof);

export const decodeMeta = (row: Uint8Array): Meta => ({
  blockHash: row.subarray(0, HASH_LENGTH),
  stateRoot: row.subarray(HASH_LENGTH, 2 * HASH_LENGTH),
  proof: row.subarray(2 * HASH_LENGTH),
});

/** Where a transaction lies. */
export interface Location {
  readonly height: bigint;
  /** Position in the block, from 0. */
  readonly index: number;
  /** Offset and length of PB(RawTransaction) in PB(Block), bytes. */
  readonly offset: number;
  readonly length: number;
}

export const encodeLocation = ({ height, index, offset, length }: Location): Uint8Array =>
  concatBytes(be64(height), be32(index), be32(offset), be32(length));

export const decodeLocation = (row: Uint8Array): Location => ({
  height: readBe64(row),
  index: readBe32(row.subarray(8)),
  offset: readBe32(row.subarray(12)),
  length: readBe32(row.subarray(16)),
});
