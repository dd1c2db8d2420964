import { expect, test } from 'vitest';
import { MemoryDatabase } from '../../test/memory-database.ts';
import { Batch } from './database.ts';
import { goneSlotsKey, goneTrieKey, replacedKey, slotKey, trieKey } from './keys.ts';
import { Sweeper } from './sweeper.ts';

const NOTHING = new Uint8Array(0);

/** Storage 7 is gone, 8 is not; both with so many slots. */
async function filled(slots: number): Promise<MemoryDatabase> {
  const database = new MemoryDatabase();
  const batch = new Batch();
  for (const storage of [7, 8]) {
    for (let slot = 0; slot < slots; slot++) batch.put(slotKey(storage, slot), NOTHING);
    for (const depth of [-1, 0, 1]) batch.put(trieKey(storage, Uint8Array.of(0xab), depth), NOTHING);
  }
  batch.put(goneTrieKey(7), NOTHING);
  batch.put(goneSlotsKey(7), NOTHING);
  batch.put(replacedKey(3, 0), NOTHING);
  await database.write(batch);
  return database;
}

function count(database: MemoryDatabase, kind: string): number {
  return [...database.rows.keys()].filter((key) => key.startsWith(kind)).length;
}

test('without history everything of a storage that is gone goes, and only that', async () => {
  const database = await filled(5000);
  const sweeper = new Sweeper(false, database);
  sweeper.resume();
  await sweeper.finished();
  expect(count(database, 's')).toBe(5000);
  expect(database.get(slotKey(8, 4999))).toBeDefined();
  expect(count(database, 't')).toBe(3);
  expect([count(database, 'g'), count(database, 'h'), count(database, 'd')]).toEqual([0, 0, 0]);
});

test('with history only the trie goes', async () => {
  const database = await filled(10);
  const sweeper = new Sweeper(true, database);
  sweeper.resume();
  await sweeper.finished();
  expect([count(database, 's'), count(database, 't')]).toEqual([20, 3]);
  expect([count(database, 'g'), count(database, 'h'), count(database, 'd')]).toEqual([0, 1, 1]);
});

test('stops between pieces, goes on later, and tells of a failure once', async () => {
  const database = await filled(5000);
  const sweeper = new Sweeper(false, database);
  sweeper.resume();
  await sweeper.pause();
  const left = count(database, 's') + count(database, 't');
  expect(left).toBeGreaterThan(5003);
  database.failure = new Error('disk full');
  sweeper.resume();
  await expect(sweeper.finished()).rejects.toThrow('disk full');
  await sweeper.finished();
  database.failure = undefined;
  sweeper.resume();
  await sweeper.finished();
  expect(count(database, 's') + count(database, 't')).toBe(5003);
});
