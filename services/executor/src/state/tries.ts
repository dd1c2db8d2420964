/**
 * The tries of the newest state: one of accounts, one for each storage. They stay in memory up to a budget; what no
 * block asked for lately leaves first.
 */
import { WORD_BYTES, wordFromBytes } from '../evm/word.ts';
import type { Batch, Reader } from '../store/database.ts';
import { trieKey } from '../store/keys.ts';
import { RowWriter } from '../store/row-writer.ts';
import { accountRlp } from './account.ts';
import { type KeccakInto, RefPool } from './branch.ts';
import type { HeadState } from './state-reader.ts';
import { type NodeStore, Trie, type TrieModules } from './trie.ts';

/** The account trie's place among the storages. */
export const ACCOUNT_TRIE = 0;

const ACCOUNT_KEY_BYTES = 20;
const NO_KEY = new Uint8Array(0);
/** A trie that is in memory costs at least this. */
const TRIE_FOOTPRINT = 400;
/** How much of the budget is left in use when it was exceeded. */
const KEPT = 0.85;
/**
 * Ages, in commits, at which branches leave when the budget is exceeded: those at the bottom first, of which there are
 * most and each is needed least.
 */
const AGES = [64, 32, 16, 12, 8, 6, 4, 3, 2, 1, 0] as const;

const rows = new RowWriter();

export interface TriesModules {
  readonly reader: Reader;
  readonly head: HeadState;
  readonly keccakInto: KeccakInto;
}

interface Entry {
  readonly trie: Trie;
  usedAt: number;
}

export class Tries {
  readonly #modules: TriesModules;
  readonly #trieModules: TrieModules;
  readonly #maxBytes: number;
  #tries = new Map<number, Entry>();
  /** Numbers the blocks. */
  #serial = 1;

  constructor(maxBytes: number, modules: TriesModules) {
    this.#modules = modules;
    this.#maxBytes = maxBytes;
    this.#trieModules = { keccakInto: modules.keccakInto, pool: new RefPool() };
  }

  /** The changes of a block: `rows` go into the batch. */
  openStore(storage: number, batch: Batch): NodeStore {
    const { reader } = this.#modules;
    return {
      get: (key, depth) => reader.get(trieKey(storage, key, depth)),
      put: (key, depth, row) => batch.put(trieKey(storage, key, depth), row),
      delete: (key, depth) => batch.delete(trieKey(storage, key, depth)),
      value: (key) => (storage === ACCOUNT_TRIE ? this.#accountValue(key) : this.#slotValue(storage, key)),
    };
  }

  open(storage: number): Trie {
    const known = this.#tries.get(storage);
    if (known !== undefined) {
      known.usedAt = this.#serial;
      return known.trie;
    }
    const keyBytes = storage === ACCOUNT_TRIE ? ACCOUNT_KEY_BYTES : WORD_BYTES;
    const row = this.#modules.reader.get(trieKey(storage, NO_KEY, -1));
    const trie = new Trie(keyBytes, row, this.#trieModules);
    this.#tries.set(storage, { trie, usedAt: this.#serial });
    return trie;
  }

  /** The root of a trie after its changes, whose rows go to the store. */
  commit(storage: number, store: NodeStore): Uint8Array {
    return this.open(storage).commit(this.#serial, store);
  }

  /** The account it belonged to is gone. */
  drop(storage: number): void {
    this.#tries.get(storage)?.trie.close();
    this.#tries.delete(storage);
  }

  /** The block is in the database. */
  endBlock(): void {
    this.#serial++;
    if (this.footprint <= this.#maxBytes) return;
    for (const onlyBottom of [true, false]) {
      for (const age of AGES) {
        this.#prune(this.#serial - age, onlyBottom);
        if (this.footprint <= KEPT * this.#maxBytes) return;
      }
    }
  }

  /** The block did not get into the database: what is in memory is not what is there. */
  forget(): void {
    this.#tries = new Map();
  }

  /** Bytes of memory, roughly. */
  get footprint(): number {
    let bytes = 0;
    for (const { trie } of this.#tries.values()) bytes += trie.footprint + TRIE_FOOTPRINT;
    return bytes;
  }

  #prune(serial: number, onlyBottom: boolean): void {
    for (const [storage, { trie, usedAt }] of this.#tries) {
      if (usedAt < serial && storage !== ACCOUNT_TRIE) this.drop(storage);
      else trie.prune(serial, onlyBottom);
    }
  }

  #accountValue(key: Uint8Array): Uint8Array {
    const account = this.#modules.head.account(wordFromBytes(key));
    if (account === undefined) throw new Error('state: an account of the trie is not in the flat state');
    return accountRlp(account);
  }

  #slotValue(storage: number, key: Uint8Array): Uint8Array {
    return slotRlp(this.#modules.head.slot(storage, wordFromBytes(key)));
  }
}

/** The value of a slot in its trie: the RLP of its integer. */
export function slotRlp(value: number | bigint): Uint8Array {
  if (typeof value === 'number') {
    rows.rlpInteger(value);
    return rows.take();
  }
  rows.byte(0);
  rows.minimalWord(value);
  const row = rows.take();
  row[0] = 0x80 + row.length - 1;
  return row;
}
