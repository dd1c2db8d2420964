import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPrivateKey } from './key-file.ts';
import { recordingLog, silentLog } from './log.ts';

const digits = 'Ab'.repeat(32);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'key-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function keyFile(content: string, mode = 0o600): string {
  const path = join(folder, 'private_key');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

test.each([digits, `0x${digits}`, `\n ${digits}\r\n`])('%j is a key', (content) => {
  const { log, lines } = recordingLog();
  expect(readPrivateKey(keyFile(content), log)).toEqual(new Uint8Array(32).fill(0xab));
  expect(lines).toEqual([]);
});

test('a file that others may read is a warning with the remedy', () => {
  const { log, lines } = recordingLog();
  const path = keyFile(digits, 0o644);
  expect(readPrivateKey(path, log)).toHaveLength(32);
  expect(lines).toEqual([
    `WARN test - ${path}: other users may read the private key (mode 644): chmod 600 ${path}`,
  ]);
});

test.each(['', 'ab', `${digits}00`, digits.replace('A', 'x'), `0X${digits}`])(
  '%j is none, and is not shown',
  (content) => {
    const path = keyFile(content);
    const text = `${path}: wanted a private key of 64 hex digits, the file has ${content.length} characters`;
    expect(() => readPrivateKey(path, silentLog)).toThrow(text);
  },
);

test('a missing file is named', () => {
  expect(() => readPrivateKey(join(folder, 'nope'), silentLog)).toThrow(
    /nope: the private key cannot be read \(ENOENT\): give its path with -p$/,
  );
});
