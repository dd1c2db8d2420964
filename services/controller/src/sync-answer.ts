// The answer to a sync request, read without decoding the blocks in it (docs/protocol/wire.md 4.11): each is kept as bytes
// until its turn comes.

import { Address } from '@hexapod/protocol/common';
import { originOf } from '@hexapod/protocol/rules';
import { fieldBytes, repeatedFields } from '@hexapod/protocol/wire';
import { written } from '@hexapod/protocol/writer';
import { headerOf } from './block.ts';
import { ADDRESS_LENGTH } from './system-config.ts';

/** SyncBlockRespond { 1 miss_block, 2 ok }, SyncBlocks { 1 address, 2 sync_blocks } */
const MISS_BLOCK = 1;
const OK = 2;
const ADDRESS = 1;
const BLOCKS = 2;

export interface AnsweredBlock {
  readonly height: bigint;
  /** PB(Block), a copy. */
  readonly bytes: Uint8Array;
}

/**
 * The blocks in an answer of `origin`; `missing`: it does not have them; `nothing`: neither, or said in another's name.
 * Throws DecodeError.
 */
export function readSyncAnswer(payload: Uint8Array, origin: bigint): AnsweredBlock[] | 'missing' | 'nothing' {
  const ok = fieldBytes(payload, OK);
  if (ok === undefined) {
    const miss = fieldBytes(payload, MISS_BLOCK);
    return miss !== undefined && isAddressOf(miss, origin) ? 'missing' : 'nothing';
  }
  const address = fieldBytes(ok, ADDRESS);
  if (address === undefined || !isAddressOf(address, origin)) return 'nothing';
  return repeatedFields(ok, BLOCKS).flatMap((block) => {
    const header = headerOf(block);
    return header === undefined ? [] : [{ height: header.height, bytes: block.slice() }];
  });
}

function isAddressOf(message: Uint8Array, origin: bigint): boolean {
  const { address } = Address.decode(message);
  return address.length === ADDRESS_LENGTH && originOf(address) === origin;
}

/** SyncBlockRespond{ ok } with these encoded blocks, said by the node at `address`. */
export function syncAnswer(address: Uint8Array, blocks: readonly Uint8Array[]): Uint8Array {
  const own = Address.encode({ address });
  const answer = written((writer) => {
    writer.bytesElements((BLOCKS << 3) | 2, blocks);
    writer.bytesElement((ADDRESS << 3) | 2, own);
  }, undefined);
  return written((writer) => writer.bytesElement((OK << 3) | 2, answer), undefined);
}
