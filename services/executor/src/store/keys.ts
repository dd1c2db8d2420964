/**
 * The rows of the executor's database. First byte: the kind of row.
 *
 *   m  name                         the head: newest height
 *   b  height(8)                    block record: header, roots, internal hash
 *   r  height(8)                    receipts of the block
 *   x  transaction hash(32)         height and index of the receipt
 *   c  hash(32)                     byte code or ABI
 *   a  address(20)                  flat account
 *   s  storage(6) slot(32)          flat slot
 *   d  height(8) page(4)            the rows of kinds a and s that the block replaced (archive)
 *   t  storage(6) [path depth(1)]   branch of a trie, without a path its root; storage 0 is the account trie
 *   g  storage(6)                   storage of an account that is gone: its trie is to be deleted
 *   h  storage(6)                   the same: its slots are to be deleted, unless history is kept
 *
 * `storage` is a number each account gets when it first writes a slot. A self-destructed account that is created
 * again gets another, so that wiping a storage of any size costs nothing.
 */
import { ADDRESS_BYTES, WORD_BYTES, type Word } from '../evm/word.ts';
import { RowWriter } from './row-writer.ts';

function kind(letter: string): number {
  return letter.charCodeAt(0);
}

const KIND = {
  block: kind('b'),
  receipts: kind('r'),
  transaction: kind('x'),
  code: kind('c'),
  account: kind('a'),
  slot: kind('s'),
  replaced: kind('d'),
  trie: kind('t'),
  goneTrie: kind('g'),
  goneSlots: kind('h'),
} as const;

export const HEAD_KEY = Uint8Array.from([kind('m'), ...new TextEncoder().encode('head')]);

/** From the first key to the last but one. */
export interface KeyRange {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

const keys = new RowWriter();

function prefixed(first: number, bytes: Uint8Array): Uint8Array {
  keys.byte(first);
  keys.bytes(bytes);
  return keys.take();
}

function byHeight(first: number, height: bigint): Uint8Array {
  keys.byte(first);
  keys.uint64(height);
  return keys.take();
}

export function blockKey(height: bigint): Uint8Array {
  return byHeight(KIND.block, height);
}

export function receiptsKey(height: bigint): Uint8Array {
  return byHeight(KIND.receipts, height);
}

export function transactionKey(hash: Uint8Array): Uint8Array {
  return prefixed(KIND.transaction, hash);
}

export function codeKey(hash: Uint8Array): Uint8Array {
  return prefixed(KIND.code, hash);
}

export function accountKey(address: Word): Uint8Array {
  keys.byte(KIND.account);
  keys.word(address, ADDRESS_BYTES);
  return keys.take();
}

export function slotKey(storage: number, slot: Word): Uint8Array {
  keys.byte(KIND.slot);
  keys.uint48(storage);
  keys.word(slot, WORD_BYTES);
  return keys.take();
}

export function replacedKey(height: number, page: number): Uint8Array {
  keys.byte(KIND.replaced);
  keys.uint16(0);
  keys.uint48(height);
  keys.uint32(page);
  return keys.take();
}

/** All of a storage's slots. */
export function slotsOf(storage: number): KeyRange {
  return { from: inStorage(KIND.slot, storage), to: inStorage(KIND.slot, storage + 1) };
}

/** All rows of a storage's trie. */
export function trieOf(storage: number): KeyRange {
  return { from: inStorage(KIND.trie, storage), to: inStorage(KIND.trie, storage + 1) };
}

/** Every row of a kind. */
function allOf(first: number): KeyRange {
  return { from: Uint8Array.of(first), to: Uint8Array.of(first + 1) };
}

export const ALL_REPLACED = allOf(KIND.replaced);
export const ALL_GONE_TRIES = allOf(KIND.goneTrie);
export const ALL_GONE_SLOTS = allOf(KIND.goneSlots);

export function goneTrieKey(storage: number): Uint8Array {
  return inStorage(KIND.goneTrie, storage);
}

export function goneSlotsKey(storage: number): Uint8Array {
  return inStorage(KIND.goneSlots, storage);
}

/** The storage in a key of goneTrieKey or goneSlotsKey. */
export function storageOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset);
  return view.getUint16(1) * 2 ** 32 + view.getUint32(3);
}

function inStorage(first: number, storage: number): Uint8Array {
  keys.byte(first);
  keys.uint48(storage);
  return keys.take();
}

/**
 * The branch that the first `depth` nibbles of a key lead to: two of them to a byte, then their number: unique, and
 * neighbours on a path are neighbours in the database. Depth −1: the root.
 */
export function trieKey(storage: number, path: Uint8Array, depth: number): Uint8Array {
  keys.byte(KIND.trie);
  keys.uint48(storage);
  if (depth < 0) return keys.take();
  for (let i = 0; i < depth >> 1; i++) keys.byte(path[i] as number);
  if ((depth & 1) === 1) keys.byte((path[depth >> 1] as number) & 0xf0);
  keys.byte(depth);
  return keys.take();
}
