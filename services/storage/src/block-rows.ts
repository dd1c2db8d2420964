// A block as rows: taken apart on Store, region 12 (docs/protocol/storage.md 4).

import { Block, BlockHeader, type RawTransaction } from '@hexapod/protocol/blockchain';
import { be64 } from '@hexapod/protocol/bytes';
import { rawTransactionHash } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { fieldBytes, repeatedFields } from '@hexapod/protocol/wire';
import type { Operation } from './key-value-store.ts';
import { blockHeightKey, blockKey, encodeLocation, encodeMeta, locationKey, metaKey } from './rows.ts';

const BODY_FIELD = 3;
const TRANSACTION_FIELD = 1;
const HASH_LENGTH = 32;

/** A block that can be stored: complete, with its transactions' hashes in order. */
export interface CheckedBlock {
  /** PB(BlockHeader): what the block hash is over. */
  readonly header: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly proof: Uint8Array;
  readonly transactionHashes: readonly Uint8Array[];
  /** PB(Block), canonical. */
  readonly bytes: Uint8Array;
}

function hashOf(transaction: RawTransaction): Uint8Array {
  const hash = rawTransactionHash(transaction);
  if (!hash) throw new StatusError(Code.NoTransaction, 'a transaction of the block is of neither kind');
  if (hash.length !== HASH_LENGTH) {
    throw new StatusError(Code.InvalidKey, `a transaction hash has ${HASH_LENGTH} bytes, not ${hash.length}`);
  }
  return hash;
}

function decode(bytes: Uint8Array): Block {
  try {
    return Block.decode(bytes);
  } catch (cause) {
    throw new StatusError(Code.DecodeError, 'the value is not a block', { cause });
  }
}

/**
 * Decodes and checks a block, in the order of the original's steps. Throws StatusError: DecodeError, NoneBlockHeader,
 * NoneBlockBody, NoTransaction, InvalidKey, InvalidValue.
 */
export function checkBlock(value: Uint8Array): CheckedBlock {
  const block = decode(value);
  if (!block.header) throw new StatusError(Code.NoneBlockHeader, 'the block has no header');
  if (!block.body) throw new StatusError(Code.NoneBlockBody, 'the block has no body');
  const transactionHashes = block.body.body.map(hashOf);
  if (block.stateRoot.length !== HASH_LENGTH) {
    const text = `the state root of a block has ${HASH_LENGTH} bytes, not ${block.stateRoot.length}`;
    throw new StatusError(Code.InvalidValue, text);
  }
  return {
    header: BlockHeader.encode(block.header),
    stateRoot: block.stateRoot,
    proof: block.proof,
    transactionHashes,
    bytes: Block.encode(block),
  };
}

/** Views of the encoded transactions in an encoded block, in order. */
function transactionsIn(block: Uint8Array): Uint8Array[] {
  const body = fieldBytes(block, BODY_FIELD);
  return body ? repeatedFields(body, TRANSACTION_FIELD) : [];
}

/** The rows of a block at `height`. A transaction that stands in it twice is found at its later position. */
export function rowsOf(height: bigint, blockHash: Uint8Array, block: CheckedBlock): Operation[] {
  const key = be64(height);
  const rows: Operation[] = [
    { type: 'put', key: blockKey(key), value: block.bytes },
    { type: 'put', key: metaKey(key), value: encodeMeta({ ...block, blockHash }) },
    { type: 'put', key: blockHeightKey(blockHash), value: key },
  ];
  for (const [index, transaction] of transactionsIn(block.bytes).entries()) {
    const hash = block.transactionHashes[index];
    if (!hash) throw new Error(`block ${height}: ${index + 1} transactions, ${index} hashes`);
    const offset = transaction.byteOffset - block.bytes.byteOffset;
    const location = encodeLocation({ height, index, offset, length: transaction.length });
    rows.push({ type: 'put', key: locationKey(hash), value: location });
  }
  return rows;
}
