// Blocks and proposals as bytes: built by joining the canonical bytes of their parts, taken apart by slicing
// (docs/protocol/wire.md 7.3, 10). What is kept of a block is its header, its body's bytes and what the chain must remember.

import { BlockHeader } from '@hexapod/protocol/blockchain';
import { concatBytes } from '@hexapod/protocol/bytes';
import { fieldBytes } from '@hexapod/protocol/wire';
import { written } from '@hexapod/protocol/writer';
import type { HashKey } from './hash-key.ts';
import type { Change } from './system-config.ts';
import type { ChainTransaction } from './transaction.ts';

export interface BlockContent {
  readonly height: bigint;
  readonly header: BlockHeader;
  /** H(PB(header)). */
  readonly hash: Uint8Array;
  /** PB(RawTransactions). */
  readonly body: Uint8Array;
  /** Of all transactions, in body order. */
  readonly keys: readonly HashKey[];
  /** The governance of this block, in body order. */
  readonly changes: readonly Change[];
}

/** Fields whose content is bytes, text or a message. */
const delimited = (field: number) => (field << 3) | 2;

/** RawTransactions { 1 body } */
const TRANSACTION = delimited(1);
/** Block { 2 header, 3 body, 4 proof, 5 state_root } */
const HEADER = delimited(2);
const BODY = delimited(3);
const PROOF = delimited(4);
const STATE_ROOT = delimited(5);
/** BFTProposal { 1 pre_state_root, 3 proposal } in ProposalEnum { 1 bft_proposal } */
const PRE_STATE_ROOT = delimited(1);
const PROPOSED_BLOCK = delimited(3);
const BFT_PROPOSAL = delimited(1);

/** PB(RawTransactions). */
export function rawTransactions(transactions: readonly ChainTransaction[]): Uint8Array {
  const encoded = transactions.map((tx) => tx.bytes);
  return written((writer, bytes) => writer.bytesElements(TRANSACTION, bytes), encoded);
}

/** Puts a block together. `hash` is that of the header's encoding. */
export function blockContent(
  header: BlockHeader,
  hash: Uint8Array,
  transactions: readonly ChainTransaction[],
): BlockContent {
  return {
    height: header.height,
    // A header whose fields do not keep the message alive that they came in.
    header: BlockHeader.decode(encodeHeader(header)),
    hash,
    body: rawTransactions(transactions),
    keys: transactions.map((tx) => tx.key),
    changes: transactions.filter((tx) => tx.kind === 'utxo'),
  };
}

/** What a block's hash is taken of. */
export function encodeHeader(header: BlockHeader): Uint8Array {
  return BlockHeader.encode(header);
}

/** PB(Block) as it goes to the executor and, with a state root, into the storage. Empty bytes are left out. */
export function blockBytes(block: BlockContent, proof: Uint8Array, stateRoot: Uint8Array): Uint8Array {
  return written((writer) => {
    // From back to front.
    writer.bytes(STATE_ROOT, stateRoot);
    writer.bytes(PROOF, proof);
    // Present even when it is empty (docs/protocol/wire.md 6 rule 3).
    writer.bytesElement(BODY, block.body);
    writer.element(HEADER, BlockHeader, block.header);
  }, undefined);
}

/** PB(Block) that has no state root, with one: it is the last field. */
export function withStateRoot(block: Uint8Array, stateRoot: Uint8Array): Uint8Array {
  return concatBytes(
    block,
    written((writer) => writer.bytes(STATE_ROOT, stateRoot), undefined),
  );
}

/** The proposal bytes of a block on top of a state (docs/protocol/wire.md 7.3). */
export function proposalBytes(preStateRoot: Uint8Array, block: BlockContent): Uint8Array {
  const none = new Uint8Array(0);
  const proposed = blockBytes(block, none, none);
  const bft = written((writer) => {
    writer.bytesElement(PROPOSED_BLOCK, proposed);
    writer.bytes(PRE_STATE_ROOT, preStateRoot);
  }, undefined);
  return written((writer) => writer.bytesElement(BFT_PROPOSAL, bft), undefined);
}

/** The header of PB(Block), undefined where there is none. Throws DecodeError. */
export function headerOf(block: Uint8Array): BlockHeader | undefined {
  const header = fieldBytes(block, 2);
  return header && BlockHeader.decode(header);
}
