// Keys, and transactions signed with them.

import type { Suite } from '@hexapod/crypto/suite';
import { type RawTransaction, Transaction, UtxoTransaction } from '@hexapod/protocol/blockchain';
import { be32, zero } from '@hexapod/protocol/bytes';
import { transactionHash } from '@hexapod/protocol/rules';

export interface Account {
  readonly privateKey: Uint8Array;
  readonly address: Uint8Array;
}

/** The n-th of a row of accounts, always the same. */
export function account(suite: Suite, n: number): Account {
  const privateKey = suite.hash(be32(n));
  return { privateKey, address: suite.address(suite.publicKey(privateKey)) };
}

export function normal(suite: Suite, from: Account, fields: Partial<Transaction>): RawTransaction {
  const transaction = Transaction.create({ value: zero(32), quota: 100_000n, ...fields });
  const hash = transactionHash(suite.hash, transaction);
  const witness = { signature: suite.sign(from.privateKey, hash), sender: from.address };
  return { tx: { case: 'normalTx', value: { transaction, transactionHash: hash, witness } } };
}

export function utxo(suite: Suite, from: Account, fields: Partial<UtxoTransaction>): RawTransaction {
  const transaction = UtxoTransaction.create(fields);
  const hash = transactionHash(suite.hash, transaction);
  const witness = { signature: suite.sign(from.privateKey, hash), sender: from.address };
  return { tx: { case: 'utxoTx', value: { transaction, transactionHash: hash, witnesses: [witness] } } };
}
