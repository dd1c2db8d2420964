// What the crypto process checks of a transaction: that its hash is that of its content, and that its sender signed it
// (docs/protocol/crypto.md 7). Everything else is the controller's.

import {
  type RawTransaction,
  RawTransactions,
  Transaction,
  UtxoTransaction,
  type Witness,
} from '@hexapod/protocol/blockchain';
import { equalBytes } from '@hexapod/protocol/bytes';
import { rawTransactionHash } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { delimited } from '@hexapod/protocol/wire';
import type { Suite } from './suite.ts';
import { TransactionParts } from './transaction-parts.ts';

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

/** Transactions as they came: PB(RawTransaction) one after the other, and where each of them ends. */
export interface EncodedTransactions {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
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

/** The same, without making objects of those that are written as usual. Throws DecodeError for what does not parse. */
export function checkEncodedTransactions(
  suite: Suite,
  { bytes, ends }: EncodedTransactions,
  acceptance: Acceptance,
): FailedTransaction[] {
  const failed: FailedTransaction[] = [];
  const parts = new TransactionParts();
  let start = 0;
  for (let index = 0; index < ends.length; index++) {
    const end = ends[index] as number;
    if (parts.find(bytes, start, end) && parts.isCanonical(bytes)) {
      const transactionHash = bytes.subarray(parts.hashStart, parts.hashEnd);
      const content = bytes.subarray(parts.transactionStart, parts.transactionEnd);
      const signature = bytes.subarray(parts.signatureStart, parts.signatureEnd);
      const sender = bytes.subarray(parts.senderStart, parts.senderEnd);
      const code = checkSigned(suite, content, transactionHash, { signature, sender }, acceptance);
      if (code !== Code.Success) failed.push({ index, code, transactionHash });
    } else {
      // As the only one of a list: depth counts from there.
      const { body } = RawTransactions.decode(delimited(1, bytes.subarray(start, end)));
      for (const failure of checkTransactions(suite, body, acceptance)) failed.push({ ...failure, index });
    }
    start = end;
  }
  return failed;
}

/** Success, or the code of the first rule that is broken. */
export function checkTransaction(suite: Suite, { tx }: RawTransaction, acceptance: Acceptance): Code {
  switch (tx?.case) {
    case 'normalTx': {
      const { witness, transaction, transactionHash } = tx.value;
      if (witness === undefined) return Code.NoneWitness;
      if (transaction === undefined) return Code.NoneTransaction;
      return checkSigned(suite, Transaction.encode(transaction), transactionHash, witness, acceptance);
    }
    case 'utxoTx': {
      const { witnesses, transaction, transactionHash } = tx.value;
      const [witness] = witnesses;
      if (witness === undefined || witnesses.length !== 1) return Code.InvalidWitness;
      if (transaction === undefined) return Code.NoneUtxo;
      return checkSigned(suite, UtxoTransaction.encode(transaction), transactionHash, witness, acceptance);
    }
    case undefined:
      return Code.NoneRawTx;
  }
}

/** @param content PB of the inner transaction */
function checkSigned(
  suite: Suite,
  content: Uint8Array,
  hash: Uint8Array,
  witness: Witness,
  acceptance: Acceptance,
): Code {
  if (hash.length !== suite.hashLength) return Code.HashLenError;
  if (!equalBytes(suite.hash(content), hash)) return Code.HashCheckError;
  const recover = acceptance === 'strict' ? suite.recoverStrict : suite.recover;
  const { signature, sender } = witness;
  try {
    return equalBytes(recover(hash, signature, sender), sender) ? Code.Success : Code.SigCheckError;
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
}
