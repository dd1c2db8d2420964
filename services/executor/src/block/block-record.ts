/** What is kept of an executed block besides its receipts (docs/protocol/executor.md 8.4). */
import type { BlockHeader } from '@hexapod/protocol/blockchain';
import { Z32 } from '@hexapod/protocol/bytes';
import { decodeInteger, decodeStrings, encodeInteger, encodeList, encodeString } from '../state/rlp.ts';
import type { Reader } from '../store/database.ts';
import { blockKey } from '../store/keys.ts';

export interface BlockRecord {
  readonly prevhash: Uint8Array;
  /** Milliseconds. */
  readonly timestamp: bigint;
  readonly height: bigint;
  readonly transactionsRoot: Uint8Array;
  /** 20 bytes. */
  readonly proposer: Uint8Array;
  readonly version: number;
  /** The chain's block hash, H(PB(header)). */
  readonly blockHash: Uint8Array;
  /** Hash of the internal header: what BLOCKHASH answers. */
  readonly internalHash: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  readonly quotaUsed: bigint;
}

export function encodeBlockRecord(record: BlockRecord): Uint8Array {
  return encodeList([
    encodeString(record.prevhash),
    encodeInteger(record.timestamp),
    encodeInteger(record.height),
    encodeString(record.transactionsRoot),
    encodeString(record.proposer),
    encodeInteger(record.version),
    encodeString(record.blockHash),
    encodeString(record.internalHash),
    encodeString(record.stateRoot),
    encodeString(record.receiptsRoot),
    encodeInteger(record.quotaUsed),
  ]);
}

const FIELDS = 11;

function decodeBlockRecord(bytes: Uint8Array): BlockRecord {
  const fields = decodeStrings(bytes, FIELDS);
  const at = (index: number) => fields[index] as Uint8Array;
  return {
    prevhash: at(0),
    timestamp: decodeInteger(at(1)),
    height: decodeInteger(at(2)),
    transactionsRoot: at(3),
    proposer: at(4),
    version: Number(decodeInteger(at(5))),
    blockHash: at(6),
    internalHash: at(7),
    stateRoot: at(8),
    receiptsRoot: at(9),
    quotaUsed: decodeInteger(at(10)),
  };
}

export function readBlockRecord(reader: Reader, height: bigint): BlockRecord | undefined {
  const bytes = reader.get(blockKey(height));
  return bytes === undefined ? undefined : decodeBlockRecord(bytes);
}

/** The header that is hashed for the next block's prevhash: the proposer of genesis is 32 zero bytes there (3.2). */
export function chainHeader(header: BlockHeader): BlockHeader {
  return header.height === 0n ? { ...header, proposer: Z32 } : header;
}
