import { describe, expect, test } from 'vitest';
import { wordFromBytes } from '../evm/word.ts';
import { blockEnvironment } from './environment.ts';

/** The hash of block n is n + 1000. */
const hashOf = (height: bigint): Uint8Array => {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setBigUint64(24, height + 1000n);
  return bytes;
};

const environment = (height: bigint, hashOffset: 0n | 1n) =>
  blockEnvironment(
    { height, timestamp: 1_700_000_003_999n, proposer: new Uint8Array(20).fill(1) },
    { ethCompatibility: false, hashOffset, internalHash: hashOf },
  );

describe('BLOCKHASH while a block is executed (docs/protocol/executor.md 5.7)', () => {
  test.each([
    { block: 1n, argument: 0, hash: 1000 },
    { block: 2n, argument: 1, hash: 1001 },
    { block: 2n, argument: 0, hash: 0 },
    { block: 10n, argument: 1, hash: 1001 },
    { block: 10n, argument: 10, hash: 0 },
    { block: 10n, argument: 11, hash: 0 },
    { block: 300n, argument: 299, hash: 1299 },
    { block: 300n, argument: 45, hash: 1045 },
    { block: 300n, argument: 44, hash: 0 },
    { block: 300n, argument: 2n ** 64n, hash: 0 },
  ])('block $block, argument $argument: $hash', ({ block, argument, hash }) => {
    expect(environment(block, 0n).blockHash(argument)).toBe(hash);
  });
});

describe('BLOCKHASH in a call', () => {
  test.each([
    { block: 10n, argument: 9, hash: 1010 },
    { block: 10n, argument: 0, hash: 1001 },
    { block: 10n, argument: 10, hash: 0 },
    { block: 300n, argument: 45, hash: 1046 },
    { block: 300n, argument: 44, hash: 0 },
    { block: 0n, argument: 0, hash: 0 },
  ])('at height $block, argument $argument: $hash', ({ block, argument, hash }) => {
    expect(environment(block, 1n).blockHash(argument)).toBe(hash);
  });
});

test('timestamps are milliseconds, or seconds where the chain says so', () => {
  expect(environment(1n, 0n).timestamp).toBe(1_700_000_003_999);
  const header = { height: 2n ** 60n, timestamp: 2n ** 64n - 1n, proposer: new Uint8Array(32).fill(1) };
  const options = { ethCompatibility: true, hashOffset: 0n, internalHash: hashOf } as const;
  const seconds = blockEnvironment(header, options);
  expect(seconds.timestamp).toBe((2n ** 64n - 1n) / 1000n);
  expect(seconds.number).toBe(2n ** 60n);
  expect(seconds.coinbase).toBe(wordFromBytes(new Uint8Array(20).fill(1)));
});
