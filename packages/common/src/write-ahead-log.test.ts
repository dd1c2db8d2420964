import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryDisk } from '../test/fixtures/memory-disk.ts';
import { recordingLog } from './log.ts';
import { WriteAheadLog, WriteAheadLogFullError } from './write-ahead-log.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const texts = (records: readonly Uint8Array[]) => records.map((record) => new TextDecoder().decode(record));

describe('on a real disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('keeps what was appended, over a new start', async () => {
    const first = await WriteAheadLog.open(join(folder, 'deep', 'wal'));
    await first.append(utf8('one'));
    await Promise.all([first.append(utf8('')), first.append(utf8('three'))]);
    await first.close();
    const second = await WriteAheadLog.open(join(folder, 'deep', 'wal'));
    expect(texts(await second.replay())).toEqual(['one', '', 'three']);
    await second.append(utf8('four'));
    expect(texts(await second.replay())).toEqual(['one', '', 'three', 'four']);
    await second.close();
  });

  test('reset empties or replaces, and appends go on behind it', async () => {
    const wal = await WriteAheadLog.open(folder);
    await wal.append(utf8('old'));
    await wal.reset();
    expect(await wal.replay()).toEqual([]);
    await wal.append(utf8('a'));
    await wal.reset([utf8('b'), utf8('c')]);
    await wal.append(utf8('d'));
    await wal.close();
    const again = await WriteAheadLog.open(folder);
    expect(texts(await again.replay())).toEqual(['b', 'c', 'd']);
    await again.close();
  });

  test('refuses a file that is none of its own', async () => {
    writeFileSync(join(folder, 'wal'), '1234567890');
    await expect(WriteAheadLog.open(folder)).rejects.toThrow('is not a write-ahead log of this program');
  });

  test('a torn tail is cut off with a warning, and the log goes on', async () => {
    const wal = await WriteAheadLog.open(folder);
    await wal.append(utf8('whole'));
    await wal.append(utf8('torn'));
    await wal.close();
    const file = join(folder, 'wal');
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    const { log, lines } = recordingLog();
    const again = await WriteAheadLog.open(folder, { log });
    expect(lines).toEqual([`WARN test - ${file}: the last 11 bytes are no whole record and are cut off`]);
    await again.append(utf8('next'));
    expect(texts(await again.replay())).toEqual(['whole', 'next']);
    await again.close();
  });
});

test('cut at any byte, or with any byte damaged, the log yields a prefix of its records', async () => {
  const records = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(records, fc.nat(), fc.integer({ min: 1, max: 255 }), async (bodies, where, flip) => {
      const disk = new MemoryDisk();
      const wal = await WriteAheadLog.open('f', { disk });
      for (const body of bodies) await wal.append(body);
      const whole = await disk.read(join('f', 'wal'));
      if (!whole) throw new Error('no file');
      const starts = [8];
      for (const body of bodies) starts.push((starts.at(-1) ?? 8) + 8 + body.length);
      for (let cut = 8; cut <= whole.length; cut++) {
        const torn = new MemoryDisk();
        await torn.replace(join('f', 'wal'), whole.subarray(0, cut));
        const kept = await (await WriteAheadLog.open('f', { disk: torn })).replay();
        const count = bodies.filter((_, i) => (starts[i] ?? 0) + 8 + (bodies[i]?.length ?? 0) <= cut).length;
        expect(kept).toEqual(bodies.slice(0, count));
      }
      if (whole.length === 8) return;
      const at = 8 + (where % (whole.length - 8));
      const damaged = new MemoryDisk();
      await damaged.replace(
        join('f', 'wal'),
        whole.map((byte, i) => (i === at ? byte ^ flip : byte)),
      );
      const kept = await (await WriteAheadLog.open('f', { disk: damaged })).replay();
      const hit = starts.findLastIndex((start) => start <= at);
      expect(kept).toEqual(bodies.slice(0, hit));
    }),
    { numRuns: 50 },
  );
});

test('appends made while the disk is busy share one sync', async () => {
  const disk = new MemoryDisk();
  const wal = await WriteAheadLog.open('f', { disk });
  const { promise, resolve } = Promise.withResolvers<void>();
  disk.gate = promise;
  const first = wal.append(utf8('first'));
  await new Promise((next) => setImmediate(next));
  const rest = Array.from({ length: 100 }, (_, i) => wal.append(utf8(`${i}`)));
  expect(disk.syncs).toBe(0);
  resolve();
  await Promise.all([first, ...rest]);
  expect(disk.syncs).toBe(2);
  expect(await wal.replay()).toHaveLength(101);
});

test('what was acknowledged survives a crash at any moment', async () => {
  const disk = new MemoryDisk();
  const wal = await WriteAheadLog.open('f', { disk });
  await wal.append(utf8('acknowledged'));
  disk.gate = new Promise(() => undefined);
  const pending = wal.append(utf8('not yet'));
  await new Promise((next) => setImmediate(next));
  disk.crash();
  disk.gate = Promise.resolve();
  const again = await WriteAheadLog.open('f', { disk });
  expect(texts(await again.replay())).toEqual(['acknowledged']);
  expect(await Promise.race([pending, Promise.resolve('open')])).toBe('open');
});

test.each(['write', 'sync'] as const)(
  'a failed %s fails its appends, and the log goes on without them',
  async (failing) => {
    const disk = new MemoryDisk();
    const wal = await WriteAheadLog.open('f', { disk });
    await wal.append(utf8('before'));
    disk.failing = failing;
    await expect(wal.append(utf8('lost'))).rejects.toThrow(/no space|input/);
    disk.failing = 'truncate';
    await expect(wal.append(utf8('lost too'))).rejects.toThrow(/input/);
    disk.failing = undefined;
    await wal.append(utf8('after'));
    disk.crash();
    const again = await WriteAheadLog.open('f', { disk });
    expect(texts(await again.replay())).toEqual(['before', 'after']);
  },
);

test('what is appended while a reset waits for the disk comes behind it', async () => {
  const disk = new MemoryDisk();
  const wal = await WriteAheadLog.open('f', { disk });
  const { promise, resolve } = Promise.withResolvers<void>();
  disk.gate = promise;
  const writing = wal.append(utf8('being written'));
  await new Promise((next) => setImmediate(next));
  const body = utf8('new');
  const done = [
    writing,
    wal.append(utf8('waiting')),
    wal.reset([body]),
    wal.append(utf8('later')),
    wal.reset(),
    wal.append(utf8('last')),
    wal.append(utf8('last of all')),
  ];
  // The log has its own copy.
  body.fill(0);
  resolve();
  await Promise.all(done);
  expect(texts(await wal.replay())).toEqual(['last', 'last of all']);
  disk.crash();
  const again = await WriteAheadLog.open('f', { disk });
  expect(texts(await again.replay())).toEqual(['last', 'last of all']);
});

test('any order of appends and resets, none awaited, leaves what the last reset and those behind it say', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant('append' as const) },
    { weight: 1, arbitrary: fc.constantFrom('reset' as const, 'replace' as const, 'turn' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const wal = await WriteAheadLog.open('f', { disk: new MemoryDisk() });
      const pending: Promise<void>[] = [];
      let expected: string[] = [];
      for (const [number, kind] of steps.entries()) {
        const text = `${number}`;
        if (kind === 'turn') await new Promise((next) => setImmediate(next));
        else if (kind === 'append') pending.push(wal.append(utf8(text)));
        else pending.push(wal.reset(kind === 'replace' ? [utf8(text)] : []));
        if (kind === 'reset') expected = [];
        else if (kind === 'replace') expected = [text];
        else if (kind === 'append') expected.push(text);
      }
      await Promise.all(pending);
      expect(texts(await wal.replay())).toEqual(expected);
      expect(wal.bytes).toBe(expected.reduce((sum, text) => sum + 8 + text.length, 8));
    }),
  );
});

test('a reset after a failed write leaves nothing of it', async () => {
  const disk = new MemoryDisk();
  const wal = await WriteAheadLog.open('f', { disk });
  disk.failing = 'sync';
  await expect(wal.append(utf8('lost'))).rejects.toThrow();
  disk.failing = undefined;
  await wal.reset();
  await wal.append(utf8('kept'));
  expect(texts(await wal.replay())).toEqual(['kept']);
});

test('the log is bounded: an append beyond is refused, one at the bound taken', async () => {
  const wal = await WriteAheadLog.open('f', { disk: new MemoryDisk(), maxBytes: 8 + 2 * 18 });
  const both = Promise.all([wal.append(new Uint8Array(10)), wal.append(new Uint8Array(10))]);
  await expect(wal.append(new Uint8Array(0))).rejects.toThrow(WriteAheadLogFullError);
  await both;
  expect(wal.bytes).toBe(44);
  await wal.reset();
  await wal.append(new Uint8Array(28));
});

test('nothing is appended to a closed log', async () => {
  const wal = await WriteAheadLog.open('f', { disk: new MemoryDisk() });
  await wal.close();
  await expect(wal.append(utf8('x'))).rejects.toThrow('is closed');
});
