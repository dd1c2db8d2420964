// What the crypto process checks of a transaction: that its hash is that of its content, and that its sender signed it
// (docs/protocol/crypto.md 7). Everything else is the controller's.

import type { RawTransaction, Transaction, UtxoTransaction, Witness } from '@hexapod/protocol/blockchain';
import { equalBytes } from '@hexapod/protocol/bytes';
import { rawTransactionHash, transactionHash } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import type { Suite } from './suite.ts';

/** Which signatures count: what a block may contain, or what the standard allows (docs/protocol/crypto.md 8). */
export type Acceptance = 'as-original' | 'strict';

export interface FailedTransaction {
  /** Position in the list. */
  readonly index: number;
  /** The first rule that it breaks. */
  readonly code: Code;
  /** As the transaction says; empty if it says none. */
  readonly transactionHash: Uint8Array;
}

/** The transactions that fail, in the order of the list: the first one's code is the answer of CheckTransactions. */
export function checkTransactions(
  suite: Suite,
  transactions: readonly RawTransaction[],
  acceptance: Acceptance = 'as-original',
): FailedTransaction[] {
  const failed: FailedTransaction[] = [];
  transactions.forEach((transaction, index) => {
    const code = checkTransaction(suite, transaction, acceptance);
    if (code === Code.Success) return;
    failed.push({ index, code, transactionHash: rawTransactionHash(transaction) ?? new Uint8Array(0) });
  });
  return failed;
}

/** Success, or the code of the first rule that is broken. */
export function checkTransaction(suite: Suite, { tx }: RawTransaction, acceptance: Acceptance): Code {
  switch (tx?.case) {
    case 'normalTx': {
      const { witness, transaction, transactionHash: hash } = tx.value;
      if (witness === undefined) return Code.NoneWitness;
      if (transaction === undefined) return Code.NoneTransaction;
      return checkSigned(suite, transaction, hash, witness, acceptance);
    }
    case 'utxoTx': {
      const { witnesses, transaction, transactionHash: hash } = tx.value;
      const [witness] = witnesses;
      if (witness === undefined || witnesses.length !== 1) return Code.InvalidWitness;
      if (transaction === undefined) return Code.NoneUtxo;
      return checkSigned(suite, transaction, hash, witness, acceptance);
    }
    case undefined:
      return Code.NoneRawTx;
  }
}

function checkSigned(
  suite: Suite,
  transaction: Transaction | UtxoTransaction,
  hash: Uint8Array,
  witness: Witness,
  acceptance: Acceptance,
): Code {
  if (hash.length !== suite.hashLength) return Code.HashLenError;
  if (!equalBytes(transactionHash(suite.hash, transaction), hash)) return Code.HashCheckError;
  const recover = acceptance === 'strict' ? suite.recoverStrict : suite.recover;
  try {
    return equalBytes(recover(hash, witness.signature), witness.sender) ? Code.Success : Code.SigCheckError;
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
}
