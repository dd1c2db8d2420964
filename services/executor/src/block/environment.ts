/**
 * What contracts see of the block they run in: at execution, and in a call at a height (docs/protocol/executor.md
 * 3.3, 5.7, 9).
 */
import { normalize, type Word, wordFromBytes } from '../evm/word.ts';
import type { BlockEnvironment } from '../evm/world.ts';

/** BLOCKHASH reaches back this far. */
const WINDOW = 255n;
const MILLISECONDS = 1000n;

export interface EnvironmentOptions {
  /** Timestamps in seconds instead of milliseconds. */
  readonly ethCompatibility: boolean;
  /**
   * The block executed: 0. A call runs in a block that is there already, and sees its hash in place of that of the
   * block before: 1, a quirk of the original (5.7).
   */
  readonly hashOffset: 0n | 1n;
  /** Internal hash of an executed block. */
  internalHash(height: bigint): Uint8Array | undefined;
}

export interface EnvironmentHeader {
  readonly height: bigint;
  readonly timestamp: bigint;
  readonly proposer: Uint8Array;
}

const PROPOSER_BYTES = 20;

export function blockEnvironment(header: EnvironmentHeader, options: EnvironmentOptions): BlockEnvironment {
  const { height, timestamp, proposer } = header;
  return {
    number: normalize(height),
    timestamp: normalize(options.ethCompatibility ? timestamp / MILLISECONDS : timestamp),
    coinbase: wordFromBytes(proposer.subarray(0, PROPOSER_BYTES)),
    blockHash(word: Word): Word {
      if (typeof word !== 'number' || BigInt(word) >= height) return 0;
      const number = BigInt(word);
      const back = height - number - 1n;
      if (back >= WINDOW) return 0;
      // The list of the block executed ends before genesis, unless genesis is the block before.
      if (options.hashOffset === 0n && number === 0n && back !== 0n) return 0;
      const hash = options.internalHash(number + options.hashOffset);
      return hash === undefined ? 0 : wordFromBytes(hash);
    },
  };
}
