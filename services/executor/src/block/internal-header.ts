/**
 * The executor's own block header (docs/protocol/executor.md 8.3). Its hash is not the chain's block hash; contracts
 * see it through BLOCKHASH, clients through Log.block_hash.
 */
import type { BlockHeader } from '@hexapod/protocol/blockchain';
import { encodeInteger, encodeList, encodeString } from '../state/rlp.ts';

export interface InternalHeader {
  readonly header: BlockHeader;
  /** Block.version. */
  readonly version: number;
  readonly stateRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  readonly bloom: Uint8Array;
  readonly quotaUsed: bigint;
}

const QUOTA_LIMIT = 2n ** 64n - 1n;
const PROPOSER_BYTES = 20;

export function internalHeaderRlp({
  header,
  version,
  stateRoot,
  receiptsRoot,
  bloom,
  quotaUsed,
}: InternalHeader): Uint8Array {
  return encodeList([
    encodeString(header.prevhash),
    encodeString(stateRoot),
    encodeString(header.transactionsRoot),
    encodeString(receiptsRoot),
    encodeString(bloom),
    encodeInteger(header.height),
    encodeInteger(QUOTA_LIMIT),
    encodeInteger(quotaUsed),
    encodeInteger(header.timestamp),
    encodeInteger(version),
    encodeString(new Uint8Array(0)),
    encodeString(header.proposer.subarray(0, PROPOSER_BYTES)),
  ]);
}
