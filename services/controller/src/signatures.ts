// Signature checks by the crypto process, in batches: which of many transactions are signed by their senders
// (docs/protocol/controller.md 6.2 step 1).

import { Code } from '@hexapod/protocol/status-code';
import { rawTransactions } from './block.ts';
import type { Crypto } from './neighbours.ts';
import type { ChainTransaction } from './transaction.ts';

export interface BatchLimits {
  /** Transactions per call. */
  readonly maxCount: number;
  /** Bytes per call. */
  readonly maxBytes: number;
}

/**
 * A code per transaction, in order. `strict` also refuses what only originals accept: right for new transactions, wrong
 * for those of a block (docs/protocol/crypto.md 8). When the crypto process does not answer, all get its code.
 */
export async function checkSignatures(
  crypto: Pick<Crypto, 'checkTransactions'>,
  transactions: readonly ChainTransaction[],
  strict: boolean,
  limits: BatchLimits,
): Promise<Code[]> {
  const codes: Code[] = [];
  for (const batch of batches(transactions, limits)) codes.push(...(await checkBatch(crypto, batch, strict)));
  return codes;
}

/** As above for a proposal or a block: one code for all, stopping at the first batch with a failure. */
export async function checkAllSignatures(
  crypto: Pick<Crypto, 'checkTransactions'>,
  transactions: readonly ChainTransaction[],
  strict: boolean,
  limits: BatchLimits,
): Promise<Code> {
  for (const batch of batches(transactions, limits)) {
    const { code } = await crypto.checkTransactions(rawTransactions(batch), strict);
    if (code !== Code.Success) return code;
  }
  return Code.Success;
}

async function checkBatch(
  crypto: Pick<Crypto, 'checkTransactions'>,
  batch: readonly ChainTransaction[],
  strict: boolean,
): Promise<Code[]> {
  const { code, failing } = await crypto.checkTransactions(rawTransactions(batch), strict);
  if (code === Code.Success || batch.length === 1 || isNotReady(code)) return batch.map(() => code);
  const named = new Set(failing?.filter((index) => index < batch.length));
  if (named.size > 0) return batch.map((_, index) => (named.has(index) ? code : Code.Success));
  // An original does not say which: halve until it is found.
  const middle = batch.length >> 1;
  const left = await checkBatch(crypto, batch.slice(0, middle), strict);
  return [...left, ...(await checkBatch(crypto, batch.slice(middle), strict))];
}

/** A code of the "service not ready" family (docs/protocol/wire.md 5.3): nobody's transaction is to blame. */
export function isNotReady(code: Code): boolean {
  return code !== Code.Success && code % 100 === 0 && code >= Code.ConsensusServerNotReady;
}

function* batches(
  transactions: readonly ChainTransaction[],
  { maxCount, maxBytes }: BatchLimits,
): Generator<ChainTransaction[]> {
  let batch: ChainTransaction[] = [];
  let bytes = 0;
  for (const tx of transactions) {
    if (batch.length > 0 && (batch.length >= maxCount || bytes + tx.bytes.length > maxBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(tx);
    bytes += tx.bytes.length;
  }
  if (batch.length > 0) yield batch;
}
