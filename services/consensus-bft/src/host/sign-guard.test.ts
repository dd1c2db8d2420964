import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Address, Hash, Statement, WalRecord } from '../core/types.ts';
import { SignGuard } from './sign-guard.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sign-guard-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const [A, B] = ['aa'.repeat(32), 'bb'.repeat(32)] as [Hash, Hash];

function vote(height: number, round: number, step: 'prevote' | 'precommit', hash = A): Statement {
  return { kind: 'vote', vote: { height, round, step, hash } };
}

function proposal(height: number, round: number, hash = A): Statement {
  return { kind: 'proposal', height, round, hash, raw: new Uint8Array(0), lock: null };
}

function signed(statement: Statement): WalRecord {
  const by = { signer: 'cc'.repeat(20) as Address, signature: new Uint8Array(65) };
  if (statement.kind === 'vote') return { kind: 'vote', vote: { ...statement.vote, ...by } };
  const { height, round, hash, lock } = statement;
  return { kind: 'proposal', proposal: { height, round, hash, lock, ...by } };
}

test('the same may be signed again, something else only later', async () => {
  const guard = await SignGuard.open(folder);
  expect(guard.objection(vote(5, 1, 'prevote'))).toBeNull();
  await guard.note([signed(proposal(5, 1)), signed(vote(5, 1, 'prevote'))]);
  expect(guard.objection(vote(5, 1, 'prevote'))).toBeNull();
  for (const later of [
    vote(5, 1, 'precommit', B),
    proposal(5, 2, B),
    vote(5, 2, 'prevote', B),
    proposal(6, 0, B),
  ]) {
    expect(guard.objection(later)).toBeNull();
  }
  for (const conflict of [
    vote(5, 1, 'prevote', B),
    proposal(5, 1, B),
    vote(5, 0, 'precommit'),
    vote(4, 9, 'precommit'),
  ]) {
    expect(guard.objection(conflict)).toContain(`after prevote 0x${A} at 5/1`);
  }
  await guard.close();
});

test('a signature that came late takes nothing back', async () => {
  const guard = await SignGuard.open(folder);
  await guard.note([signed(vote(5, 0, 'precommit'))]);
  await guard.note([signed(vote(5, 0, 'prevote'))]);
  expect(guard.objection(vote(5, 0, 'precommit', B))).toContain(`after precommit 0x${A} at 5/0`);
  await guard.note([signed(vote(6, 0, 'prevote')), signed(proposal(6, 0))]);
  expect(guard.objection(vote(6, 0, 'prevote', B))).toContain(`after prevote 0x${A} at 6/0`);
  await guard.close();
});

test('newviews are always the same and never refused', async () => {
  const guard = await SignGuard.open(folder);
  await guard.note([signed(vote(5, 1, 'precommit'))]);
  const newview: Statement = { kind: 'vote', vote: { height: 1, round: 0, step: 'newview', hash: A } };
  expect(guard.objection(newview)).toBeNull();
  await guard.close();
});

test('what was noted is known after a restart; a torn write leaves what was before it', async () => {
  let guard = await SignGuard.open(folder);
  await guard.note([signed(vote(5, 0, 'prevote'))]);
  await guard.note([signed(vote(5, 0, 'precommit'))]);
  await guard.close();

  guard = await SignGuard.open(folder);
  expect(guard.objection(vote(5, 0, 'precommit', B))).not.toBeNull();
  await guard.close();

  const path = join(folder, 'last-signed');
  const bytes = readFileSync(path);
  bytes.fill(0xff, 256 + 20, 256 + 40); // the second write
  writeFileSync(path, bytes);
  guard = await SignGuard.open(folder);
  expect(guard.objection(vote(5, 0, 'prevote', B))).not.toBeNull();
  expect(guard.objection(vote(5, 0, 'precommit', B))).toBeNull();
  await guard.note([signed(vote(6, 0, 'prevote'))]);
  await guard.close();
  guard = await SignGuard.open(folder);
  expect(guard.objection(vote(6, 0, 'prevote', B))).not.toBeNull();
  await guard.close();
});

test('a roll-back that an operator asked for admits lower heights', async () => {
  const guard = await SignGuard.open(folder, true);
  await guard.note([signed(vote(100, 0, 'precommit'))]);
  expect(guard.objection(vote(50, 0, 'prevote', B))).toBeNull();
  expect(guard.objection(vote(100, 0, 'precommit', B))).not.toBeNull();
  await guard.close();
});
