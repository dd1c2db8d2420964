// Which message goes first. Five lanes on every link: the kinds of docs/protocol/network.md 3, of which large messages
// have lanes of their own, so that no vote waits behind a block.
//
// The original lets answers of a sync (InteractiveLow) overtake consensus (DataHigh). Here consensus comes first: a late
// vote costs a round, a late sync answer costs nothing.

import type { NetworkMsg } from '@hexapod/protocol/network';
import { LIMITS } from './limits.ts';

/** Lower is more urgent. */
export const Lane = {
  /** Consensus, and whatever has no row below. */
  High: 0,
  HighLarge: 1,
  /** Answers another node waits for. */
  Answer: 2,
  AnswerLarge: 3,
  /** Transactions and requests. */
  Data: 4,
  DataLarge: 5,
} as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

export const LANES = Object.keys(Lane).length;

type SmallLane = typeof Lane.High | typeof Lane.Answer | typeof Lane.Data;

const laneByType: ReadonlyMap<string, SmallLane> = new Map([
  ['chain_status_respond', Lane.Answer],
  ['sync_block_respond', Lane.Answer],
  ['sync_tx_respond', Lane.Answer],
  ['send_tx', Lane.Data],
  ['send_txs', Lane.Data],
  ['sync_block', Lane.Data],
]);

const largeLane: Readonly<Record<SmallLane, Lane>> = {
  [Lane.High]: Lane.HighLarge,
  [Lane.Answer]: Lane.AnswerLarge,
  [Lane.Data]: Lane.DataLarge,
};

/** The lane of a message that is `bytes` long when encoded. */
export function laneOf(message: Pick<NetworkMsg, 'module' | 'type'>, bytes: number): Lane {
  const lane = message.module === 'consensus' ? Lane.High : (laneByType.get(message.type) ?? Lane.High);
  return bytes > LIMITS.chunkBytes ? largeLane[lane] : lane;
}
