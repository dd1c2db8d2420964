import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';
import { FolderLockedError } from './folder-lock.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'data-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const storage = { kind: 'storage', version: 1 };

test('makes the folder and its format file, and opens it again', async () => {
  const path = join(root, 'a', 'b');
  const folder = await openDataFolder(path, storage);
  expect(folder.path).toBe(path);
  expect(readFileSync(join(path, 'hexapod.format'), 'utf8')).toBe('{"kind":"storage","version":1}\n');
  folder.close();
  (await openDataFolder(path, storage)).close();
});

test('refuses data of a newer program, of another kind, and what is no format', async () => {
  const format = join(root, 'hexapod.format');
  writeFileSync(format, '{"kind":"storage","version":3}');
  await expect(openDataFolder(root, { kind: 'storage', version: 2 })).rejects.toThrow(
    `the data folder ${root} was written by a newer program (format 3, this one knows 2)`,
  );
  await expect(openDataFolder(root, { kind: 'executor', version: 3 })).rejects.toThrow(
    'belongs to storage, not to executor: give each service a folder of its own',
  );
  for (const damaged of [
    '',
    '{',
    '[]',
    '{"kind":"storage","version":"1"}',
    '{"kind":"storage","version":0}',
  ]) {
    writeFileSync(format, damaged);
    await expect(openDataFolder(root, storage)).rejects.toThrow('hexapod.format is damaged');
  }
});

test('an old format is converted when there is a way, else refused', async () => {
  (await openDataFolder(root, storage)).close();
  await expect(openDataFolder(root, { kind: 'storage', version: 3 })).rejects.toThrow('has the old format 1');
  const seen: [string, number][] = [];
  const upgrade = async (path: string, from: number) => {
    seen.push([path, from]);
  };
  (await openDataFolder(root, { kind: 'storage', version: 3, upgrade })).close();
  (await openDataFolder(root, { kind: 'storage', version: 3 })).close();
  expect(seen).toEqual([[root, 1]]);
});

test('a database of another program is left alone', async () => {
  writeFileSync(join(root, 'CURRENT'), 'MANIFEST-000004\n');
  await expect(openDataFolder(root, storage)).rejects.toThrow("holds a database that is not Hexapod's");
});

test('a folder that cannot be made is named', async () => {
  writeFileSync(join(root, 'file'), '');
  await expect(openDataFolder(join(root, 'file', 'x'), storage)).rejects.toThrow(
    /file\/x cannot be made: ENOTDIR/,
  );
});

test('a refused folder is not left locked', async () => {
  (await openDataFolder(root, { kind: 'a', version: 1 })).close();
  await expect(openDataFolder(root, { kind: 'b', version: 1 })).rejects.toThrow('belongs to a');
  (await openDataFolder(root, { kind: 'a', version: 1 })).close();
});

test('a second opener is refused, in this process and in another, until the first lets go or is killed', async () => {
  const script = `
    const { openDataFolder } = await import(${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)});
    await openDataFolder(${JSON.stringify(root)}, { kind: 'storage', version: 1 });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  await expect(openDataFolder(root, storage)).rejects.toThrow(FolderLockedError);
  await expect(openDataFolder(root, storage)).rejects.toThrow(
    new RegExp(
      `^the data folder ${root} is in use by process ${other.pid} on .+ since 2.+: stop that process`,
    ),
  );
  other.kill('SIGKILL');
  await once(other, 'exit');
  const mine = await openDataFolder(root, storage);
  await expect(openDataFolder(root, storage)).rejects.toThrow(`in use by process ${process.pid}`);
  mine.close();
  (await openDataFolder(root, storage)).close();
});
