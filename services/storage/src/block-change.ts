// Store of region 12 as one change: the block's one value, an index row for each transaction, and the few values by height
// (docs/protocol/storage.md 4, steps 6 to 10).

import { be64, equalBytes, toHex } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/storage';
import type { BlockParts, PlacedTransaction } from './block-parts.ts';
import type { Change } from './change-queue.ts';
import type { Operation, Reader } from './key-value-store.ts';
import { noLongerWhole } from './part-change.ts';
import {
  type BodyId,
  bodyKey,
  decodeStanding,
  encodeLocationRow,
  encodeStanding,
  plainKey,
  standingKey,
  transactionKey,
} from './rows.ts';

/** Where storage keeps the height and the hash of the last stored block, in region 0. */
const CURRENT_HEIGHT = be64(0n);
const CURRENT_HASH = be64(1n);

export function storeBlock(height: bigint, parts: BlockParts): Change {
  const { transactions } = parts;
  const placed = transactions.map((place) => ({ ...place, key: transactionKey(place.hash) }));
  return async (reader) => {
    const { id, isNew } = await bodyIdOf(reader, height, parts.body);
    return [
      ...(isNew ? [put(bodyKey(id), parts.body)] : []),
      ...(await noLongerWhole(
        reader,
        placed.map(({ key }) => key),
        id,
      )),
      // Of two places of one transaction the later row counts.
      ...placed.map(({ key, offset, length }, index) =>
        put(key, encodeLocationRow({ height, generation: id.generation, index, offset, length })),
      ),
      put(
        standingKey(height),
        encodeStanding({ generation: id.generation, isWhole: !hasTwins(transactions) }),
      ),
      ...valuesByHeight(be64(height), parts),
    ];
  };
}

function valuesByHeight(
  height: Uint8Array,
  { blockHash, proof, stateRoot, compact }: BlockParts,
): Operation[] {
  return [
    put(plainKey(Region.blockHash, height), blockHash),
    put(plainKey(Region.proof, height), proof),
    put(plainKey(Region.result, height), stateRoot),
    put(plainKey(Region.blockHash2blockHeight, blockHash), height),
    put(plainKey(Region.compactBlock, height), compact),
    put(plainKey(Region.global, CURRENT_HEIGHT), height),
    put(plainKey(Region.global, CURRENT_HASH), blockHash),
  ];
}

/** Does one transaction stand in the block twice? */
function hasTwins(transactions: readonly PlacedTransaction[]): boolean {
  return new Set(transactions.map(({ hash }) => toHex(hash))).size < transactions.length;
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
