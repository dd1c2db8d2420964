import { be32, be64, zero } from '@hexapod/protocol/bytes';
import { describe, expect, it } from 'vitest';
import {
  applyBlock,
  applyChange,
  type Change,
  initialConfig,
  isFatalToOriginals,
  LOCK_NAMES,
  LockId,
  type LockName,
  NEVER_CHANGED,
  objection,
  rawValue,
  type SystemConfig,
  withValue,
} from './system-config.ts';

const LENGTH = 20;
const one = new Uint8Array(LENGTH).fill(1);
const two = new Uint8Array(LENGTH).fill(2);
const config = initialConfig({
  version: 0,
  chainId: new Uint8Array(32).fill(9),
  admin: one,
  blockInterval: 3,
  validators: [one, two],
  emergencyBrake: false,
  blockLimit: 100n,
  quotaLimit: 1000n,
});
const both = new Uint8Array([...one, ...two]);

/** Name, raw value of the first start, whether a running chain takes a change. */
const RAW: readonly [LockName, Uint8Array, boolean][] = [
  ['version', be32(0), true],
  ['chainId', config.chainId, false],
  ['admin', one, true],
  ['blockInterval', be32(3), true],
  ['validators', both, true],
  ['emergencyBrake', zero(0), true],
  ['blockLimit', be64(100n), false],
  ['quotaLimit', be64(1000n), true],
];

describe('the table of locks (controller.md 5.1)', () => {
  it('has ids 1000 to 1007 in order', () => {
    expect(LOCK_NAMES.map((name) => LockId[name])).toEqual([
      1000n,
      1001n,
      1002n,
      1003n,
      1004n,
      1005n,
      1006n,
      1007n,
    ]);
  });

  it.each(RAW)('%s: its raw value, read back as the same', (name, raw) => {
    expect(rawValue(config, name)).toEqual(raw);
    expect(withValue(config, name, raw, LENGTH)).toEqual(config);
  });

  it.each(RAW)('%s: a change on a running chain', (name, raw, isChangeable) => {
    const change = { lockId: LockId[name], preTxHash: NEVER_CHANGED, output: raw, hash: zero(32) };
    expect(applyChange(config, change, LENGTH) !== undefined).toBe(isChangeable);
  });
});

describe('applying a value (controller.md 5.2)', () => {
  it.each<[string, LockName, Uint8Array, Partial<SystemConfig> | undefined]>([
    ['version, extra bytes ignored', 'version', new Uint8Array([0, 0, 1, 0, 9, 9]), { version: 256 }],
    ['version of 3 bytes', 'version', zero(3), undefined],
    ['interval', 'blockInterval', be32(6), { blockInterval: 6 }],
    ['interval of 3 bytes', 'blockInterval', zero(3), undefined],
    ['chain id of 31 bytes', 'chainId', zero(31), undefined],
    ['admin', 'admin', two, { admin: two }],
    ['admin of 19 bytes', 'admin', zero(19), undefined],
    ['admin of 21 bytes', 'admin', zero(21), undefined],
    ['no validators', 'validators', zero(0), { validators: [] }],
    ['one validator twice', 'validators', new Uint8Array([...one, ...one]), { validators: [one, one] }],
    ['order of validators', 'validators', new Uint8Array([...two, ...one]), { validators: [two, one] }],
    ['half a validator', 'validators', zero(30), undefined],
    ['brake on', 'emergencyBrake', zero(1), { emergencyBrake: true }],
    ['brake off', 'emergencyBrake', zero(0), { emergencyBrake: false }],
    ['block limit', 'blockLimit', be64(7n), { blockLimit: 7n }],
    ['block limit of 7 bytes', 'blockLimit', zero(7), undefined],
    ['quota limit', 'quotaLimit', new Uint8Array([...be64(5n), 1]), { quotaLimit: 5n }],
    ['quota limit 2^64 - 1', 'quotaLimit', be64(2n ** 64n - 1n), { quotaLimit: 2n ** 64n - 1n }],
    ['quota limit of 7 bytes', 'quotaLimit', zero(7), undefined],
  ])('%s', (_, name, value, expected) => {
    expect(withValue(config, name, value, LENGTH)).toEqual(expected && { ...config, ...expected });
  });

  it('splits validators of overlord by 48 bytes', () => {
    expect(withValue(config, 'validators', zero(96), 48)?.validators).toHaveLength(2);
    expect(withValue(config, 'validators', zero(20), 48)).toBeUndefined();
  });
});

describe('governance of a block (controller.md 5.3)', () => {
  const change = (fields: Partial<Change>): Change => ({
    lockId: LockId.blockInterval,
    preTxHash: NEVER_CHANGED,
    output: be32(6),
    hash: new Uint8Array(32).fill(1),
    ...fields,
  });

  it('applies in body order, each lock once, and remembers the hash', () => {
    const first = change({});
    const stale = change({ output: be32(7), hash: new Uint8Array(32).fill(2) });
    const next = change({ output: be32(8), preTxHash: first.hash, hash: new Uint8Array(32).fill(3) });
    const result = applyBlock(config, [first, stale, next], LENGTH);
    expect(result.applied).toEqual([first, next]);
    expect(result.config.blockInterval).toBe(8);
    expect(result.config.previousHashes.blockInterval).toEqual(next.hash);
    expect(config.blockInterval).toBe(3);
  });

  it.each([
    ['a lock that does not exist', change({ lockId: 999n })],
    ['a wrong previous hash', change({ preTxHash: zero(32) })],
    ['a value that is none', change({ output: zero(3) })],
    ['the chain id', change({ lockId: LockId.chainId, output: zero(32) })],
    ['the block limit', change({ lockId: LockId.blockLimit, output: be64(1n) })],
  ])('passes over %s', (_, useless) => {
    expect(applyBlock(config, [useless], LENGTH)).toEqual({ config, applied: [] });
  });
});

describe('what is refused before it does harm (controller.md 18, weaknesses 10, 11, 21)', () => {
  it.each<[string, bigint, Uint8Array, RegExp | undefined]>([
    ['a good change', LockId.blockInterval, be32(6), undefined],
    ['interval 0', LockId.blockInterval, be32(0), /interval of 0/],
    ['no validators', LockId.validators, zero(0), /empty list/],
    ['a validator twice', LockId.validators, new Uint8Array([...one, ...one]), /twice/],
    ['a short quota limit', LockId.quotaLimit, zero(7), /7 bytes/],
    ['the chain id', LockId.chainId, zero(32), /cannot be changed/],
    ['no such lock', 1008n, zero(4), /does not exist/],
    ['the brake', LockId.emergencyBrake, zero(0), undefined],
  ])('%s', (_, lockId, output, reason) => {
    const said = objection(lockId, output, LENGTH);
    if (reason === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(reason);
  });

  it.each<[bigint, number, boolean]>([
    [LockId.version, 3, true],
    [LockId.version, 4, false],
    [LockId.blockInterval, 3, true],
    [LockId.quotaLimit, 7, true],
    [LockId.quotaLimit, 8, false],
    [LockId.admin, 0, false],
    [LockId.validators, 3, false],
  ])('lock %i with %i bytes ends an original: %s', (lockId, length, isFatal) => {
    expect(isFatalToOriginals(lockId, zero(length))).toBe(isFatal);
  });
});
