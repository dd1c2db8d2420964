// Cuts PB(RawTransactions) into pieces that are PB(RawTransactions) again, without decoding a transaction.

import { repeatedFields } from '@hexapod/protocol/wire';

const BODY_FIELD = 1;

export interface Batch {
  /** Position of its first transaction in the list. */
  readonly first: number;
  /** A view. */
  readonly bytes: Uint8Array;
}

export interface BatchLimits {
  /** Transactions in a batch. */
  readonly maxCount: number;
  /** Bytes in a batch; a transaction that has more is a batch of its own. */
  readonly maxBytes: number;
}

/** The number of transactions, and the list in pieces. Throws DecodeError. */
export function cutIntoBatches(
  transactions: Uint8Array,
  { maxCount, maxBytes }: BatchLimits,
): { count: number; batches: Batch[] } {
  const elements = repeatedFields(transactions, BODY_FIELD);
  const batches: Batch[] = [];
  let first = 0;
  let start = 0;
  /** Where the last transaction ends; undefined after an empty one, of which no place is known. */
  let end: number | undefined;
  elements.forEach((element, index) => {
    const elementEnd =
      element.length > 0 ? element.byteOffset - transactions.byteOffset + element.length : undefined;
    const isFull = index - first >= maxCount || (elementEnd ?? 0) - start > maxBytes;
    if (isFull && index > first && end !== undefined) {
      batches.push({ first, bytes: transactions.subarray(start, end) });
      first = index;
      start = end;
    }
    end = elementEnd;
  });
  // What follows the last transaction, unknown fields, stays with it.
  if (elements.length > 0) batches.push({ first, bytes: transactions.subarray(start) });
  return { count: elements.length, batches };
}
