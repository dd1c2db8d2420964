/**
 * Receipts as they are kept: one row per block, in which each can be found without reading the others, and one small
 * row per transaction that says where. Blooms are not kept, they follow from the logs.
 *
 * Row of a block: number of receipts, the end of each, then their RLP one after the other.
 */
import { ADDRESS_BYTES, type Word, wordFromBytes } from '../evm/word.ts';
import type { Log } from '../evm/world.ts';
import { asList, asString, decode, decodeInteger } from '../state/rlp.ts';
import type { RlpWriter } from '../state/rlp-writer.ts';
import type { Batch, Reader } from '../store/database.ts';
import { receiptsKey, transactionKey } from '../store/keys.ts';
import { RowReader, RowWriter } from '../store/row-writer.ts';
import { writeError } from './receipt.ts';

const rows = new RowWriter();

export interface StoredReceipt {
  readonly transactionHash: Uint8Array;
  readonly cumulativeQuotaUsed: bigint;
  readonly quotaUsed: bigint;
  readonly error: number | undefined;
  /** 0: none was created. */
  readonly contractAddress: Word;
  /** Position of its first log among those of the block. */
  readonly firstLogIndex: number;
  readonly logs: readonly Log[];
}

export interface EncodedReceipts {
  readonly encoded: Uint8Array;
  readonly ends: Uint32Array;
}

export interface FoundReceipt {
  readonly height: bigint;
  /** Among the normal transactions of the block. */
  readonly index: number;
  readonly receipt: StoredReceipt;
}

/** @param encoded the receipts' RLP one after the other; @param ends where each ends. */
export function putReceipts(
  batch: Batch,
  height: bigint,
  receipts: readonly StoredReceipt[],
  { encoded, ends }: EncodedReceipts,
): void {
  if (receipts.length === 0) return;
  rows.uint32(receipts.length);
  for (const end of ends) rows.uint32(end);
  rows.bytes(encoded);
  batch.put(receiptsKey(height), rows.take());
  receipts.forEach(({ transactionHash }, index) => {
    rows.varint(Number(height));
    rows.varint(index);
    batch.put(transactionKey(transactionHash), rows.take());
  });
}

export function findReceipt(reader: Reader, transactionHash: Uint8Array): FoundReceipt | undefined {
  const place = reader.get(transactionKey(transactionHash));
  if (place === undefined) return undefined;
  const reading = new RowReader(place);
  const height = BigInt(reading.varint());
  const index = reading.varint();
  const row = reader.get(receiptsKey(height));
  if (row === undefined) throw new Error(`receipts of block ${height} are missing`);
  return { height, index, receipt: decodeReceipt(slice(row, index)) };
}

function slice(row: Uint8Array, index: number): Uint8Array {
  const view = new DataView(row.buffer, row.byteOffset);
  const base = 4 + 4 * view.getUint32(0);
  const start = index === 0 ? 0 : view.getUint32(4 * index);
  return row.subarray(base + start, base + view.getUint32(4 + 4 * index));
}

/** @param logs the RLP of the receipt's logs. */
export function writeStoredReceipt(
  to: RlpWriter,
  receipt: Omit<StoredReceipt, 'logs'>,
  logs: Uint8Array,
): void {
  const { mark } = to;
  to.raw(logs);
  to.integer(receipt.firstLogIndex);
  to.word(receipt.contractAddress, ADDRESS_BYTES);
  writeError(to, receipt.error);
  to.integer(receipt.quotaUsed);
  to.integer(receipt.cumulativeQuotaUsed);
  to.string(receipt.transactionHash);
  to.list(mark);
}

function decodeReceipt(bytes: Uint8Array): StoredReceipt {
  const fields = asList(decode(bytes));
  const error = asList(fields[3]);
  return {
    transactionHash: asString(fields[0]),
    cumulativeQuotaUsed: decodeInteger(asString(fields[1])),
    quotaUsed: decodeInteger(asString(fields[2])),
    error: error.length === 0 ? undefined : Number(decodeInteger(asString(error[0]))),
    contractAddress: wordFromBytes(asString(fields[4])),
    firstLogIndex: Number(decodeInteger(asString(fields[5]))),
    logs: asList(fields[6]).map((item) => {
      const [address, topics, data] = asList(item);
      return {
        address: wordFromBytes(asString(address)),
        topics: asList(topics).map((topic) => wordFromBytes(asString(topic))),
        data: asString(data),
      };
    }),
  };
}
