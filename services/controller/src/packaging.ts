// What goes into the next block: docs/protocol/controller.md 7.2, with every transaction checked against the chain again, so
// that a proposal never fails its own re-check (section 18, weaknesses 7, 8, 9, 21). Pure.

import { Code } from '@hexapod/protocol/status-code';
import { type ChainView, checkAgain } from './admission.ts';
import { objection } from './system-config.ts';
import type { ChainTransaction } from './transaction.ts';

/** The loop stops when less than this is left: no normal transaction costs less. */
const SMALLEST_QUOTA = 21_000n;

export interface Package {
  /** In body order. */
  readonly chosen: ChainTransaction[];
  /** Can never be packaged any more: to be removed from the pool. */
  readonly dropped: ChainTransaction[];
}

export interface PackagingRules {
  /** Of the body: what a proposal may carry on every link. */
  readonly maxBytes: number;
  /** Bytes per validator in a change of the validators. */
  readonly validatorLength: number;
}

/** Chooses from `pending`, in its order, for the block above `chain.height`. */
export function packageBlock(
  pending: Iterable<ChainTransaction>,
  chain: ChainView,
  rules: PackagingRules,
): Package {
  const chosen: ChainTransaction[] = [];
  const dropped: ChainTransaction[] = [];
  const locks = new Set<bigint>();
  let quota = chain.config.quotaLimit;
  let bytes = rules.maxBytes;
  for (const tx of pending) {
    const code = verdict(tx, chain, rules.validatorLength);
    if (code !== Code.Success) {
      if (isFinal(code)) dropped.push(tx);
      continue;
    }
    if (tx.quota > quota || framedLength(tx) > bytes) continue;
    if (tx.kind === 'utxo') {
      // A second change of one lock in a block has no effect: it waits, and is dropped when the first is final.
      if (locks.has(tx.lockId)) continue;
      locks.add(tx.lockId);
    }
    chosen.push(tx);
    quota -= tx.quota;
    bytes -= framedLength(tx);
    if (quota < SMALLEST_QUOTA) break;
  }
  return { chosen, dropped };
}

function verdict(tx: ChainTransaction, chain: ChainView, validatorLength: number): Code {
  const code = checkAgain(tx, chain);
  if (code !== Code.Success) return code;
  // One height less than at admission: a block at n takes only transactions valid beyond n.
  if (tx.kind === 'normal' && tx.validUntilBlock <= chain.height + 1n) return Code.InvalidValidUntilBlock;
  if (tx.kind === 'utxo' && objection(tx.lockId, tx.output, validatorLength) !== undefined) {
    return Code.UpdateSystemConfigError;
  }
  return Code.Success;
}

/** The brake, the quota limit and the version can be changed back before a transaction expires; the rest cannot. */
function isFinal(code: Code): boolean {
  return code !== Code.EmergencyBrake && code !== Code.QuotaUsedExceed && code !== Code.InvalidVersion;
}

/** Bytes of a transaction in a body: tag, a length of at most four bytes, content. */
function framedLength(tx: ChainTransaction): number {
  return tx.bytes.length + 5;
}
