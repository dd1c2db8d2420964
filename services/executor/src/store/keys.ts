/**
 * The rows of the executor's database. First byte: the kind of row.
 *
 *   m  name                         the head: newest height
 *   b  height(8)                    block record: header, roots, internal hash
 *   r  height(8)                    receipts of the block
 *   x  transaction hash(32)         height and index of the receipt
 *   c  hash(32)                     byte code or ABI
 *   a  address(20)                  flat account
 *   A  address(20) version(4)       an older value of it (archive)
 *   s  storage(6) slot(32)          flat slot
 *   S  storage(6) slot(32) version(4)
 *   t  storage(6) path              trie node; storage 0 is the account trie
 *
 * `storage` is a number each account gets when it first writes a slot. A self-destructed account that is created
 * again gets another, so that wiping a storage of any size costs nothing.
 */
import { addressToBytes, type Word, writeWord } from '../evm/word.ts';

const STORAGE_BYTES = 6;

function kind(letter: string): number {
  return letter.charCodeAt(0);
}

const KIND = {
  block: kind('b'),
  receipts: kind('r'),
  transaction: kind('x'),
  code: kind('c'),
  account: kind('a'),
  accountVersion: kind('A'),
  slot: kind('s'),
  slotVersion: kind('S'),
  trie: kind('t'),
} as const;

export const HEAD_KEY = Uint8Array.from([kind('m'), ...new TextEncoder().encode('head')]);

function prefixed(first: number, bytes: Uint8Array): Uint8Array {
  const key = new Uint8Array(1 + bytes.length);
  key[0] = first;
  key.set(bytes, 1);
  return key;
}

function byHeight(first: number, height: bigint): Uint8Array {
  const key = new Uint8Array(9);
  key[0] = first;
  new DataView(key.buffer).setBigUint64(1, height);
  return key;
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
  return prefixed(KIND.account, addressToBytes(address));
}

export function accountVersionKey(address: Word, version: number): Uint8Array {
  const key = new Uint8Array(25);
  key[0] = KIND.accountVersion;
  key.set(addressToBytes(address), 1);
  new DataView(key.buffer).setUint32(21, version);
  return key;
}

export function slotKey(storage: number, slot: Word): Uint8Array {
  const key = new Uint8Array(1 + STORAGE_BYTES + 32);
  writeSlot(key, KIND.slot, storage, slot);
  return key;
}

export function slotVersionKey(storage: number, slot: Word, version: number): Uint8Array {
  const key = new Uint8Array(1 + STORAGE_BYTES + 32 + 4);
  writeSlot(key, KIND.slotVersion, storage, slot).setUint32(1 + STORAGE_BYTES + 32, version);
  return key;
}

function writeSlot(key: Uint8Array, first: number, storage: number, slot: Word): DataView {
  const view = new DataView(key.buffer);
  key[0] = first;
  writeUint48(view, 1, storage);
  writeWord(view, 1 + STORAGE_BYTES, slot);
  return view;
}

/** Two nibbles to a byte, then their number: unique, and neighbours on a path are neighbours in the database. */
export function trieKey(storage: number, path: Uint8Array): Uint8Array {
  const packed = (path.length + 1) >> 1;
  const key = new Uint8Array(1 + STORAGE_BYTES + packed + 1);
  key[0] = KIND.trie;
  writeUint48(new DataView(key.buffer), 1, storage);
  for (let i = 0; i < path.length; i += 2) {
    key[1 + STORAGE_BYTES + (i >> 1)] = (path[i] as number) * 16 + (path[i + 1] ?? 0);
  }
  key[key.length - 1] = path.length;
  return key;
}

export function writeUint48(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, Math.floor(value / 2 ** 32));
  view.setUint32(offset + 2, value);
}

export function readUint48(view: DataView, offset: number): number {
  return view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2);
}
