/** An account as the state keeps it (docs/protocol/executor.md 7.1, 7.2). */
import { fromHex } from '@hexapod/protocol/bytes';
import { encodeInteger, encodeList, encodeString } from './rlp.ts';
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

/** Balances are always 0. */
const NO_BALANCE = encodeInteger(0);
const NO_CODE_RLP = encodeString(fromHex(NO_CODE_HASH));

/** The value of the account in the account trie. */
export function accountRlp(account: Account): Uint8Array {
  return encodeList([
    encodeInteger(account.nonce),
    NO_BALANCE,
    encodeString(account.storageRoot),
    hashRlp(account.codeHash),
    hashRlp(account.abiHash),
  ]);
}

function hashRlp(hash: string): Uint8Array {
  return hash === NO_CODE_HASH ? NO_CODE_RLP : encodeString(fromHex(hash));
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
