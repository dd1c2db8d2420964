/** Receipts: their RLP and the root over those of a block (docs/protocol/executor.md 8.1, 8.2). */
import { ADDRESS_BYTES, WORD_BYTES, type Word } from '../evm/word.ts';
import type { Log } from '../evm/world.ts';
import type { RlpWriter } from '../state/rlp-writer.ts';

export interface Receipt {
  /** Of this and all transactions before it in the block. */
  readonly cumulativeQuotaUsed: bigint;
  readonly bloom: Uint8Array;
  readonly logs: readonly Log[];
  /** Code of receipt-error.ts; undefined: success. */
  readonly error: number | undefined;
  /** The sender's nonce before the transaction. */
  readonly accountNonce: number;
  readonly transactionHash: Uint8Array;
}

type Hash = (data: Uint8Array) => Uint8Array;

/** @param logs the RLP of the receipt's logs. */
export function writeReceipt(to: RlpWriter, receipt: Omit<Receipt, 'logs'>, logs: Uint8Array): void {
  const { mark } = to;
  to.string(receipt.transactionHash);
  to.integer(receipt.accountNonce);
  writeError(to, receipt.error);
  to.raw(logs);
  to.string(receipt.bloom);
  to.integer(receipt.cumulativeQuotaUsed);
  to.list(mark);
}

/** A list: empty, or with the code. */
export function writeError(to: RlpWriter, error: number | undefined): void {
  const { mark } = to;
  if (error !== undefined) to.integer(error);
  to.list(mark);
}

/** A list of [address, topics, data]. */
export function writeLogs(to: RlpWriter, logs: readonly Log[]): void {
  const end = to.mark;
  for (let i = logs.length - 1; i >= 0; i--) {
    const { address, topics, data } = logs[i] as Log;
    const logEnd = to.mark;
    to.string(data);
    const topicsEnd = to.mark;
    for (let t = topics.length - 1; t >= 0; t--) to.word(topics[t] as Word, WORD_BYTES);
    to.list(topicsEnd);
    to.word(address, ADDRESS_BYTES);
    to.list(logEnd);
  }
  to.list(end);
}

/**
 * A heap of hashes: the leaves last, node j over nodes 2j + 1 and 2j + 2; no leaves: the chain's hash of an empty
 * string's RLP.
 */
export function receiptsRoot(leaves: readonly Uint8Array[], hash: Hash): Uint8Array {
  const count = leaves.length;
  if (count === 0) return hash(Uint8Array.of(0x80));
  const nodes = new Array<Uint8Array>(count - 1).concat(leaves);
  // Two RLP strings of 32 bytes, without a list around them.
  const pair = new Uint8Array(2 * HASH_STRING_BYTES);
  pair[0] = HASH_STRING;
  pair[HASH_STRING_BYTES] = HASH_STRING;
  for (let j = count - 2; j >= 0; j--) {
    pair.set(nodes[2 * j + 1] as Uint8Array, 1);
    pair.set(nodes[2 * j + 2] as Uint8Array, HASH_STRING_BYTES + 1);
    nodes[j] = hash(pair);
  }
  return nodes[0] as Uint8Array;
}

const HASH_STRING = 0xa0;
const HASH_STRING_BYTES = 33;
