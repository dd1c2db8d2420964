/** EstimateQuota: the quota with which a call succeeds, by trials (docs/protocol/executor.md 10.2). */
import type { TransactionResult } from '../block/transaction.ts';
import { normalize, type Word } from '../evm/word.ts';

const MOST = 2n ** 64n - 1n;
const CLOSE_ENOUGH = 1024n;

/** undefined: it fails with any quota. `trial` runs on a fresh copy of the state each time. */
export function estimateQuota(trial: (quota: Word) => TransactionResult): bigint | undefined {
  const first = trial(normalize(MOST));
  if (first.status !== 'success') return undefined;
  const second = trial(first.quotaUsed);
  if (second.status === 'success') return BigInt(second.quotaUsed);
  // A refund or the 64th that stays with a caller: more is needed on the way than is used in the end.
  let low = BigInt(first.quotaUsed);
  let high = MOST;
  while (high - low > CLOSE_ENOUGH) {
    const middle = (low + high) / 2n;
    if (trial(normalize(middle)).status === 'success') high = middle;
    else low = middle;
  }
  return high;
}
