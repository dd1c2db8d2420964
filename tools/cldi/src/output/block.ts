// A block as JSON (docs/protocol/cldi.md 8.1).

import type { Block, BlockHeader, CompactBlock } from '@hexapod/protocol/blockchain';
import { hex } from './hex.ts';
import type { Json } from './json.ts';
import { localTime } from './time.ts';
import { transactionJson } from './transaction.ts';

function headerJson(header: BlockHeader): { [key: string]: Json } {
  return {
    height: header.height,
    prev_hash: hex(header.prevhash),
    proposer: hex(header.proposer),
    time: localTime(header.timestamp),
    timestamp: header.timestamp,
    transaction_root: hex(header.transactionsRoot),
  };
}

/** The block with the hashes of its transactions. A block without header is `{}`. */
export function compactBlockJson(block: CompactBlock, proof: Uint8Array, stateRoot: Uint8Array): Json {
  if (!block.header) return {};
  const hashes = block.body?.txHashes ?? [];
  return {
    ...headerJson(block.header),
    version: block.version,
    proof: hex(proof),
    state_root: hex(stateRoot),
    tx_count: hashes.length,
    tx_hashes: hashes.map(hex),
  };
}

/** The block with its transactions. */
export function blockJson(block: Block): Json {
  if (!block.header) return {};
  const transactions = block.body?.body ?? [];
  return {
    ...headerJson(block.header),
    version: block.version,
    proof: hex(block.proof),
    state_root: hex(block.stateRoot),
    tx_count: transactions.length,
    raw_transactions: transactions.map(transactionJson),
  };
}
