import { loadSuite } from '@hexapod/crypto/suite';
import type { RawTransaction } from '@hexapod/protocol/blockchain';
import { be32, be64, zero } from '@hexapod/protocol/bytes';
import { describe, expect, it } from 'vitest';
import { account, normal, utxo } from '../test/support/accounts.ts';
import type { ChainView } from './admission.ts';
import { packageBlock } from './packaging.ts';
import { initialConfig, LockId, NEVER_CHANGED } from './system-config.ts';
import { type ChainTransaction, chainTransaction } from './transaction.ts';

const suite = await loadSuite('eth');
const user = account(suite, 1);
const admin = account(suite, 2);
const config = initialConfig({
  version: 0,
  chainId: zero(32),
  admin: admin.address,
  blockInterval: 3,
  validators: [user.address],
  emergencyBrake: false,
  blockLimit: 20n,
  quotaLimit: 1_000_000n,
});
const view = (changes: Partial<ChainView> = {}): ChainView => ({
  height: 9n,
  config,
  inHistory: () => false,
  ...changes,
});
const RULES = { maxBytes: 1_000_000, validatorLength: 20 };

function made(raw: RawTransaction): ChainTransaction {
  const tx = chainTransaction(raw);
  if (tx === undefined) throw new Error('made of whole parts');
  return tx;
}
const tx = (nonce: string, quota: bigint, validUntilBlock = 15n) =>
  made(normal(suite, user, { nonce, quota, validUntilBlock, chainId: zero(32) }));
const change = (lockId: bigint, output: Uint8Array, preTxHash: Uint8Array = NEVER_CHANGED) =>
  made(utxo(suite, admin, { lockId, output, preTxHash }));

describe('packaging at height 10 (controller.md 7.2)', () => {
  it('takes in order of arrival what fits the quota, and passes over what does not', () => {
    const pending = [tx('a', 600_000n), tx('b', 500_000n), tx('c', 300_000n)];
    expect(packageBlock(pending, view(), RULES)).toEqual({ chosen: [pending[0], pending[2]], dropped: [] });
  });

  it('stops when no transaction could fit any more', () => {
    const pending = [tx('a', 979_001n), tx('b', 10n)];
    expect(packageBlock(pending, view(), RULES).chosen).toEqual([pending[0]]);
    const room = [tx('a', 979_000n), tx('b', 10n)];
    expect(packageBlock(room, view(), RULES).chosen).toEqual(room);
  });

  it.each([
    [10n, false],
    [11n, true],
    [29n, true],
  ])('valid until %i: taken %s', (validUntil, isTaken) => {
    const pending = [tx('a', 1n, validUntil)];
    const { chosen, dropped } = packageBlock(pending, view(), RULES);
    expect(chosen.length === 1).toBe(isTaken);
    expect(dropped.length === 1).toBe(!isTaken);
  });

  it('leaves normal transactions while the brake is on, utxos pass (weakness 7)', () => {
    const pending = [tx('a', 1n), change(LockId.emergencyBrake, zero(0))];
    const braked = view({ config: { ...config, emergencyBrake: true } });
    expect(packageBlock(pending, braked, RULES)).toEqual({ chosen: [pending[1]], dropped: [] });
  });

  it('takes one utxo per lock, drops those that came too late (weakness 8)', () => {
    const [first, second] = [change(LockId.blockInterval, be32(6)), change(LockId.blockInterval, be32(7))];
    const other = change(LockId.quotaLimit, be64(5n));
    expect(packageBlock([first, second, other], view(), RULES)).toEqual({
      chosen: [first, other],
      dropped: [],
    });
    const previousHashes = { ...config.previousHashes, blockInterval: first.hash };
    const after = packageBlock([second], view({ config: { ...config, previousHashes } }), RULES);
    expect(after).toEqual({ chosen: [], dropped: [second] });
  });

  it('drops what was finalized meanwhile (weakness 9) and what would do nothing (weakness 21)', () => {
    const pending = [tx('a', 1n), change(LockId.chainId, zero(32)), change(LockId.quotaLimit, zero(3))];
    const { chosen, dropped } = packageBlock(pending, view({ inHistory: () => true }), RULES);
    expect(chosen).toEqual([]);
    expect(dropped).toEqual(pending);
  });

  it('never makes a body larger than a link carries', () => {
    const pending = [tx('a', 1n), tx('b', 1n), tx('c', 1n)];
    const size = (pending[0]?.bytes.length ?? 0) + 5;
    expect(packageBlock(pending, view(), { ...RULES, maxBytes: 2 * size }).chosen).toHaveLength(2);
    expect(packageBlock(pending, view(), { ...RULES, maxBytes: 2 * size - 1 }).chosen).toHaveLength(1);
  });
});
