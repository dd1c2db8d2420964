// What is hashed how, and what is made of what (docs/protocol/wire.md 7 to 10). The chain's hash is a parameter.

import type { Block, BlockHeader, RawTransaction, Transaction, UtxoTransaction } from './blockchain.ts';
import * as blockchain from './blockchain.ts';
import { EMPTY, joinBytes, readBe64, Z32 } from './bytes.ts';
import { ProposalEnum } from './common.ts';

export { Region } from './storage.ts';

/** SM3 or Keccak-256: 32 bytes for any data. */
export type Hash = (data: Uint8Array) => Uint8Array;

/** The hash that identifies a transaction: over the inner message, without hash and witness. */
export function transactionHash(hash: Hash, transaction: Transaction | UtxoTransaction): Uint8Array {
  return hash(
    'lockId' in transaction
      ? blockchain.UtxoTransaction.encode(transaction)
      : blockchain.Transaction.encode(transaction),
  );
}

/** The hash that a transaction carries, as its sender says; undefined if it is of neither kind. */
export function rawTransactionHash(transaction: RawTransaction): Uint8Array | undefined {
  return transaction.tx?.value.transactionHash;
}

export function blockHash(hash: Hash, header: BlockHeader): Uint8Array {
  return hash(blockchain.BlockHeader.encode(header));
}

/** Over the hashes in the order of the body, one after the other. Not for the genesis block, where it is Z32. */
export function transactionsRoot(hash: Hash, transactionHashes: readonly Uint8Array[]): Uint8Array {
  return hash(joinBytes(transactionHashes));
}

/** The block with the hashes of its transactions instead of them; the body is always present. */
export function compactBlock(block: Block): blockchain.CompactBlock {
  const txHashes: Uint8Array[] = [];
  for (const transaction of block.body?.body ?? []) {
    const hash = rawTransactionHash(transaction);
    if (hash !== undefined) txHashes.push(hash);
  }
  return { version: block.version, header: block.header, body: { txHashes } };
}

/** What consensus agrees on: the block without proof and state root, and the state root after the block before it. */
export function proposalBytes(preStateRoot: Uint8Array, block: Block): Uint8Array {
  const proposal = { ...block, proof: EMPTY, stateRoot: EMPTY };
  return ProposalEnum.encode({
    proposal: { case: 'bftProposal', value: { preStateRoot, preProof: EMPTY, proposal } },
  });
}

/** Node id: the first 8 bytes of a node (or validator) address. Throws RangeError if there are fewer. */
export function originOf(address: Uint8Array): bigint {
  return readBe64(address);
}

/** The block of height 0, as it is executed: without state root. @param genesis timestamp in ms, prevhash 32 bytes. */
export function genesisBlock(genesis: { readonly timestamp: bigint; readonly prevhash: Uint8Array }): Block {
  return {
    version: 0,
    header: {
      prevhash: genesis.prevhash,
      timestamp: genesis.timestamp,
      height: 0n,
      transactionsRoot: Z32,
      proposer: Z32,
    },
    body: { body: [] },
    proof: EMPTY,
    stateRoot: EMPTY,
  };
}
