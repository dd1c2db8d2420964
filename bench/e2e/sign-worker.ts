// Signs transactions in a thread of its own.

import { serveTasks } from '@hexapod/common/worker-tasks';
import { loadSuite, type SuiteName } from '@hexapod/crypto/suite';
import { RawTransaction } from '@hexapod/protocol/blockchain';
import { accountOf } from '@hexapod/sdk/account';
import { type Intent, normalTransaction, type Validity } from '@hexapod/sdk/normal-transaction';
import { signTransaction } from '@hexapod/sdk/sign-transaction';

export interface SignTask {
  readonly suite: SuiteName;
  readonly privateKey: Uint8Array;
  readonly intent: Intent;
  readonly validity: Validity;
  readonly count: number;
}

export interface PreparedTransaction {
  readonly hash: Uint8Array;
  /** The encoded RawTransaction. */
  readonly raw: Uint8Array;
}

serveTasks<SignTask, PreparedTransaction[]>(async ({ suite, privateKey, intent, validity, count }) => {
  const account = accountOf(await loadSuite(suite), privateKey);
  return Array.from({ length: count }, () => {
    const { hash, raw } = signTransaction(account, normalTransaction(intent, validity));
    return { hash, raw: RawTransaction.encode(raw) };
  });
});
