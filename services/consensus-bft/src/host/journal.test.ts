import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disk } from '@hexapod/common/disk';
import { systemDisk } from '@hexapod/common/disk';
import { silentLog } from '@hexapod/common/log';
import { StartupError } from '@hexapod/common/startup-error';
import { WriteAheadLog } from '@hexapod/common/write-ahead-log';
import { expect, test } from 'vitest';
import { MemoryLog } from '../../test/node-in-process.ts';
import type { Hash, WalRecord } from '../core/types.ts';
import { Journal } from './journal.ts';

const height = (at: number): WalRecord => ({ kind: 'height', height: at });
const block = (at: number, size: number): WalRecord => ({
  kind: 'block',
  height: at,
  hash: 'ab'.repeat(32) as Hash,
  raw: new Uint8Array(size),
  own: true,
});

test('entries come back as they were written', async () => {
  const journal = new Journal(new MemoryLog(), silentLog);
  await journal.write([height(1), block(1, 10)]);
  await journal.write([height(2)]);
  expect(await journal.read()).toEqual([height(1), block(1, 10), height(2)]);
});

test('the entries of one step, and of all that wait, share a sync', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  let syncs = 0;
  const disk: Disk = {
    ...systemDisk,
    async open(path) {
      const file = await systemDisk.open(path);
      return {
        ...file,
        sync() {
          syncs += 1;
          return file.sync();
        },
      };
    },
  };
  const journal = new Journal(await WriteAheadLog.open(folder, { disk }), silentLog);
  await journal.write([height(1), block(1, 100), height(2), block(2, 100)]);
  expect(syncs).toBe(1);
  await Promise.all(Array.from({ length: 50 }, (_, at) => journal.write([height(at), block(at, 100)])));
  expect(syncs).toBeLessThanOrEqual(3); // the first of them at once, the others together
  await journal.close();
  rmSync(folder, { recursive: true });
});

test('a log that got long is replaced by the shortest; one that cannot be shorter is left alone until it doubles', async () => {
  const file = new MemoryLog();
  const journal = new Journal(file, silentLog, 1000);
  let cuts = 0;
  const cut = (records: WalRecord[]): Promise<void> =>
    journal.cutIfLong(() => {
      cuts += 1;
      return records;
    });
  await journal.write([height(1), block(1, 500)]);
  await cut([height(1)]);
  expect(cuts).toBe(0);
  await journal.write([block(1, 2000)]);
  await cut([height(1), block(1, 2000)]);
  expect(cuts).toBe(1);
  expect(await journal.read()).toEqual([height(1), block(1, 2000)]);
  await journal.write([height(2)]);
  await cut([height(2)]);
  expect(cuts).toBe(1);
  await journal.write([block(2, 3000)]);
  await cut([height(3)]);
  expect(cuts).toBe(2);
  expect(await journal.read()).toEqual([height(3)]);
});

test('a log of something else is refused with what to do', async () => {
  const file = new MemoryLog();
  await file.append(new Uint8Array([99, 1, 2]));
  await expect(new Journal(file, silentLog).read()).rejects.toThrow(StartupError);
  await expect(new Journal(file, silentLog).read()).rejects.toThrow('restore it, or delete its folder');
});

test('what is written while the log is cut comes after the cut and is not lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'journal-'));
  const file = await WriteAheadLog.open(folder);
  const journal = new Journal(file, silentLog, 1);
  const writes = [journal.write([height(1)])];
  const cut = journal.cutIfLong(() => [height(1)]);
  for (let at = 2; at < 20; at += 1) writes.push(journal.write([height(at)]));
  await Promise.all([cut, ...writes]);
  await journal.close();
  const again = new Journal(await WriteAheadLog.open(folder), silentLog);
  expect(await again.read()).toEqual(Array.from({ length: 19 }, (_, index) => height(index + 1)));
  await again.close();
  rmSync(folder, { recursive: true });
});
