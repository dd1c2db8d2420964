/** Receipts: their RLP and the root over those of a block (docs/protocol/executor.md 8.1, 8.2). */
import { concatBytes } from '@hexapod/protocol/bytes';
import { addressToBytes, type Word, wordToBytes } from '../evm/word.ts';
import type { Log } from '../evm/world.ts';
import { encodeInteger, encodeList, encodeString } from '../state/rlp.ts';

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

export function receiptRlp(receipt: Receipt): Uint8Array {
  return encodeList([
    encodeInteger(receipt.cumulativeQuotaUsed),
    encodeString(receipt.bloom),
    encodeList(receipt.logs.map(logRlp)),
    receipt.error === undefined ? encodeList([]) : encodeList([encodeInteger(receipt.error)]),
    encodeInteger(receipt.accountNonce),
    encodeString(receipt.transactionHash),
  ]);
}

export function logRlp(log: Log): Uint8Array {
  return encodeList([
    encodeString(addressToBytes(log.address)),
    encodeList(log.topics.map((topic: Word) => encodeString(wordToBytes(topic)))),
    encodeString(log.data),
  ]);
}

/** A heap of hashes: the leaves last, node j over nodes 2j + 1 and 2j + 2; no leaves: the chain's hash of an empty string's RLP. */
export function receiptsRoot(leaves: readonly Uint8Array[], hash: Hash): Uint8Array {
  const count = leaves.length;
  if (count === 0) return hash(Uint8Array.of(0x80));
  const nodes = new Array<Uint8Array>(count - 1).concat(leaves);
  for (let j = count - 2; j >= 0; j--) {
    const left = encodeString(nodes[2 * j + 1] as Uint8Array);
    nodes[j] = hash(concatBytes(left, encodeString(nodes[2 * j + 2] as Uint8Array)));
  }
  return nodes[0] as Uint8Array;
}
