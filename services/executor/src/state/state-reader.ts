/** The state as it was after some block: at the head with a cache, at older heights through the versions. */
import { fromHex } from '@hexapod/protocol/bytes';
import { type Code, CodeCache, NO_CODE } from '../evm/code.ts';
import type { Word } from '../evm/word.ts';
import type { Reader } from '../store/database.ts';
import { accountKey, codeKey, replacedKey, slotKey } from '../store/keys.ts';
import { type Account, NO_CODE_HASH } from './account.ts';
import {
  ABSENT_ACCOUNT,
  accountCodec,
  readRow,
  slotCodec,
  type ValueCodec,
  type Versioned,
  valueAt,
  ZERO_SLOT,
} from './flat-records.ts';
import { GenerationCache } from './generation-cache.ts';
import { pageOf, replacedRow } from './history.ts';
import type { StateChanges } from './state-batch.ts';

export interface StateReader {
  account(address: Word): Account | undefined;
  /** `storage`: the number of an account's storage; 0 has no slots. */
  slot(storage: number, slot: Word): Word;
  code(hash: string): Code;
  bytes(hash: string): Uint8Array;
}

/** Code and ABIs, which never change once they are written. */
export class CodeStore {
  readonly #cache: CodeCache;

  constructor(cacheBytes: number) {
    this.#cache = new CodeCache(cacheBytes);
  }

  code(reader: Reader, hash: string): Code {
    return hash === NO_CODE_HASH ? NO_CODE : this.#cache.get(hash, () => this.bytes(reader, hash));
  }

  bytes(reader: Reader, hash: string): Uint8Array {
    if (hash === NO_CODE_HASH) return NO_CODE.bytes;
    const bytes = reader.get(codeKey(fromHex(hash)));
    if (bytes === undefined) throw new Error(`state: no code with hash ${hash}`);
    return bytes;
  }
}

export interface CacheSizes {
  readonly accounts: number;
  readonly slots: number;
}

/** The newest state. The committer keeps the cache up to date with what it writes. */
export class HeadState implements StateReader {
  readonly #reader: Reader;
  readonly #codes: CodeStore;
  readonly #accounts: GenerationCache<Versioned<Account | undefined>>;
  readonly #slots: GenerationCache<Versioned<Word>>;

  constructor(reader: Reader, codes: CodeStore, sizes: CacheSizes, seed: number) {
    this.#reader = reader;
    this.#codes = codes;
    this.#accounts = new GenerationCache(sizes.accounts, seed);
    this.#slots = new GenerationCache(sizes.slots, seed);
  }

  account(address: Word): Account | undefined {
    return this.accountRow(address).value;
  }

  slot(storage: number, slot: Word): Word {
    return storage === 0 ? 0 : this.slotRow(storage, slot).value;
  }

  code(hash: string): Code {
    return this.#codes.code(this.#reader, hash);
  }

  bytes(hash: string): Uint8Array {
    return this.#codes.bytes(this.#reader, hash);
  }

  accountRow(address: Word): Versioned<Account | undefined> {
    const known = this.#accounts.get(0, address);
    if (known !== undefined) return known;
    const row = find(this.#reader, accountKey(address), accountCodec) ?? ABSENT_ACCOUNT;
    this.#accounts.set(0, address, row);
    return row;
  }

  slotRow(storage: number, slot: Word): Versioned<Word> {
    const known = this.#slots.get(storage, slot);
    if (known !== undefined) return known;
    const row = find(this.#reader, slotKey(storage, slot), slotCodec) ?? ZERO_SLOT;
    this.#slots.set(storage, slot, row);
    return row;
  }

  /** After a commit: what is in the database now. */
  remember(changes: Pick<StateChanges, 'accounts' | 'slots'>): void {
    for (const [address, row] of changes.accounts) this.#accounts.set(0, address, row);
    for (const [storage, slot, row] of changes.slots) this.#slots.set(storage, slot, row);
  }
}

/** The state after the block of an older height, in a database that keeps history. */
export class PastState implements StateReader {
  readonly #reader: Reader;
  readonly #codes: CodeStore;
  readonly #height: number;

  constructor(reader: Reader, codes: CodeStore, height: number) {
    this.#reader = reader;
    this.#codes = codes;
    this.#height = height;
  }

  account(address: Word): Account | undefined {
    return this.#find(accountKey(address), accountCodec);
  }

  slot(storage: number, slot: Word): Word {
    return storage === 0 ? 0 : (this.#find(slotKey(storage, slot), slotCodec) ?? 0);
  }

  code(hash: string): Code {
    return this.#codes.code(this.#reader, hash);
  }

  bytes(hash: string): Uint8Array {
    return this.#codes.bytes(this.#reader, hash);
  }

  #find<V>(key: Uint8Array, codec: ValueCodec<V>): V | undefined {
    const newest = find(this.#reader, key, codec);
    if (newest === undefined) return undefined;
    return valueAt(newest, this.#height, (height, index) => {
      const page = this.#reader.get(replacedKey(height, pageOf(index)));
      if (page === undefined) throw new Error(`state history: what block ${height} replaced is missing`);
      return readRow(replacedRow(page, index), codec);
    });
  }
}

function find<V>(reader: Reader, key: Uint8Array, codec: ValueCodec<V>): Versioned<V> | undefined {
  const bytes = reader.get(key);
  return bytes === undefined ? undefined : readRow(bytes, codec);
}
