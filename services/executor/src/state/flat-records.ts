/**
 * Rows of the flat snapshot: the newest value of an account or slot, after what leads to its older values
 * (history.ts).
 */
import { toHex } from '@hexapod/protocol/bytes';
import { type Word, wordFromBytes } from '../evm/word.ts';
import { RowReader, type RowWriter } from '../store/row-writer.ts';
import { type Account, EMPTY_ROOT, hashBytes, NO_CODE_HASH } from './account.ts';
import { NO_TRAIL, NO_VERSION, placeAfter, readTrail, type Trail, writeTrail } from './history.ts';

export interface Versioned<V> {
  readonly value: V;
  /** How many older values are kept; NO_VERSION: there is no row. */
  readonly version: number;
  readonly trail: Trail;
}

/** Value codecs of the two kinds of rows. A row without value bytes is an absent account, a zero slot. */
export interface ValueCodec<V> {
  write(writer: RowWriter, value: V): void;
  read(bytes: Uint8Array): V;
}

export const ABSENT_ACCOUNT: Versioned<Account | undefined> = {
  value: undefined,
  version: NO_VERSION,
  trail: NO_TRAIL,
};
export const ZERO_SLOT: Versioned<Word> = { value: 0, version: NO_VERSION, trail: NO_TRAIL };

export const slotCodec: ValueCodec<Word> = {
  write: (writer, value) => writer.minimalWord(value),
  read: wordFromBytes,
};

/** Most accounts are plain senders: of them only the nonce is kept. */
const Flag = { storage: 1, code: 2, abi: 4 } as const;

export const accountCodec: ValueCodec<Account | undefined> = {
  write(writer, account) {
    if (account === undefined) return;
    const { nonce, storage, codeHash, abiHash } = account;
    const hasCode = codeHash !== NO_CODE_HASH;
    const hasAbi = abiHash !== NO_CODE_HASH;
    writer.byte((storage === 0 ? 0 : Flag.storage) | (hasCode ? Flag.code : 0) | (hasAbi ? Flag.abi : 0));
    writer.varint(nonce);
    if (storage !== 0) {
      writer.varint(storage);
      writer.bytes(account.storageRoot);
    }
    if (hasCode) writer.bytes(hashBytes(codeHash));
    if (hasAbi) writer.bytes(hashBytes(abiHash));
  },
  read(bytes) {
    if (bytes.length === 0) return undefined;
    const reader = new RowReader(bytes);
    const flags = reader.byte();
    const nonce = reader.varint();
    const hasStorage = (flags & Flag.storage) !== 0;
    return {
      nonce,
      storage: hasStorage ? reader.varint() : 0,
      storageRoot: hasStorage ? new Uint8Array(reader.bytes(32)) : EMPTY_ROOT,
      codeHash: (flags & Flag.code) === 0 ? NO_CODE_HASH : toHex(reader.bytes(32)),
      abiHash: (flags & Flag.abi) === 0 ? NO_CODE_HASH : toHex(reader.bytes(32)),
    };
  },
};

export function writeRow<V>(writer: RowWriter, row: Versioned<V>, codec: ValueCodec<V>): void {
  writeTrail(writer, row.version, row.trail);
  codec.write(writer, row.value);
}

export function readRow<V>(bytes: Uint8Array, codec: ValueCodec<V>): Versioned<V> {
  const reader = new RowReader(bytes);
  const { version, trail } = readTrail(reader);
  return { version, trail, value: codec.read(reader.rest()) };
}

/**
 * The value as it was after the block of a height; undefined: not set yet. `replaced` reads what a block replaced.
 */
export function valueAt<V>(
  newest: Versioned<V>,
  height: number,
  replaced: (height: number, index: number) => Versioned<V>,
): V | undefined {
  let row = newest;
  while ((row.trail[0] as number) > height) {
    const place = placeAfter(row.trail, height);
    if (place === undefined) return undefined;
    const older = replaced(place.height, place.index);
    if (older.version >= row.version)
      throw new Error(`state history: version ${older.version} is no older than version ${row.version}`);
    row = older;
  }
  return row.value;
}
