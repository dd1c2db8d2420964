// Which transactions of a list fail, as trailing metadata of CheckTransactions (docs/protocol/crypto.md 7).

import type { FailedTransaction } from '@hexapod/crypto/check-transactions';

export const FAILING_INDEXES = 'failing-indexes';
/** Trailing metadata travels in one header block, for which clients reserve 8 KiB and more. */
const MAX_LENGTH = 4096;

/** `3,17,20`: all of them, or undefined if there are none, or more than fit. */
export function failingIndexes(failed: readonly FailedTransaction[]): string | undefined {
  if (failed.length === 0 || failed.length > MAX_LENGTH) return undefined;
  const text = failed.map(({ index }) => index).join(',');
  return text.length > MAX_LENGTH ? undefined : text;
}
