// A transaction as JSON (docs/protocol/cldi.md 8.1).

import type {
  RawTransaction,
  UnverifiedTransaction,
  UnverifiedUtxoTransaction,
  Witness,
} from '@hexapod/protocol/blockchain';
import { hex } from './hex.ts';
import type { Json } from './json.ts';

/** `{type, transaction}`; `{}` for a message that holds no transaction. */
export function transactionJson({ tx }: RawTransaction): { [key: string]: Json } {
  switch (tx?.case) {
    case 'normalTx':
      return { type: 'Normal', transaction: normalJson(tx.value) };
    case 'utxoTx':
      return { type: 'Utxo', transaction: utxoJson(tx.value) };
    case undefined:
      return {};
  }
}

function normalJson({ transaction, transactionHash, witness }: UnverifiedTransaction): Json {
  return {
    transaction: transaction
      ? {
          chain_id: hex(transaction.chainId),
          data: hex(transaction.data),
          nonce: transaction.nonce,
          quota: transaction.quota,
          to: hex(transaction.to),
          valid_until_block: transaction.validUntilBlock,
          value: hex(transaction.value),
          version: transaction.version,
        }
      : {},
    transaction_hash: hex(transactionHash),
    witness: witness ? witnessJson(witness) : {},
  };
}

function utxoJson({ transaction, transactionHash, witnesses }: UnverifiedUtxoTransaction): Json {
  return {
    transaction: transaction
      ? {
          lock_id: transaction.lockId,
          output: hex(transaction.output),
          pre_tx_hash: hex(transaction.preTxHash),
          version: transaction.version,
        }
      : {},
    transaction_hash: hex(transactionHash),
    witnesses: witnesses.map(witnessJson),
  };
}

function witnessJson({ sender, signature }: Witness): Json {
  return { sender: hex(sender), signature: hex(signature) };
}
