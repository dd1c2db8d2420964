/**
 * Rows of the flat snapshot: the newest value of an account or slot, the height that set it, and how many older
 * values are kept beside it under version numbers 0, 1, 2 … in order of height. A read at an older height is a binary
 * search over them, so history costs one small row per change instead of a copy of the path through the trie.
 */
import { toHex } from '@hexapod/protocol/bytes';
import { type Word, wordFromBytes, wordToMinimalBytes } from '../evm/word.ts';
import { readUint48, writeUint48 } from '../store/keys.ts';
import { type Account, hashBytes } from './account.ts';

export interface Versioned<V> {
  readonly value: V;
  /** Older values kept. */
  readonly versions: number;
  /** Height of the block that set the value; NEVER for a row that is not in the database. */
  readonly since: number;
}

export const NEVER = -1;

const HEADER_BYTES = 10;
const ACCOUNT_BYTES = 6 + 6 + 96;

/** Value codecs of the two kinds of rows. A row without value bytes is an absent account, a zero slot. */
export interface ValueCodec<V> {
  encode(value: V): Uint8Array;
  decode(bytes: Uint8Array): V;
}

export const slotCodec: ValueCodec<Word> = { encode: wordToMinimalBytes, decode: wordFromBytes };

export const accountCodec: ValueCodec<Account | undefined> = {
  encode(account) {
    if (account === undefined) return new Uint8Array(0);
    const bytes = new Uint8Array(ACCOUNT_BYTES);
    const view = new DataView(bytes.buffer);
    writeUint48(view, 0, account.nonce);
    writeUint48(view, 6, account.storage);
    bytes.set(account.storageRoot, 12);
    bytes.set(hashBytes(account.codeHash), 44);
    bytes.set(hashBytes(account.abiHash), 76);
    return bytes;
  },
  decode(bytes) {
    if (bytes.length === 0) return undefined;
    if (bytes.length !== ACCOUNT_BYTES)
      throw new RangeError(`an account row has ${ACCOUNT_BYTES} bytes, not ${bytes.length}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return {
      nonce: readUint48(view, 0),
      storage: readUint48(view, 6),
      storageRoot: bytes.slice(12, 44),
      codeHash: toHex(bytes.subarray(44, 76)),
      abiHash: toHex(bytes.subarray(76, 108)),
    };
  },
};

export function encodeRow<V>(row: Versioned<V>, codec: ValueCodec<V>): Uint8Array {
  const value = codec.encode(row.value);
  const bytes = new Uint8Array(HEADER_BYTES + value.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, row.versions);
  writeUint48(view, 4, row.since);
  bytes.set(value, HEADER_BYTES);
  return bytes;
}

/** Also of a version row, whose own number of versions is not used. */
export function decodeRow<V>(bytes: Uint8Array, codec: ValueCodec<V>): Versioned<V> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    versions: view.getUint32(0),
    since: readUint48(view, 4),
    value: codec.decode(bytes.subarray(HEADER_BYTES)),
  };
}

/** The value as it was after the block of a height; undefined: not set yet. */
export function valueAt<V>(
  newest: Versioned<V>,
  height: number,
  readVersion: (version: number) => Versioned<V> | undefined,
): V | undefined {
  if (newest.since <= height) return newest.value;
  // The last version not younger than the height.
  let low = 0;
  let high = newest.versions;
  let found: V | undefined;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = readVersion(middle);
    if (row === undefined)
      throw new Error(`state history: version ${middle} of ${newest.versions} is missing`);
    if (row.since <= height) {
      found = row.value;
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return found;
}
