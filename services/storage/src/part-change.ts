// Store and Delete of a single value, also where a block has stored it before (docs/protocol/storage.md 2).

import { readBe64 } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/storage';
import type { Change } from './change-queue.ts';
import type { Operation, Reader } from './key-value-store.ts';
import {
  type BodyId,
  decodeStanding,
  decodeTransactionRow,
  encodeStanding,
  encodeTransactionRow,
  plainKey,
  standingKey,
  type TransactionRow,
  transactionKey,
} from './rows.ts';

/** @param value undefined deletes */
export function changePlain(region: number, key: Uint8Array, value: Uint8Array | undefined): Change {
  return async (reader) => {
    const change = putOrDelete(plainKey(region, key), value);
    // Region 11 is assembled from the compact block: from now on from this one.
    if (region !== Region.compactBlock) return [change];
    return [change, ...(await unwhole(reader, readBe64(key)))];
  };
}

/** @param region 1, 7 or 9 @param value undefined deletes */
export function changeTransaction(region: number, hash: Uint8Array, value: Uint8Array | undefined): Change {
  return async (reader) => {
    const key = transactionKey(hash);
    const bytes = await reader.get(key);
    const row: TransactionRow = bytes === undefined ? {} : decodeTransactionRow(bytes);
    const changed = { ...row, [partOf(region)]: value };
    const isEmpty = !changed.transaction && !changed.height && !changed.index;
    const change = putOrDelete(key, isEmpty ? undefined : encodeTransactionRow(changed));
    if (region !== Region.transactions) return [change];
    return [change, ...(await noLongerWhole(reader, [key]))];
  };
}

/**
 * Blocks that lose a transaction to another block or value: what region 11 says of them is no longer what was stored.
 * @param keys of index rows that change
 * @param by the block that changes them
 */
export async function noLongerWhole(
  reader: Reader,
  keys: readonly Uint8Array[],
  by?: BodyId,
): Promise<Operation[]> {
  const losers = new Map<string, BodyId>();
  for (const row of await reader.getMany(keys)) {
    const transaction = row && decodeTransactionRow(row).transaction;
    if (transaction === undefined || transaction instanceof Uint8Array) continue;
    // What stands at the height of the new block is replaced anyway.
    if (transaction.height === by?.height) continue;
    losers.set(`${transaction.height}/${transaction.generation}`, transaction);
  }
  const operations: Operation[] = [];
  for (const { height, generation } of losers.values()) {
    operations.push(...(await unwhole(reader, height, generation)));
  }
  return operations;
}

/** @param generation only if it is the one that stands at the height; absent: whichever stands there */
async function unwhole(reader: Reader, height: bigint, generation?: number): Promise<Operation[]> {
  const row = await reader.get(standingKey(height));
  if (row === undefined) return [];
  const standing = decodeStanding(row);
  if (generation !== undefined && generation !== standing.generation) return [];
  const value = encodeStanding({ ...standing, isWhole: false });
  return [{ type: 'put', key: standingKey(height), value }];
}

function partOf(region: number): keyof TransactionRow {
  if (region === Region.transactionHash2blockHeight) return 'height';
  return region === Region.transactionIndex ? 'index' : 'transaction';
}

function putOrDelete(key: Uint8Array, value: Uint8Array | undefined): Operation {
  return value === undefined ? { type: 'del', key } : { type: 'put', key, value };
}
