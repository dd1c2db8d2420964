/**
 * The state during a block (or a call): what transactions have changed so far, above a reader of the state before.
 * Every change inside a transaction is in a journal, so that a frame that fails is undone exactly
 * (docs/protocol/executor.md 5.6). Only what is written is held here; reads go to the reader, whose cache is bounded.
 */
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { Code, NO_CODE } from '../evm/code.ts';
import { type Word, wordFromBytes } from '../evm/word.ts';
import { WordMap } from '../evm/word-map.ts';
import type { World } from '../evm/world.ts';
import { type Account, FRESH_ACCOUNT, NO_CODE_HASH } from './account.ts';
import type { StateReader } from './state-reader.ts';

/** An account with changes. `base` is what the reader has, or nothing for one that was created in this block. */
export interface ChangedAccount {
  nonce: number;
  codeHash: string;
  abiHash: string;
  /** Set if the code was deployed in this block. */
  code: Code | undefined;
  readonly base: Account | undefined;
  /** Present values of the slots written in this block. */
  readonly slots: WordMap<Word>;
}

type Undo =
  | {
      readonly kind: 'account';
      readonly address: Word;
      readonly before: ChangedAccount | 'removed' | undefined;
    }
  | { readonly kind: 'nonce'; readonly account: ChangedAccount; readonly before: number }
  | {
      readonly kind: 'code';
      readonly account: ChangedAccount;
      readonly hash: string;
      readonly code: Code | undefined;
    }
  | { readonly kind: 'slot'; readonly account: ChangedAccount; readonly slot: Word; readonly before: Word };

type Keccak = (data: Uint8Array) => Uint8Array;

export class WorldState implements World {
  readonly #reader: StateReader;
  readonly #keccak: Keccak;
  readonly #seed: number;
  readonly #accounts: WordMap<ChangedAccount | 'removed' | undefined>;
  /** Code and ABIs that came in this block, by hash. */
  readonly #newBytes = new Map<string, Uint8Array>();
  #journal: Undo[] = [];
  /** The accounts asked for last: a contract asks for its own again and again. -1 is no address. */
  #lastChanged: { address: Word; account: ChangedAccount | 'removed' | undefined } = {
    address: -1,
    account: undefined,
  };
  #lastStored: { address: Word; account: Account | undefined } = { address: -1, account: undefined };

  constructor(reader: StateReader, keccak: Keccak, seed: number) {
    this.#reader = reader;
    this.#keccak = keccak;
    this.#seed = seed;
    this.#accounts = new WordMap(seed);
  }

  exists(address: Word): boolean {
    return this.#current(address) !== undefined;
  }

  nonce(address: Word): number {
    return this.#current(address)?.nonce ?? 0;
  }

  incrementNonce(address: Word): void {
    const account = this.#writable(address);
    this.#journal.push({ kind: 'nonce', account, before: account.nonce });
    account.nonce++;
  }

  code(address: Word): Code {
    const account = this.#current(address);
    if (account === undefined || account.codeHash === NO_CODE_HASH) return NO_CODE;
    if ('slots' in account && account.code !== undefined) return account.code;
    return this.#reader.code(account.codeHash);
  }

  codeHash(address: Word): Word {
    const account = this.#current(address);
    return account === undefined ? 0 : wordFromBytes(fromHex(account.codeHash));
  }

  abi(address: Word): Uint8Array {
    const hash = this.#current(address)?.abiHash ?? NO_CODE_HASH;
    return this.#newBytes.get(hash) ?? this.#reader.bytes(hash);
  }

  replaceAccount(address: Word): void {
    this.#put(address, this.#changed(undefined));
  }

  setCode(address: Word, code: Uint8Array): void {
    const account = this.#writable(address);
    this.#journal.push({ kind: 'code', account, hash: account.codeHash, code: account.code });
    account.codeHash = this.#keep(code);
    account.code = code.length === 0 ? NO_CODE : new Code(code);
  }

  /** Not undone by any frame: it happens before the first one starts (docs/protocol/executor.md 4.2 step 4). */
  setAbi(address: Word, abi: Uint8Array): void {
    this.#writable(address).abiHash = this.#keep(abi);
  }

  load(address: Word, slot: Word): Word {
    const account = this.#changedAt(address);
    if (account === undefined) {
      const stored = this.#storedAt(address);
      return stored === undefined ? 0 : this.#reader.slot(stored.storage, slot);
    }
    if (account === 'removed') return 0;
    return account.slots.get(slot) ?? this.#stored(account, slot);
  }

  store(address: Word, slot: Word, value: Word): void {
    const account = this.#writable(address);
    const before = account.slots.get(slot) ?? this.#stored(account, slot);
    this.#journal.push({ kind: 'slot', account, slot, before });
    account.slots.set(slot, value);
  }

  removeAccount(address: Word): void {
    if (this.exists(address)) this.#put(address, 'removed');
  }

  checkpoint(): number {
    return this.#journal.length;
  }

  revertTo(checkpoint: number): void {
    while (this.#journal.length > checkpoint) {
      const undo = this.#journal.pop();
      if (undo !== undefined) this.#undo(undo);
    }
  }

  /** What a transaction did stays; its undo information goes. */
  endTransaction(): void {
    this.#journal = [];
  }

  /** All accounts touched, in no particular order; 'removed' ones may never have been in the reader. */
  *changes(): IterableIterator<[Word, ChangedAccount | 'removed']> {
    for (const [address, account] of this.#accounts.entries()) {
      if (account !== undefined) yield [address, account];
    }
  }

  newBytes(): ReadonlyMap<string, Uint8Array> {
    return this.#newBytes;
  }

  #current(address: Word): Account | ChangedAccount | undefined {
    const account = this.#changedAt(address);
    if (account === 'removed') return undefined;
    return account ?? this.#storedAt(address);
  }

  #stored(account: ChangedAccount, slot: Word): Word {
    return account.base === undefined ? 0 : this.#reader.slot(account.base.storage, slot);
  }

  #writable(address: Word): ChangedAccount {
    const account = this.#changedAt(address);
    if (account !== undefined && account !== 'removed') return account;
    const stored = account === 'removed' ? undefined : this.#storedAt(address);
    return this.#put(address, this.#changed(stored));
  }

  #changed(base: Account | undefined): ChangedAccount {
    const { nonce, codeHash, abiHash } = base ?? FRESH_ACCOUNT;
    return { nonce, codeHash, abiHash, code: undefined, base, slots: new WordMap(this.#seed) };
  }

  #put<A extends ChangedAccount | 'removed'>(address: Word, account: A): A {
    this.#journal.push({ kind: 'account', address, before: this.#changedAt(address) });
    this.#replace(address, account);
    return account;
  }

  #replace(address: Word, account: ChangedAccount | 'removed' | undefined): void {
    this.#accounts.set(address, account);
    this.#lastChanged = { address, account };
  }

  #changedAt(address: Word): ChangedAccount | 'removed' | undefined {
    if (this.#lastChanged.address !== address)
      this.#lastChanged = { address, account: this.#accounts.get(address) };
    return this.#lastChanged.account;
  }

  #storedAt(address: Word): Account | undefined {
    if (this.#lastStored.address !== address)
      this.#lastStored = { address, account: this.#reader.account(address) };
    return this.#lastStored.account;
  }

  #keep(bytes: Uint8Array): string {
    if (bytes.length === 0) return NO_CODE_HASH;
    const hash = toHex(this.#keccak(bytes));
    this.#newBytes.set(hash, bytes);
    return hash;
  }

  #undo(undo: Undo): void {
    switch (undo.kind) {
      case 'account':
        this.#replace(undo.address, undo.before);
        return;
      case 'nonce':
        undo.account.nonce = undo.before;
        return;
      case 'code':
        undo.account.codeHash = undo.hash;
        undo.account.code = undo.code;
        return;
      case 'slot':
        undo.account.slots.set(undo.slot, undo.before);
        return;
    }
  }
}
