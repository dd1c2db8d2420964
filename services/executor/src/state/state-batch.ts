/**
 * Accounts and slots that a block changed, as rows: the flat ones, what they replace, and the tries
 * (docs/protocol/executor.md 7). Everything goes into one batch; nothing is visible before it is written.
 */
import type { Word } from '../evm/word.ts';
import type { Batch } from '../store/database.ts';
import { accountKey, goneSlotsKey, goneTrieKey, replacedKey, slotKey } from '../store/keys.ts';
import { RowWriter } from '../store/row-writer.ts';
import { type Account, accountRlp } from './account.ts';
import { accountCodec, slotCodec, type ValueCodec, type Versioned, writeRow } from './flat-records.ts';
import { NO_VERSION, nextTrail, ReplacedRows } from './history.ts';
import type { HeadState } from './state-reader.ts';
import type { NodeStore } from './trie.ts';
import { ACCOUNT_TRIE, slotRlp, type Tries } from './tries.ts';

export interface StateBatchOptions {
  readonly height: number;
  /** Keep what is replaced, so that Call works at every height. */
  readonly keepHistory: boolean;
}

export interface StateModules {
  readonly head: HeadState;
  readonly tries: Tries;
}

/** What HeadState takes over once the batch is written. */
export interface StateChanges {
  readonly accounts: readonly (readonly [Word, Versioned<Account | undefined>])[];
  readonly slots: readonly (readonly [number, Word, Versioned<Word>])[];
  /** Storages that no account has any more. */
  readonly goneStorages: readonly number[];
}

/** Offsets of the trie's keys in those of the flat rows. */
const ADDRESS_AT = 1;
const SLOT_AT = 7;

const rows = new RowWriter();

export class StateBatch {
  readonly #batch: Batch;
  readonly #options: StateBatchOptions;
  readonly #modules: StateModules;
  readonly #replaced: ReplacedRows;
  readonly #accountStore: NodeStore;
  readonly #accounts: [Word, Versioned<Account | undefined>][] = [];
  readonly #slots: [number, Word, Versioned<Word>][] = [];
  readonly #goneStorages: number[] = [];

  constructor(batch: Batch, options: StateBatchOptions, modules: StateModules) {
    this.#batch = batch;
    this.#options = options;
    this.#modules = modules;
    this.#replaced = new ReplacedRows((page, row) => batch.put(replacedKey(options.height, page), row));
    this.#accountStore = modules.tries.openStore(ACCOUNT_TRIE, batch);
  }

  putAccount(address: Word, value: Account | undefined): void {
    const before = this.#modules.head.accountRow(address);
    const key = accountKey(address);
    const row = this.#next(before, value, accountCodec);
    // A row that was never there before, or without history, leaves no trace.
    if (value === undefined && row.version === 0) this.#batch.delete(key);
    else this.#put(key, row, accountCodec);
    this.#accounts.push([address, row]);
    const rlp = value && accountRlp(value);
    this.#modules.tries.open(ACCOUNT_TRIE).set(key.subarray(ADDRESS_AT), rlp, this.#accountStore);
    const storage = before.value?.storage ?? 0;
    if (storage !== 0 && storage !== value?.storage) this.#leaveStorage(storage);
  }

  /** Of one storage; returns its root. */
  putSlots(storage: number, slots: readonly (readonly [Word, Word])[]): Uint8Array {
    const { head, tries } = this.#modules;
    const trie = tries.open(storage);
    const store = tries.openStore(storage, this.#batch);
    for (const [slot, value] of slots) {
      const key = slotKey(storage, slot);
      const row = this.#next(head.slotRow(storage, slot), value, slotCodec);
      if (value === 0 && row.version === 0) this.#batch.delete(key);
      else this.#put(key, row, slotCodec);
      this.#slots.push([storage, slot, row]);
      trie.set(key.subarray(SLOT_AT), value === 0 ? undefined : slotRlp(value), store);
    }
    return tries.commit(storage, store);
  }

  /** The state root and what changed. Nothing may be put afterwards. */
  finish(): StateChanges & { readonly stateRoot: Uint8Array } {
    this.#replaced.finish();
    const stateRoot = this.#modules.tries.commit(ACCOUNT_TRIE, this.#accountStore);
    return {
      stateRoot,
      accounts: this.#accounts,
      slots: this.#slots,
      goneStorages: this.#goneStorages,
    };
  }

  #put<V>(key: Uint8Array, row: Versioned<V>, codec: ValueCodec<V>): void {
    writeRow(rows, row, codec);
    this.#batch.put(key, rows.take());
  }

  /** The row that comes after `before`, which is kept if history is. */
  #next<V>(before: Versioned<V>, value: V, codec: ValueCodec<V>): Versioned<V> {
    const { height, keepHistory } = this.#options;
    const isKept = keepHistory && before.version !== NO_VERSION;
    const index = isKept ? this.#replaced.add((writer) => writeRow(writer, before, codec)) : 0;
    const version = isKept ? before.version : NO_VERSION;
    return { value, version: version + 1, trail: nextTrail(version, before.trail, height, index) };
  }

  #leaveStorage(storage: number): void {
    this.#batch.put(goneTrieKey(storage), NOTHING);
    this.#batch.put(goneSlotsKey(storage), NOTHING);
    this.#goneStorages.push(storage);
  }
}

const NOTHING = new Uint8Array(0);
