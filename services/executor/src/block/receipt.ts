/** Receipts: their RLP and the root over those of a block (docs/protocol/executor.md 8.1, 8.2). */
import { addressToBytes, type Word, wordToBytes } from '../evm/word.ts';
import type { Log } from '../evm/world.ts';
import { RlpWriter } from '../state/rlp-writer.ts';

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

const writer = new RlpWriter();

export function receiptRlp(receipt: Receipt): Uint8Array {
  writer.string(receipt.transactionHash);
  writer.integer(receipt.accountNonce);
  writeError(writer, receipt.error);
  writeLogs(writer, receipt.logs);
  writer.string(receipt.bloom);
  writer.integer(receipt.cumulativeQuotaUsed);
  writer.list(0);
  return writer.finish();
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
    for (let t = topics.length - 1; t >= 0; t--) to.string(wordToBytes(topics[t] as Word));
    to.list(topicsEnd);
    to.string(addressToBytes(address));
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
  for (let j = count - 2; j >= 0; j--) {
    writer.string(nodes[2 * j + 2] as Uint8Array);
    writer.string(nodes[2 * j + 1] as Uint8Array);
    nodes[j] = hash(writer.finish());
  }
  return nodes[0] as Uint8Array;
}
