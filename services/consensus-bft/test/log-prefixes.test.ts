/**
 * A crash may leave any prefix of the log, to the byte. From each of them a validator comes up with exactly what the
 * whole entries in it say, and goes on writing behind them.
 */
import type { Disk, DiskFile } from '@hexapod/common/disk';
import { silentLog } from '@hexapod/common/log';
import { WriteAheadLog } from '@hexapod/common/write-ahead-log';
import { expect, test } from 'vitest';
import { recover } from '../src/core/core.ts';
import type { Address, Certificate, Hash, SignedVote, WalRecord } from '../src/core/types.ts';
import { Journal } from '../src/host/journal.ts';
import { optionsOf } from './node-in-process.ts';

const FOLDER = '/log';
const MAGIC_BYTES = 8;

/** One file in memory that grows and shrinks. */
class OneFileDisk implements Disk {
  content: Uint8Array | undefined;

  constructor(content?: Uint8Array) {
    this.content = content;
  }

  makeFolder(): Promise<void> {
    return Promise.resolve();
  }

  read(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.content);
  }

  replace(_path: string, content: Uint8Array): Promise<void> {
    this.content = content.slice();
    return Promise.resolve();
  }

  open(): Promise<DiskFile> {
    const done = (): Promise<void> => Promise.resolve();
    const now = (): Uint8Array => this.content ?? new Uint8Array(0);
    return Promise.resolve({
      write: (parts, position) => this.replace('', Buffer.concat([now().subarray(0, position), ...parts])),
      truncate: (size) => this.replace('', now().subarray(0, size)),
      sync: done,
      close: done,
    });
  }
}

const self = 'a1'.repeat(20) as Address;
const [A, B] = ['aa'.repeat(32), 'bb'.repeat(32)] as [Hash, Hash];
const raw = new Uint8Array(40).fill(7);
const signature = new Uint8Array(65).fill(3);
const vote = (round: number, step: SignedVote['step'], hash: Hash): WalRecord => ({
  kind: 'vote',
  vote: { height: 7, round, step, hash, signer: self, signature },
});
const certificate = (step: Certificate['step'], round: number, hash: Hash): Certificate => ({
  ...{ height: 7, round, step, hash },
  votes: ['a1', 'b2', 'c3'].map((digits) => ({ signer: digits.repeat(20) as Address, signature })),
});
const block = (hash: Hash, own: boolean): WalRecord => ({ kind: 'block', height: 7, hash, raw, own });

/** A height with all that happens in one: led, given up, locked, proposed again with the lock, decided. */
const RECORDS: readonly WalRecord[] = [
  { kind: 'height', height: 7 },
  block(A, true),
  { kind: 'proposal', proposal: { height: 7, round: 0, hash: A, lock: null, signer: self, signature } },
  vote(0, 'prevote', A),
  vote(0, 'newview', '0'.repeat(64) as Hash),
  { kind: 'round', height: 7, round: 1 },
  block(B, false),
  vote(1, 'prevote', B),
  { kind: 'polka', certificate: certificate('prevote', 1, B), locked: true },
  vote(1, 'precommit', B),
  { kind: 'round', height: 7, round: 4 },
  {
    kind: 'proposal',
    proposal: {
      ...{ height: 7, round: 4, hash: B, signer: self, signature },
      lock: certificate('prevote', 1, B),
    },
  },
  { kind: 'decision', certificate: certificate('precommit', 4, B) },
  { kind: 'height', height: 8 },
];

async function open(disk: Disk): Promise<Journal> {
  return new Journal(await WriteAheadLog.open(FOLDER, { disk }), silentLog);
}

test('every prefix of the file is a log', async () => {
  const disk = new OneFileDisk();
  const journal = await open(disk);
  const ends = [MAGIC_BYTES];
  for (const record of RECORDS) {
    await journal.write([record]);
    ends.push(disk.content?.length ?? 0);
  }
  const whole = disk.content ?? new Uint8Array(0);
  const options = optionsOf(self).core;
  for (let length = MAGIC_BYTES; length <= whole.length; length += 1) {
    const cut = new OneFileDisk(whole.slice(0, length));
    const again = await open(cut);
    const kept = RECORDS.slice(
      0,
      ends.findLastIndex((end) => end <= length),
    );
    const read = await again.read();
    expect(read).toEqual(kept);
    expect(recover(options, read)).toEqual(recover(options, kept));
    await again.write([{ kind: 'height', height: 9 }]);
    expect(await (await open(cut)).read()).toEqual([...kept, { kind: 'height', height: 9 }]);
  }
});

test('what a prefix says binds: votes, lock, value and decision as far as they were written', () => {
  const after = (count: number) => recover(optionsOf(self).core, RECORDS.slice(0, count));
  expect(after(3).said.proposal?.hash).toBe(A);
  expect(after(4).said.prevote?.hash).toBe(A);
  expect(after(4).step).toBe('prevote');
  expect(after(6)).toMatchObject({ round: 1, own: A, lock: null, said: { prevote: null } });
  expect(after(9)).toMatchObject({ lock: { round: 1, hash: B }, said: { precommit: null } });
  expect(after(10)).toMatchObject({ step: 'precommit', said: { precommit: { hash: B } } });
  expect(after(11)).toMatchObject({ round: 4, step: 'propose', lock: { round: 1 }, valid: { hash: B } });
  expect(after(13)).toMatchObject({ step: 'decided', decision: { round: 4, hash: B } });
  expect(after(14)).toMatchObject({ height: 8, lock: null, decision: null });
  expect(after(14).decided.get(7)?.raw).toEqual(raw);
});
