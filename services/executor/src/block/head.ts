/** The newest block: one row that is written with everything else of the block. */
import { decodeInteger, decodeStrings, encodeInteger, encodeList } from '../state/rlp.ts';
import type { Reader } from '../store/database.ts';
import { HEAD_KEY } from '../store/keys.ts';

export interface Head {
  readonly height: bigint;
  /** Number for the next account that gets a storage (store/keys.ts). */
  readonly nextStorage: number;
  /** The lowest height from which on Call finds the state: 0 if history was always kept. */
  readonly historyFrom: bigint;
}

export function readHead(reader: Reader): Head | undefined {
  const bytes = reader.get(HEAD_KEY);
  if (bytes === undefined) return undefined;
  const [height, nextStorage, historyFrom] = decodeStrings(bytes, 3).map(decodeInteger);
  return { height: height ?? 0n, nextStorage: Number(nextStorage), historyFrom: historyFrom ?? 0n };
}

export function encodeHead(head: Head): Uint8Array {
  return encodeList([
    encodeInteger(head.height),
    encodeInteger(head.nextStorage),
    encodeInteger(head.historyFrom),
  ]);
}
