/**
 * Brings the rows of format 1 to format 2.
 *
 * Format 1 kept each older value in a row of its own, every node of a trie in one, and lay in the data folder itself;
 * format 2 lies in a folder in it. The new rows are made beside the old ones from the history that those hold, one
 * height after the other, by the code that writes blocks; the state root tells whether all is there. Until it is, the
 * old rows are untouched: an upgrade that is interrupted begins anew.
 */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '@hexapod/common/startup-error';
import { keccak256Into } from '@hexapod/crypto/keccak';
import { equalBytes, toHex } from '@hexapod/protocol/bytes';
import { Level } from 'level';
import { readBlockRecord } from '../block/block-record.ts';
import { encodeHead, type Head, readHead } from '../block/head.ts';
import { wordFromBytes } from '../evm/word.ts';
import type { Account } from '../state/account.ts';
import { StateBatch } from '../state/state-batch.ts';
import { CodeStore, HeadState } from '../state/state-reader.ts';
import { Tries } from '../state/tries.ts';
import { Batch, type Database } from './database.ts';
import { HEAD_KEY, transactionKey } from './keys.ts';
import { openLevelDatabase } from './level-database.ts';
import { RowWriter } from './row-writer.ts';

/** Where format 2 lies in the data folder. */
export const ROWS_FOLDER = 'rows';
const HISTORY_FOLDER = 'upgrade';
const MEBIBYTE = 2 ** 20;
const LEVEL_OPTIONS = { cacheBytes: 64 * MEBIBYTE, writeBufferBytes: 16 * MEBIBYTE };
/** Rows copied at once. */
const PIECE = 2000;

type Rows = Level<Uint8Array, Uint8Array>;

const kind = (letter: string): number => letter.charCodeAt(0);
/** Rows whose form has not changed: block records, receipts, code. */
const SAME = [kind('b'), kind('r'), kind('c')];

/** What a row of format 1 says besides its value: when it was set. The value ends the row. */
const SINCE_AT = 4;
const VALUE_AT = 10;

const writer = new RowWriter();

/** @param note tells how far it is. */
export async function upgradeFromFormat1(folder: string, note: (text: string) => void): Promise<void> {
  const rowsFolder = join(folder, ROWS_FOLDER);
  const historyFolder = join(folder, HISTORY_FOLDER);
  for (const left of [rowsFolder, historyFolder]) await rm(left, { recursive: true, force: true });
  const old = await openRows(folder);
  const history = await openRows(historyFolder);
  const database = await openLevelDatabase(rowsFolder, LEVEL_OPTIONS);
  try {
    const head = readHead({ get: (key) => old.getSync(key) });
    if (head !== undefined) {
      note(`the data of ${head.height} blocks are converted to format 2; this takes a while`);
      await copyRows(old, database);
      await sortHistory(old, history, head);
      await replay(history, database, head, note);
    }
  } finally {
    await Promise.all([old.close(), history.close(), database.close()]);
  }
  await rm(historyFolder, { recursive: true });
}

/** After an upgrade: the database of format 1. */
export async function removeFormat1(folder: string): Promise<void> {
  if (!existsSync(join(folder, 'CURRENT'))) return;
  const files = (await readdir(folder)).filter((name) =>
    /^(MANIFEST-.*|LOG|LOG\.old|LOCK|.*\.ldb|.*\.log)$/.test(name),
  );
  for (const name of [...files, 'CURRENT']) await rm(join(folder, name));
}

async function openRows(folder: string): Promise<Rows> {
  const rows = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  await rows.open();
  return rows;
}

function rowsOfKind(rows: Rows, first: number): AsyncIterable<[Uint8Array, Uint8Array]> {
  return rows.iterator({ gte: Uint8Array.of(first), lt: Uint8Array.of(first + 1) });
}

/** Writes to a database in pieces. */
class Copy {
  readonly #write: (batch: Batch) => Promise<void>;
  #batch = new Batch();

  constructor(write: (batch: Batch) => Promise<void>) {
    this.#write = write;
  }

  async put(key: Uint8Array, value: Uint8Array): Promise<void> {
    this.#batch.put(key, value);
    if (this.#batch.operations.length >= PIECE) await this.finish();
  }

  async finish(): Promise<void> {
    const batch = this.#batch;
    this.#batch = new Batch();
    await this.#write(batch);
  }
}

async function copyRows(old: Rows, database: Database): Promise<void> {
  const copy = new Copy((batch) => database.write(batch));
  for (const first of SAME)
    for await (const [key, value] of rowsOfKind(old, first)) await copy.put(key, value);
  // Height and index of a receipt, in fields of 6 and 4 bytes.
  for await (const [key, value] of rowsOfKind(old, kind('x'))) {
    writer.varint(uintAt(value, 0, 6));
    writer.varint(uintAt(value, 6, 4));
    await copy.put(transactionKey(key.subarray(1)), writer.take());
  }
  await copy.finish();
}

/** Everything that was ever set, by height: height(6), kind and key of the flat row → value in format 1. */
async function sortHistory(old: Rows, history: Rows, { historyFrom }: Head): Promise<void> {
  const copy = new Copy((batch) => history.batch(batch.operations));
  const put = (key: Uint8Array, row: Uint8Array) => {
    writer.uint48(uintAt(row, SINCE_AT, 6));
    writer.bytes(key);
    return copy.put(writer.take(), row.subarray(VALUE_AT));
  };
  const storages = new Set<number>();
  for await (const [key, row] of rowsOfKind(old, kind('a'))) {
    await put(key, row);
    if (row.length > VALUE_AT) storages.add(uintAt(row, VALUE_AT + 6, 6));
  }
  for await (const [key, row] of rowsOfKind(old, kind('s'))) {
    // Without history, slots of accounts that are gone are of no use.
    if (historyFrom === 0n || storages.has(uintAt(key, 1, 6))) await put(key, row);
  }
  if (historyFrom === 0n) {
    for (const [first, now] of [
      [kind('A'), kind('a')],
      [kind('S'), kind('s')],
    ] as const) {
      for await (const [key, row] of rowsOfKind(old, first)) {
        // The version number at the end goes.
        const flat = new Uint8Array(key.subarray(0, -4));
        flat[0] = now;
        await put(flat, row);
      }
    }
  }
  await copy.finish();
}

/** What was set at one height. */
class Changes {
  readonly accounts: [Uint8Array, Account | undefined][] = [];
  readonly slots = new Map<number, [ReturnType<typeof wordFromBytes>, ReturnType<typeof wordFromBytes>][]>();

  /** @param key kind and key of the flat row. */
  add(key: Uint8Array, value: Uint8Array): void {
    if (key[0] === kind('a')) {
      this.accounts.push([key.subarray(1), value.length === 0 ? undefined : accountOf(value)]);
      return;
    }
    const storage = uintAt(key, 1, 6);
    const slots = this.slots.get(storage) ?? [];
    slots.push([wordFromBytes(key.subarray(7)), wordFromBytes(value)]);
    this.slots.set(storage, slots);
  }
}

async function replay(
  history: Rows,
  database: Database,
  head: Head,
  note: (text: string) => void,
): Promise<void> {
  const state = new HeadState(database, new CodeStore(0), { accounts: 200_000, slots: 400_000 }, 1);
  const tries = new Tries(192 * MEBIBYTE, { reader: database, head: state, keccakInto: keccak256Into });
  const keepHistory = head.historyFrom === 0n;
  let root: Uint8Array | undefined;
  const apply = async (height: number, changes: Changes, isLast: boolean): Promise<void> => {
    const batch = new Batch();
    const rows = new StateBatch(batch, { height, keepHistory }, { head: state, tries });
    for (const [storage, slots] of changes.slots) rows.putSlots(storage, slots);
    for (const [address, account] of changes.accounts) rows.putAccount(wordFromBytes(address), account);
    const result = rows.finish();
    root = result.stateRoot;
    if (isLast) {
      check(root, database, head);
      batch.put(HEAD_KEY, encodeHead(head));
    }
    await database.write(batch);
    state.remember(result);
    tries.endBlock();
    if (height % 1000 === 0) note(`converted up to height ${height} of ${head.height}`);
  };

  let height = -1;
  let changes = new Changes();
  for await (const [key, value] of history.iterator()) {
    const next = uintAt(key, 0, 6);
    if (next !== height) {
      if (height >= 0) await apply(height, changes, false);
      height = next;
      changes = new Changes();
    }
    changes.add(key.subarray(6), value);
  }
  await apply(Math.max(height, 0), changes, true);
}

function check(root: Uint8Array, database: Database, head: Head): void {
  const record = readBlockRecord(database, head.height);
  if (record !== undefined && equalBytes(record.stateRoot, root)) return;
  throw new StartupError(
    `the executor's data cannot be converted: their state root is ${toHex(root)}, ` +
      `that of block ${head.height} is ${record === undefined ? 'missing' : toHex(record.stateRoot)}. ` +
      'Move the folder away and let the node sync',
  );
}

function accountOf(value: Uint8Array): Account {
  return {
    nonce: uintAt(value, 0, 6),
    storage: uintAt(value, 6, 6),
    storageRoot: new Uint8Array(value.subarray(12, 44)),
    codeHash: toHex(value.subarray(44, 76)),
    abiHash: toHex(value.subarray(76, 108)),
  };
}

/** A big-endian integer of up to six bytes. */
function uintAt(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = at; i < at + size; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}
