import { expect, test } from 'vitest';
import { MemoryStore } from '../test/memory-store.ts';
import { type Change, ChangeQueue } from './change-queue.ts';

const KEY = Uint8Array.of(1);
const OTHER = Uint8Array.of(2);

/** Adds one to the number under the key. */
const count: Change = async (reader) => {
  const before = (await reader.get(KEY))?.[0] ?? 0;
  return [{ type: 'put', key: KEY, value: Uint8Array.of(before + 1) }];
};

test('what waits at the same time is one write, and each sees those before it', async () => {
  const database = new MemoryStore();
  const queue = new ChangeQueue(database);
  await Promise.all(Array.from({ length: 50 }, () => queue.run(count)));
  expect(await database.get(KEY)).toEqual(Uint8Array.of(50));
  expect(database.writes.length).toBeLessThanOrEqual(2);
});

test('a group is bounded: what is beyond waits for the next write', async () => {
  const database = new MemoryStore();
  const queue = new ChangeQueue(database);
  await Promise.all(Array.from({ length: 200 }, () => queue.run(count)));
  expect(await database.get(KEY)).toEqual(Uint8Array.of(200));
  expect(Math.max(...database.writes.map(({ length }) => length))).toBeLessThanOrEqual(64);
});

test('sees deletions before it', async () => {
  const queue = new ChangeQueue(new MemoryStore());
  const seen: unknown[] = [];
  const look: Change = async (reader) => {
    seen.push(await reader.get(KEY), ...(await reader.getMany([KEY, OTHER])));
    return [];
  };
  await Promise.all([queue.run(count), queue.run(async () => [{ type: 'del', key: KEY }]), queue.run(look)]);
  expect(seen).toEqual([undefined, undefined, undefined]);
});

test('a change that throws fails alone', async () => {
  const database = new MemoryStore();
  const queue = new ChangeQueue(database);
  const results = await Promise.allSettled([
    queue.run(count),
    queue.run(async () => {
      throw new Error('no');
    }),
    queue.run(count),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await database.get(KEY)).toEqual(Uint8Array.of(2));
});

test('a write that fails fails all of its changes, and the next one is tried again', async () => {
  const database = new MemoryStore();
  const queue = new ChangeQueue(database);
  database.beforeWrite = () => Promise.reject(new Error('disk full'));
  const results = await Promise.allSettled([queue.run(count), queue.run(count)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  database.beforeWrite = async () => undefined;
  await queue.run(count);
  expect(await database.get(KEY)).toEqual(Uint8Array.of(1));
});

test('resolves only after the write', async () => {
  const database = new MemoryStore();
  const queue = new ChangeQueue(database);
  const written = Promise.withResolvers<void>();
  database.beforeWrite = () => written.promise;
  let isDone = false;
  const change = queue.run(count).then(() => {
    isDone = true;
  });
  await new Promise(setImmediate);
  expect([isDone, database.writes.length]).toEqual([false, 1]);
  written.resolve();
  await change;
  expect(await database.get(KEY)).toEqual(Uint8Array.of(1));
});
