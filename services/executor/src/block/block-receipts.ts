/**
 * The receipts of a block: what each transaction left, in both forms it is needed in. The form that is hashed
 * (docs/protocol/executor.md 8.1) has the bloom; the form that is kept has what queries want to know without reading the
 * receipts before it. The logs are encoded once for both.
 */
import { RlpWriter } from '../state/rlp-writer.ts';
import { BLOOM_BYTES, type Blooms } from './bloom.ts';
import { writeLogs, writeReceipt } from './receipt.ts';
import { errorOf, ReceiptError } from './receipt-error.ts';
import { type EncodedReceipts, type StoredReceipt, writeStoredReceipt } from './receipt-store.ts';
import type { TransactionResult } from './transaction.ts';
import type { Work } from './work-list.ts';

export interface BlockReceipts extends EncodedReceipts {
  readonly receipts: readonly StoredReceipt[];
  /** Hashes of the receipts, for the receipts root. */
  readonly leaves: readonly Uint8Array[];
  /** Of all logs of the block. */
  readonly bloom: Uint8Array;
}

export interface ReceiptModules {
  /** The chain's hash. */
  readonly hash: (data: Uint8Array) => Uint8Array;
  readonly blooms: Blooms;
}

const stored = new RlpWriter();
const hashed = new RlpWriter();

export function makeReceipts(
  work: readonly Work[],
  results: readonly TransactionResult[],
  modules: ReceiptModules,
): BlockReceipts {
  const receipts = listReceipts(work, results);
  const { length } = receipts;
  const leaves = new Array<Uint8Array>(length);
  const marks = new Uint32Array(length + 1);
  const bloom = new Uint8Array(BLOOM_BYTES);
  const ownBloom = new Uint8Array(BLOOM_BYTES);
  // From the last to the first, as the writer works.
  for (let index = length - 1; index >= 0; index--) {
    const receipt = receipts[index] as StoredReceipt;
    const accountNonce = (results[index] as TransactionResult).nonce;
    ownBloom.fill(0);
    modules.blooms.add(receipt.logs, ownBloom, bloom);
    writeLogs(hashed, receipt.logs);
    const logsEnd = hashed.mark;
    // Stays where it is while the receipt is written in front of it.
    const logs = hashed.since(0);
    writeStoredReceipt(stored, receipt, logs);
    marks[index] = stored.mark;
    writeReceipt(hashed, { ...receipt, bloom: ownBloom, accountNonce }, logs);
    leaves[index] = modules.hash(hashed.since(logsEnd));
    hashed.cut(0);
  }
  const total = stored.mark;
  const ends = Uint32Array.from(receipts, (_, index) => total - (marks[index + 1] as number));
  return { receipts, leaves, bloom, encoded: stored.finish(), ends };
}

function listReceipts(work: readonly Work[], results: readonly TransactionResult[]): StoredReceipt[] {
  let cumulativeQuotaUsed = 0n;
  let firstLogIndex = 0;
  return work.map(({ hash: transactionHash }, index) => {
    const result = results[index];
    if (result === undefined) throw new Error(`transaction ${index} has no result`);
    const { logs } = result;
    const quotaUsed = BigInt(result.quotaUsed);
    cumulativeQuotaUsed += quotaUsed;
    const receipt = {
      transactionHash,
      cumulativeQuotaUsed,
      quotaUsed,
      error: receiptError(result),
      contractAddress: result.contractAddress ?? 0,
      firstLogIndex,
      logs,
    };
    firstLogIndex += logs.length;
    return receipt;
  });
}

function receiptError({ status }: TransactionResult): number | undefined {
  switch (status) {
    case 'success':
      return undefined;
    case 'reverted':
      return ReceiptError.Reverted;
    case 'NotEnoughBaseQuota':
      return ReceiptError.NotEnoughBaseQuota;
    case 'TransactionMalformed':
      return ReceiptError.TransactionMalformed;
    case 'amend':
      return ReceiptError.Internal;
    default:
      return errorOf(status);
  }
}
