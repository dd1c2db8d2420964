/**
 * Turns what a block changed into rows: flat records with their history, trie nodes, code; and computes the state
 * root (docs/protocol/executor.md 7). Everything goes into one batch; nothing is visible before it is written.
 */
import { compareBytes, fromHex } from '@hexapod/protocol/bytes';
import { addressToBytes, type Word, wordToBytes, wordToMinimalBytes } from '../evm/word.ts';
import type { Batch, Reader } from '../store/database.ts';
import { accountKey, accountVersionKey, codeKey, slotKey, slotVersionKey, trieKey } from '../store/keys.ts';
import { type Account, accountRlp, EMPTY_ROOT, sameAccount } from './account.ts';
import { accountCodec, encodeRow, NEVER, slotCodec, type Versioned } from './flat-records.ts';
import { toNibbles } from './nibbles.ts';
import { encodeString } from './rlp.ts';
import type { HeadState } from './state-reader.ts';
import { type NodeStore, type TrieChange, updateTrie } from './trie.ts';
import type { ChangedAccount, WorldState } from './world-state.ts';

export interface CommitOptions {
  readonly height: number;
  /** Keep older values of accounts and slots, so that Call works at every height. */
  readonly keepHistory: boolean;
  /** The first free storage number. */
  readonly nextStorage: number;
}

export interface CommitResult {
  readonly stateRoot: Uint8Array;
  readonly nextStorage: number;
  /** For HeadState.remember, once the batch is written. */
  readonly accounts: readonly (readonly [Word, Versioned<Account | undefined>])[];
  readonly slots: readonly (readonly [number, Word, Versioned<Word>])[];
}

interface Modules {
  readonly head: HeadState;
  /** Trie nodes of the newest state. */
  readonly reader: Reader;
  readonly keccak: (data: Uint8Array) => Uint8Array;
}

/** The account trie's place among the tries. */
const ACCOUNT_TRIE = 0;

export function commitState(
  world: WorldState,
  batch: Batch,
  options: CommitOptions,
  modules: Modules,
): CommitResult {
  return new Commit(batch, options, modules).run(world);
}

class Commit {
  readonly #batch: Batch;
  readonly #options: CommitOptions;
  readonly #modules: Modules;
  readonly #accounts: [Word, Versioned<Account | undefined>][] = [];
  readonly #slots: [number, Word, Versioned<Word>][] = [];
  #nextStorage: number;

  constructor(batch: Batch, options: CommitOptions, modules: Modules) {
    this.#batch = batch;
    this.#options = options;
    this.#modules = modules;
    this.#nextStorage = options.nextStorage;
  }

  run(world: WorldState): CommitResult {
    const changes: TrieChange[] = [];
    for (const [address, changed] of world.changes()) {
      const before = this.#modules.head.accountRow(address);
      const after = changed === 'removed' ? undefined : this.#account(changed);
      if (sameAccount(before.value, after)) continue;
      this.#writeAccount(address, before, after);
      const key = toNibbles(addressToBytes(address));
      changes.push({ key, value: after === undefined ? undefined : accountRlp(after) });
    }
    for (const [hash, bytes] of world.newBytes()) this.#batch.put(codeKey(fromHex(hash)), bytes);
    const stateRoot = this.#updateTrie(ACCOUNT_TRIE, changes);
    return { stateRoot, nextStorage: this.#nextStorage, accounts: this.#accounts, slots: this.#slots };
  }

  /** The account with its storage written. */
  #account(changed: ChangedAccount): Account {
    const { nonce, codeHash, abiHash, base } = changed;
    let storage = base?.storage ?? 0;
    let storageRoot = base?.storageRoot ?? EMPTY_ROOT;
    const changes: TrieChange[] = [];
    for (const [slot, value] of changed.slots.entries()) {
      const before = storage === 0 ? 0 : this.#modules.head.slot(storage, slot);
      if (value === before) continue;
      if (storage === 0) storage = this.#nextStorage++;
      this.#writeSlot(storage, slot, value);
      const key = toNibbles(wordToBytes(slot));
      changes.push({ key, value: value === 0 ? undefined : encodeString(wordToMinimalBytes(value)) });
    }
    if (changes.length > 0) storageRoot = this.#updateTrie(storage, changes);
    return { nonce, storage, storageRoot, codeHash, abiHash };
  }

  #writeAccount(address: Word, before: Versioned<Account | undefined>, value: Account | undefined): void {
    const versions = this.#keepVersion(before, (version) =>
      this.#batch.put(accountVersionKey(address, version), encodeRow(before, accountCodec)),
    );
    const row = { value, versions, since: this.#options.height };
    if (value === undefined && versions === 0) this.#batch.delete(accountKey(address));
    else this.#batch.put(accountKey(address), encodeRow(row, accountCodec));
    this.#accounts.push([address, row]);
  }

  #writeSlot(storage: number, slot: Word, value: Word): void {
    const before = this.#modules.head.slotRow(storage, slot);
    const versions = this.#keepVersion(before, (version) =>
      this.#batch.put(slotVersionKey(storage, slot, version), encodeRow(before, slotCodec)),
    );
    const row = { value, versions, since: this.#options.height };
    if (value === 0 && versions === 0) this.#batch.delete(slotKey(storage, slot));
    else this.#batch.put(slotKey(storage, slot), encodeRow(row, slotCodec));
    this.#slots.push([storage, slot, row]);
  }

  /** Writes the value that was, if history is kept and there was one; returns how many are kept then. */
  #keepVersion<V>(before: Versioned<V>, write: (version: number) => void): number {
    if (!this.#options.keepHistory || before.since === NEVER) return before.versions;
    write(before.versions);
    return before.versions + 1;
  }

  #updateTrie(storage: number, changes: TrieChange[]): Uint8Array {
    changes.sort((a, b) => compareBytes(a.key, b.key));
    const { reader, keccak } = this.#modules;
    const batch = this.#batch;
    const store: NodeStore = {
      get: (path) => reader.get(trieKey(storage, path)),
      put: (path, node) => batch.put(trieKey(storage, path), node),
      delete: (path) => batch.delete(trieKey(storage, path)),
    };
    return updateTrie(store, changes, keccak);
  }
}
