// Signing: the hash of the inner transaction, and the signature over that hash (docs/protocol/wire.md 7.1).

import type { RawTransaction, Transaction, UtxoTransaction } from '@hexapod/protocol/blockchain';
import { transactionHash } from '@hexapod/protocol/rules';
import type { Account } from './account.ts';

export interface SignedTransaction {
  readonly raw: RawTransaction;
  /** 32 bytes, the transaction's identity on the chain. */
  readonly hash: Uint8Array;
}

/**
 * The signature is over the hash itself, on eth chains too, where the original client hashes it once more and is refused
 * (docs/protocol/cldi.md 15).
 */
export function signTransaction(account: Account, transaction: Transaction): SignedTransaction {
  const hash = transactionHash(account.suite.hash, transaction);
  const witness = { signature: account.sign(hash), sender: account.address };
  return { raw: { tx: { case: 'normalTx', value: { transaction, transactionHash: hash, witness } } }, hash };
}

export function signUtxoTransaction(account: Account, transaction: UtxoTransaction): SignedTransaction {
  const hash = transactionHash(account.suite.hash, transaction);
  const witness = { signature: account.sign(hash), sender: account.address };
  return {
    raw: { tx: { case: 'utxoTx', value: { transaction, transactionHash: hash, witnesses: [witness] } } },
    hash,
  };
}
