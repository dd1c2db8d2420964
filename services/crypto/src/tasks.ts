// The work that may be done by another thread: what it needs is in the task, and never the private key.

import {
  type Acceptance,
  checkEncodedTransactions,
  type EncodedTransactions,
  type FailedTransaction,
} from '@hexapod/crypto/check-transactions';
import type { Suite } from '@hexapod/crypto/suite';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';

export interface CheckTask {
  readonly kind: 'check';
  readonly transactions: EncodedTransactions;
  readonly acceptance: Acceptance;
}

export interface HashTask {
  readonly kind: 'hash';
  readonly data: Uint8Array;
}

export interface RecoverTask {
  readonly kind: 'recover';
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

export type Task = CheckTask | HashTask | RecoverTask;

/** `malformed` is the parser's text for bytes that are not what they should be. */
export type CheckResult = { readonly failed: readonly FailedTransaction[] } | { readonly malformed: string };
export interface HashResult {
  readonly hash: Uint8Array;
}
export interface RecoverResult {
  readonly code: Code;
  /** Zero bytes unless the code is Success. */
  readonly address: Uint8Array;
}

export type ResultOf<T extends Task> = T extends CheckTask
  ? CheckResult
  : T extends HashTask
    ? HashResult
    : RecoverResult;

/** Bytes of a transaction hash that are kept for the log: what is longer is no hash. */
const HASH_LENGTH = 32;

export function perform(suite: Suite, task: Task): ResultOf<Task> {
  switch (task.kind) {
    case 'check':
      return check(suite, task);
    case 'hash':
      return { hash: suite.hash(task.data) };
    case 'recover':
      return recover(suite, task);
  }
}

export function check(suite: Suite, { transactions, acceptance }: Omit<CheckTask, 'kind'>): CheckResult {
  try {
    const failed = checkEncodedTransactions(suite, transactions, acceptance).map((failure) => ({
      ...failure,
      // A copy: the hash is a view, which would take its whole batch along to another thread.
      transactionHash: failure.transactionHash.slice(0, HASH_LENGTH),
    }));
    return { failed };
  } catch (error) {
    if (error instanceof DecodeError) return { malformed: error.message };
    throw error;
  }
}

export function recover(suite: Suite, { message, signature }: Omit<RecoverTask, 'kind'>): RecoverResult {
  try {
    return { code: Code.Success, address: suite.recover(message, signature) };
  } catch (error) {
    if (error instanceof StatusError)
      return { code: error.code, address: new Uint8Array(suite.addressLength) };
    throw error;
  }
}
