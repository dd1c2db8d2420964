// What the rows of the database are. The regions that hold a value per block are rows as they are; what a region holds per
// transaction comes from the block's one value and an index row (docs/design.md 5.4).
//
//   p ‖ region ‖ key                     the value: regions 0, 2 to 6, 8, 10
//   b ‖ BE64(height) ‖ BE32(generation)  PB(Block) without proof and state root; never changes once it is written
//   s ‖ BE64(height)                     which generation stands at that height, and whether region 11 is that block
//   t ‖ transaction hash                 regions 1, 7, 9: where the transaction lies, or values stored by themselves

import { be32, be64, concatBytes, equalBytes, readBe32, readBe64 } from '@hexapod/protocol/bytes';

const prefix = (letter: string): Uint8Array => new TextEncoder().encode(letter);
const PLAIN = prefix('p');
const BODY = prefix('b');
const STANDING = prefix('s');
const TRANSACTION = prefix('t');

export const plainKey = (region: number, key: Uint8Array): Uint8Array =>
  concatBytes(PLAIN, Uint8Array.of(region), key);
export const standingKey = (height: bigint): Uint8Array => concatBytes(STANDING, be64(height));
export const transactionKey = (hash: Uint8Array): Uint8Array => concatBytes(TRANSACTION, hash);

/** One of the blocks that were stored at a height, counted from 0. */
export interface BodyId {
  readonly height: bigint;
  readonly generation: number;
}

export const bodyKey = ({ height, generation }: BodyId): Uint8Array =>
  concatBytes(BODY, be64(height), be32(generation));

/** What stands at a height. */
export interface Standing {
  readonly generation: number;
  /** False: something that the block is assembled from was stored by itself, or again by another block. */
  readonly isWhole: boolean;
}

export const encodeStanding = ({ generation, isWhole }: Standing): Uint8Array =>
  concatBytes(be32(generation), Uint8Array.of(isWhole ? 1 : 0));

export const decodeStanding = (row: Uint8Array): Standing => ({
  generation: readBe32(row),
  isWhole: row[4] === 1,
});

/** Where a transaction lies. */
export interface Location extends BodyId {
  /** Position in the block, from 0. */
  readonly index: number;
  /** Of PB(RawTransaction) in the body, bytes. */
  readonly offset: number;
  readonly length: number;
}

const LOCATION_LENGTH = 24;

function encodeLocation({ height, generation, index, offset, length }: Location, start = 0): Uint8Array {
  const bytes = new Uint8Array(start + LOCATION_LENGTH);
  const view = new DataView(bytes.buffer, start);
  view.setBigUint64(0, height);
  view.setUint32(8, generation);
  view.setUint32(12, index);
  view.setUint32(16, offset);
  view.setUint32(20, length);
  return bytes;
}

const decodeLocation = (bytes: Uint8Array): Location => ({
  height: readBe64(bytes),
  generation: readBe32(bytes.subarray(8)),
  index: readBe32(bytes.subarray(12)),
  offset: readBe32(bytes.subarray(16)),
  length: readBe32(bytes.subarray(20)),
});

/** What regions 1, 7 and 9 have under a transaction hash; an absent part is NotFound. */
export interface TransactionRow {
  readonly transaction?: Location | Uint8Array | undefined;
  readonly height?: Uint8Array | undefined;
  readonly index?: Uint8Array | undefined;
}

/** The row of a transaction that a block brought, of which the location says everything. */
const rowOfLocation = (location: Location): TransactionRow => ({
  transaction: location,
  height: be64(location.height),
  index: be64(BigInt(location.index)),
});

/** First byte of a row. */
const Form = { location: 0, parts: 1 } as const;
/** First byte of a part of a row that is not all location. */
const Part = { location: 0, transaction: 1, height: 2, index: 3 } as const;

/** The row of a transaction that a block brings: there are thousands of them in one. */
export function encodeLocationRow(location: Location): Uint8Array {
  const row = encodeLocation(location, 1);
  row[0] = Form.location;
  return row;
}

export function encodeTransactionRow(row: TransactionRow): Uint8Array {
  const { transaction, height, index } = row;
  if (transaction !== undefined && !(transaction instanceof Uint8Array)) {
    const implied = rowOfLocation(transaction);
    if (isEqual(height, implied.height) && isEqual(index, implied.index)) {
      return encodeLocationRow(transaction);
    }
    return encodeParts(Part.location, encodeLocation(transaction), height, index);
  }
  return encodeParts(Part.transaction, transaction, height, index);
}

function encodeParts(
  form: number,
  transaction: Uint8Array | undefined,
  height: Uint8Array | undefined,
  index: Uint8Array | undefined,
): Uint8Array {
  const part = (tag: number, value: Uint8Array | undefined): Uint8Array =>
    value === undefined ? new Uint8Array(0) : concatBytes(Uint8Array.of(tag), be32(value.length), value);
  const parts = [part(form, transaction), part(Part.height, height), part(Part.index, index)];
  return concatBytes(Uint8Array.of(Form.parts), ...parts);
}

export function decodeTransactionRow(row: Uint8Array): TransactionRow {
  if (row[0] === Form.location && row.length === 1 + LOCATION_LENGTH) {
    return rowOfLocation(decodeLocation(row.subarray(1)));
  }
  const parts = new Map<number, Uint8Array>();
  for (let position = 1; position < row.length; ) {
    const start = position + 5;
    const end = start + readBe32(row.subarray(position + 1));
    parts.set(row[position] ?? 0, row.subarray(start, end));
    position = end;
  }
  const location = parts.get(Part.location);
  return {
    transaction: location === undefined ? parts.get(Part.transaction) : decodeLocation(location),
    height: parts.get(Part.height),
    index: parts.get(Part.index),
  };
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one !== undefined && other !== undefined && equalBytes(one, other);
}
