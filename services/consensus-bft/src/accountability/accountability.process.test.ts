/** The command as an operator runs it: real keys, real log folders, proofs in files. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WriteAheadLog } from '@hexapod/common/write-ahead-log';
import { loadSuite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeRecord } from '../codec/log-records.ts';
import { encodeProof } from '../codec/proof.ts';
import { toWireVote } from '../codec/translate.ts';
import { encodeVote } from '../codec/wire-messages.ts';
import type { Address, BallotStep, Certificate, Hash, SignedVote, WalRecord } from '../core/types.ts';

const suite = await loadSuite('eth');
const keys = [1, 2, 3, 4].map((number) => new Uint8Array(32).fill(number));
const names = keys.map((key) => toHex(suite.address(suite.publicKey(key))) as Address);
const [V, W] = ['aa'.repeat(32), 'bb'.repeat(32)] as [Hash, Hash];
const HEIGHT = 9;
let folder = '';

function vote(who: number, step: BallotStep, round: number, hash: Hash): SignedVote {
  const plain = { height: HEIGHT, round, step, hash };
  const [key = keys[0] ?? new Uint8Array(), signer = names[0] ?? ('' as Address)] = [keys[who], names[who]];
  return { ...plain, signer, signature: suite.sign(key, suite.hash(encodeVote(toWireVote(plain)))) };
}

function certificate(who: readonly number[], step: BallotStep, round: number, hash: Hash): Certificate {
  const votes = who
    .map((one) => vote(one, step, round, hash))
    .map(({ signer, signature }) => ({ signer, signature }))
    .sort((a, b) => (a.signer < b.signer ? -1 : 1));
  return { height: HEIGHT, round, step, hash, votes };
}

const said = (who: number, step: BallotStep, round: number, hash: Hash): WalRecord => ({
  kind: 'vote',
  vote: vote(who, step, round, hash),
});
/** A log that begins before the height. */
const begin = (who: number): WalRecord[] => [
  { kind: 'height', height: HEIGHT - 1 },
  { kind: 'vote', vote: { ...vote(who, 'prevote', 0, V) } },
  { kind: 'height', height: HEIGHT },
];

/** 0 and 1 forget in round 1 what they locked in round 0; 2 decided V, 3 decided W. */
const LOGS: readonly WalRecord[][] = [
  [],
  [],
  [
    ...begin(2),
    said(2, 'prevote', 0, V),
    { kind: 'polka', certificate: certificate([0, 1, 2], 'prevote', 0, V), locked: true },
    said(2, 'precommit', 0, V),
    { kind: 'decision', certificate: certificate([0, 1, 2], 'precommit', 0, V) },
    { kind: 'height', height: HEIGHT + 1 },
  ],
  [
    ...begin(3),
    said(3, 'prevote', 0, V),
    { kind: 'round', height: HEIGHT, round: 1 },
    said(3, 'prevote', 1, W),
    { kind: 'polka', certificate: certificate([0, 1, 3], 'prevote', 1, W), locked: true },
    said(3, 'precommit', 1, W),
    { kind: 'decision', certificate: certificate([0, 1, 3], 'precommit', 1, W) },
    { kind: 'height', height: HEIGHT + 1 },
  ],
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accountability-'));
  for (const [who, records] of LOGS.entries()) {
    if (records.length === 0) continue;
    const log = await WriteAheadLog.open(join(folder, `log-${who}`));
    for (const record of records) await log.append(encodeRecord(record));
    await log.close();
  }
  await writeFile(join(folder, 'first'), encodeProof(certificate([0, 1, 2], 'precommit', 0, V)));
  await writeFile(
    join(folder, 'second'),
    `0x${toHex(encodeProof(certificate([0, 1, 3], 'precommit', 1, W)))}\n`,
  );
});

afterAll(() => rm(folder, { recursive: true }));

function command(...args: string[]): Promise<{ code: number; out: string }> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), out: stdout + stderr }),
    );
  });
}

const proofs = (): string[] => [
  '--validators',
  names.join(','),
  ...['first', 'second'].flatMap((name) => ['--proof', join(folder, name)]),
];
const logs = (...who: number[]): string[] => who.flatMap((one) => ['--log', join(folder, `log-${one}`)]);

test('the two who forgot their lock are named by the logs of the others', async () => {
  const { code, out } = await command(...proofs(), ...logs(2, 3));
  const guilty = out.split('\n').filter((line) => line.startsWith('guilty'));
  expect(guilty).toHaveLength(2);
  expect(guilty.every((line) => line.includes('amnesia'))).toBe(true);
  expect(names.slice(0, 2).every((name) => out.includes(`guilty   ${name}`))).toBe(true);
  expect(code).toBe(0);
});

test('a torn log leaves them unnamed, names nobody else, and is not changed', async () => {
  const path = join(folder, 'log-2', 'wal');
  const whole = await readFile(path);
  await truncate(path, Math.floor(whole.length / 3));
  const torn = await readFile(path);
  const { code, out } = await command(...proofs(), ...logs(2, 3));
  expect(code).toBe(1);
  expect(out).not.toMatch(/^guilty/m);
  expect(out).toMatch(/hand in more logs/);
  expect(await readFile(path)).toEqual(torn);
  await writeFile(path, whole);
});

test.each<[string, () => string[], RegExp]>([
  ['no options', () => [], /wanted --validators/],
  ['one proof twice', () => [...proofs().slice(0, 4), '--proof', join(folder, 'first')], /there is no fork/],
  [
    'something else than a proof',
    () => [...proofs().slice(0, 4), '--proof', '0011'],
    /neither a proof nor a block/,
  ],
  ['a validator that is none', () => ['--validators', 'x', ...proofs().slice(2)], /no address/],
  ['a folder without a log', () => [...proofs(), '--log', folder], /--log/],
])('%s: says what is wrong', async (_, args, text) => {
  const { code, out } = await command(...args());
  expect(out).toMatch(text);
  expect(code).toBe(2);
});
