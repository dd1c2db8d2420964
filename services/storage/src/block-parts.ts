// A block taken apart, for Store of region 12 (docs/protocol/storage.md 4).

import { Block, BlockHeader, CompactBlock, type RawTransaction } from '@hexapod/protocol/blockchain';
import { compactBlock, rawTransactionHash } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { delimited, fieldBytes, repeatedFields } from '@hexapod/protocol/wire';

const BODY_FIELD = 3;
const PROOF_FIELD = 4;
const STATE_ROOT_FIELD = 5;
const TRANSACTION_FIELD = 1;
const HASH_LENGTH = 32;
const EMPTY = new Uint8Array(0);

/** A transaction in a body. */
export interface PlacedTransaction {
  readonly hash: Uint8Array;
  /** Of PB(RawTransaction) in the body, bytes. */
  readonly offset: number;
  readonly length: number;
}

export interface BlockParts {
  readonly blockHash: Uint8Array;
  readonly proof: Uint8Array;
  readonly stateRoot: Uint8Array;
  /** PB(Block) without proof and state root, canonical whatever bytes the block came in. */
  readonly body: Uint8Array;
  /** PB(CompactBlock) */
  readonly compact: Uint8Array;
  readonly transactions: readonly PlacedTransaction[];
}

/**
 * Takes PB(Block) apart; the checks come in the order of the original. Throws StatusError: DecodeError, NoneBlockHeader,
 * what `hashHeader` throws, NoneBlockBody, NoTransaction, InvalidKey, InvalidValue.
 * @param hashHeader makes the hash of PB(BlockHeader)
 */
export async function takeApart(
  value: Uint8Array,
  hashHeader: (header: Uint8Array) => Promise<Uint8Array>,
): Promise<BlockParts> {
  const { message: block, isCanonical } = decode(value);
  if (!block.header) throw new StatusError(Code.NoneBlockHeader, 'the block has no header');
  const blockHash = await hashHeader(BlockHeader.encode(block.header));
  if (!block.body) throw new StatusError(Code.NoneBlockBody, 'the block has no body');
  const hashes = block.body.body.map(hashOf);
  checkLength('the state root of a block', block.stateRoot);
  checkLength('the hash of a block', blockHash);
  const body = isCanonical
    ? withoutTail(value, block)
    : Block.encode({ ...block, proof: EMPTY, stateRoot: EMPTY });
  return {
    blockHash,
    proof: block.proof,
    stateRoot: block.stateRoot,
    body,
    compact: CompactBlock.encode(compactBlock(block)),
    transactions: placesIn(body, hashes),
  };
}

/** PB(Block) of a body. The two fields follow the body's in any canonical encoding. */
export function wholeBlock(body: Uint8Array, proof: Uint8Array, stateRoot: Uint8Array): Uint8Array {
  return Buffer.concat([
    body,
    proof.length > 0 ? delimited(PROOF_FIELD, proof) : EMPTY,
    stateRoot.length > 0 ? delimited(STATE_ROOT_FIELD, stateRoot) : EMPTY,
  ]);
}

function decode(bytes: Uint8Array): ReturnType<typeof Block.inspect> {
  try {
    return Block.inspect(bytes);
  } catch (cause) {
    throw new StatusError(Code.DecodeError, 'the value is not a block', { cause });
  }
}

/** Canonical PB(Block) without its last fields, proof and state root. */
function withoutTail(value: Uint8Array, { proof, stateRoot }: Block): Uint8Array {
  return value.subarray(0, value.length - wholeBlock(EMPTY, proof, stateRoot).length);
}

function hashOf(transaction: RawTransaction, index: number): Uint8Array {
  const hash = rawTransactionHash(transaction);
  if (!hash)
    throw new StatusError(Code.NoTransaction, `transaction ${index} of the block is of neither kind`);
  if (hash.length === HASH_LENGTH) return hash;
  const text = `the hash of transaction ${index} has ${hash.length} bytes, not ${HASH_LENGTH}`;
  throw new StatusError(Code.InvalidKey, text);
}

function checkLength(what: string, { length }: Uint8Array): void {
  if (length === HASH_LENGTH) return;
  throw new StatusError(Code.InvalidValue, `${what} has ${HASH_LENGTH} bytes, not ${length}`);
}

function placesIn(block: Uint8Array, hashes: readonly Uint8Array[]): PlacedTransaction[] {
  const body = fieldBytes(block, BODY_FIELD) ?? EMPTY;
  const transactions = repeatedFields(body, TRANSACTION_FIELD);
  return hashes.map((hash, index) => {
    const bytes = transactions[index];
    if (bytes === undefined)
      throw new Error(`a block of ${hashes.length} transactions was encoded without one`);
    return { hash, offset: bytes.byteOffset - block.byteOffset, length: bytes.length };
  });
}
