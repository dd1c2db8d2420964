/**
 * Data that the program before wrote, in format 1 (test/fixtures/format-1.json.gz: 43 blocks with a contract that is
 * destroyed and made again, in both sync modes), against the same blocks executed now.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Block } from '@hexapod/protocol/blockchain';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { Level } from 'level';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBlockRecord } from '../src/block/block-record.ts';
import { findReceipt } from '../src/block/receipt-store.ts';
import { wordFromBytes } from '../src/evm/word.ts';
import { CodeStore, PastState } from '../src/state/state-reader.ts';
import type { Database } from '../src/store/database.ts';
import { openLevelDatabase } from '../src/store/level-database.ts';
import { ROWS_FOLDER, removeFormat1, upgradeFromFormat1 } from '../src/store/upgrade.ts';
import { openChain } from './chain-in-memory.ts';
import { MemoryDatabase } from './memory-database.ts';

type Mode = 'archive' | 'full';

interface Fixture extends Readonly<Record<Mode, readonly [string, string][]>> {
  /** The last one was not executed. */
  readonly blocks: readonly string[];
}

const file = new URL('./fixtures/format-1.json.gz', import.meta.url);
const fixture: Fixture = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
const blocks = fixture.blocks.map((text) => Block.decode(fromHex(text)));
const executed = blocks.slice(0, -1);
const next = blocks.at(-1) ?? Block.create();

const LEVEL_OPTIONS = { cacheBytes: 1 << 20, writeBufferBytes: 1 << 20 };

let folder: string;
let database: Database;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-upgrade-'));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function writeFormat1(mode: Mode): Promise<void> {
  const level = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  await level.batch(
    fixture[mode].map(([key, value]) => ({ type: 'put', key: fromHex(key), value: fromHex(value) }) as const),
  );
  await level.close();
}

async function upgraded(mode: Mode): Promise<Database> {
  await writeFormat1(mode);
  const notes: string[] = [];
  await upgradeFromFormat1(folder, (text) => notes.push(text));
  expect(notes[0]).toContain(`the data of ${executed.length - 1} blocks`);
  database = await openLevelDatabase(join(folder, ROWS_FOLDER), LEVEL_OPTIONS);
  return database;
}

/** What the same blocks come to now. */
async function executedNow(mode: Mode): Promise<MemoryDatabase> {
  const memory = new MemoryDatabase();
  const { chain } = openChain({ database: memory, keepHistory: mode === 'archive' });
  for (const block of executed) expect((await chain.exec(block)).code).toBe(Code.Success);
  return memory;
}

function rowsOf(rows: MemoryDatabase, kind: string): Uint8Array[] {
  return [...rows.rows.keys()].filter((key) => key[0] === kind).map((key) => Buffer.from(key, 'latin1'));
}

test.each(['archive', 'full'] as const)('%s', async (mode) => {
  const found = await upgraded(mode);
  const wanted = await executedNow(mode);
  for (const kind of ['m', 'b', 'c', 't', 'x', 'r']) {
    const keys = rowsOf(wanted, kind);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(found.get(key), toHex(key)).toEqual(Buffer.from(wanted.get(key) ?? []));
  }

  const codes = new CodeStore(0);
  const first = mode === 'archive' ? 0 : executed.length - 1;
  for (let height = first; height < executed.length; height++) {
    const now = new PastState(found, codes, height);
    const then = new PastState(wanted, codes, height);
    for (const key of rowsOf(wanted, 'a')) {
      const address = wordFromBytes(key.subarray(1));
      expect(now.account(address), `height ${height}`).toEqual(then.account(address));
    }
    for (const key of rowsOf(wanted, 's')) {
      const [storage, slot] = [Number(wordFromBytes(key.subarray(1, 7))), wordFromBytes(key.subarray(7))];
      expect(now.slot(storage, slot), `height ${height}`).toBe(then.slot(storage, slot));
    }
  }

  const options = { keepHistory: mode === 'archive' };
  const [upgradedNext, freshNext] = [
    openChain({ ...options, database: found }),
    openChain({ ...options, database: wanted }),
  ];
  const answer = await upgradedNext.chain.exec(next);
  expect(answer.code).toBe(Code.Success);
  expect(answer.stateRoot).toEqual((await freshNext.chain.exec(next)).stateRoot);
  await upgradedNext.chain.close();
  const hash = answer.executed?.receipts[0]?.transactionHash ?? new Uint8Array(0);
  expect(findReceipt(found, hash)?.height).toBe(BigInt(executed.length));
});

test('what is left of an upgrade that was interrupted does no harm, and the old rows go at the end', async () => {
  const left = await openLevelDatabase(join(folder, ROWS_FOLDER), LEVEL_OPTIONS);
  await left.close();
  const found = await upgraded('archive');
  expect(readBlockRecord(found, 5n)).toBeDefined();
  expect(existsSync(join(folder, 'CURRENT'))).toBe(true);
  await removeFormat1(folder);
  await removeFormat1(folder);
  expect(existsSync(join(folder, 'CURRENT'))).toBe(false);
  expect(readBlockRecord(found, 6n)).toBeDefined();
});

test('rows that do not come to the state root are refused', async () => {
  await writeFormat1('archive');
  const level = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  const [[key = ''] = []] = fixture.archive.filter(([text]) => text.startsWith('61'));
  await level.del(fromHex(key));
  await level.close();
  const upgrade = upgradeFromFormat1(folder, () => undefined);
  await expect(upgrade).rejects.toThrow('cannot be converted');
  database = await openLevelDatabase(join(folder, ROWS_FOLDER), LEVEL_OPTIONS);
  expect(database.get(Uint8Array.of(0x6d))).toBeUndefined();
});
