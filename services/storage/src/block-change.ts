// Store of region 12 as one change: the block's one value, an index row for each transaction, and the few values by height
// (docs/protocol/storage.md 4, steps 6 to 10).

import { be64, equalBytes, toHex } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/storage';
import type { BlockParts } from './block-parts.ts';
import type { Change } from './change-queue.ts';
import type { Operation, Reader } from './key-value-store.ts';
import { noLongerWhole } from './part-change.ts';
import {
  type BodyId,
  bodyKey,
  decodeStanding,
  encodeStanding,
  encodeTransactionRow,
  plainKey,
  rowOfLocation,
  standingKey,
  transactionKey,
} from './rows.ts';

/** Where storage keeps the height and the hash of the last stored block, in region 0. */
const CURRENT_HEIGHT = be64(0n);
const CURRENT_HASH = be64(1n);

export function storeBlock(height: bigint, parts: BlockParts): Change {
  return async (reader) => {
    const { id, isNew } = await bodyIdOf(reader, height, parts.body);
    const key = be64(height);
    const isWhole =
      new Set(parts.transactions.map(({ hash }) => toHex(hash))).size === parts.transactions.length;
    const plain = (region: number, rowKey: Uint8Array, value: Uint8Array): Operation => ({
      type: 'put',
      key: plainKey(region, rowKey),
      value,
    });
    return [
      ...(isNew ? [put(bodyKey(id), parts.body)] : []),
      ...(await noLongerWhole(
        reader,
        parts.transactions.map(({ hash }) => transactionKey(hash)),
        id,
      )),
      // Of two places of one transaction the later row counts.
      ...parts.transactions.map(({ hash, offset, length }, index) =>
        put(transactionKey(hash), encodeTransactionRow(rowOfLocation({ ...id, index, offset, length }))),
      ),
      put(standingKey(height), encodeStanding({ generation: id.generation, isWhole })),
      plain(Region.blockHash, key, parts.blockHash),
      plain(Region.proof, key, parts.proof),
      plain(Region.result, key, parts.stateRoot),
      plain(Region.blockHash2blockHeight, parts.blockHash, key),
      plain(Region.compactBlock, key, parts.compact),
      plain(Region.global, CURRENT_HEIGHT, key),
      plain(Region.global, CURRENT_HASH, parts.blockHash),
    ];
  };
}

const put = (key: Uint8Array, value: Uint8Array): Operation => ({ type: 'put', key, value });

/** The body that stands at the height if it is the same, else a new one: transactions may still lie in the old one. */
async function bodyIdOf(
  reader: Reader,
  height: bigint,
  body: Uint8Array,
): Promise<{ readonly id: BodyId; readonly isNew: boolean }> {
  const row = await reader.get(standingKey(height));
  if (row === undefined) return { id: { height, generation: 0 }, isNew: true };
  const standing = { height, generation: decodeStanding(row).generation };
  const before = await reader.get(bodyKey(standing));
  if (before !== undefined && equalBytes(before, body)) return { id: standing, isNew: false };
  return { id: { height, generation: standing.generation + 1 }, isNew: true };
}
