/** An account as the state keeps it (docs/protocol/executor.md 7.1, 7.2). */
import { fromHex } from '@hexapod/protocol/bytes';
import { RowWriter } from '../store/row-writer.ts';
import { EMPTY_ROOT_HEX } from './trie.ts';

export interface Account {
  readonly nonce: number;
  /** Number of its storage (store/keys.ts); 0: it never had any. */
  readonly storage: number;
  readonly storageRoot: Uint8Array;
  /** Hashes as hex: they serve as keys. */
  readonly codeHash: string;
  readonly abiHash: string;
}

/** K(""), on chains of both kinds. */
export const NO_CODE_HASH = 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';
export const EMPTY_ROOT = fromHex(EMPTY_ROOT_HEX);

export const FRESH_ACCOUNT: Account = {
  nonce: 0,
  storage: 0,
  storageRoot: EMPTY_ROOT,
  codeHash: NO_CODE_HASH,
  abiHash: NO_CODE_HASH,
};

const writer = new RowWriter();
const NO_CODE_BYTES = fromHex(NO_CODE_HASH);

/** The value of the account in the account trie: nonce, balance (always 0), storage root, code hash, ABI hash. */
export function accountRlp(account: Account): Uint8Array {
  writer.byte(LONG_LIST);
  writer.byte(0);
  writer.rlpInteger(account.nonce);
  writer.byte(ZERO);
  writer.byte(HASH);
  writer.bytes(account.storageRoot);
  writer.byte(HASH);
  writer.bytes(hashBytes(account.codeHash));
  writer.byte(HASH);
  writer.bytes(hashBytes(account.abiHash));
  const rlp = writer.take();
  rlp[1] = rlp.length - 2;
  return rlp;
}

/** First bytes in RLP: of a list of 56 to 255 bytes, whose length follows; of zero; of a string of 32 bytes. */
const LONG_LIST = 0xf8;
const ZERO = 0x80;
const HASH = 0xa0;

/** Most accounts have no code: that hash is not parsed again and again. */
export function hashBytes(hash: string): Uint8Array {
  return hash === NO_CODE_HASH ? NO_CODE_BYTES : fromHex(hash);
}

export function sameAccount(a: Account | undefined, b: Account | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.nonce === b.nonce &&
    a.storage === b.storage &&
    a.codeHash === b.codeHash &&
    a.abiHash === b.abiHash &&
    a.storageRoot.every((byte, i) => byte === b.storageRoot[i])
  );
}
