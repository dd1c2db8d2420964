// Which regions there are, how long their keys and values are, and what may be done with each
// (docs/protocol/storage.md 2).

import { Code, StatusError } from '@hexapod/protocol/status-code';
import { Region } from '@hexapod/protocol/storage';

interface RegionRule {
  readonly keyLength: 8 | 32;
  /** Undefined: any length, also 0. */
  readonly valueLength?: 8 | 32;
}

const NUMBER_KEY: RegionRule = { keyLength: 8 };
const HASH_KEY: RegionRule = { keyLength: 32 };

const RULES: ReadonlyMap<number, RegionRule> = new Map([
  [Region.global, NUMBER_KEY],
  [Region.transactions, HASH_KEY],
  [Region.headers, NUMBER_KEY],
  [Region.bodies, NUMBER_KEY],
  [Region.blockHash, { keyLength: 8, valueLength: 32 }],
  [Region.proof, NUMBER_KEY],
  [Region.result, { keyLength: 8, valueLength: 32 }],
  [Region.transactionHash2blockHeight, { keyLength: 32, valueLength: 8 }],
  [Region.blockHash2blockHeight, { keyLength: 32, valueLength: 8 }],
  [Region.transactionIndex, HASH_KEY],
  [Region.compactBlock, NUMBER_KEY],
  [Region.fullBlock, NUMBER_KEY],
  [Region.allBlockData, NUMBER_KEY],
]);

/** Regions without rows of their own: 11 is only loaded, 12 is only stored. */
const VIRTUAL: ReadonlySet<number> = new Set([Region.fullBlock, Region.allBlockData]);

/** Regions whose keys are transaction hashes. */
const OF_TRANSACTIONS: ReadonlySet<number> = new Set([
  Region.transactions,
  Region.transactionHash2blockHeight,
  Region.transactionIndex,
]);

export function isOfTransactions(region: number): boolean {
  return OF_TRANSACTIONS.has(region);
}

function ruleOf(region: number): RegionRule {
  const rule = RULES.get(region);
  if (!rule) throw new StatusError(Code.InvalidRegion, `there is no region ${region}`);
  return rule;
}

/** Throws StatusError: InvalidRegion, InvalidKey. */
export function checkKey(region: number, key: Uint8Array): void {
  const { keyLength } = ruleOf(region);
  if (key.length !== keyLength) {
    throw new StatusError(
      Code.InvalidKey,
      `a key of region ${region} has ${keyLength} bytes, not ${key.length}`,
    );
  }
}

/** Throws StatusError InvalidValue. */
export function checkValue(region: number, value: Uint8Array): void {
  const { valueLength } = ruleOf(region);
  if (valueLength !== undefined && value.length !== valueLength) {
    throw new StatusError(
      Code.InvalidValue,
      `a value of region ${region} has ${valueLength} bytes, not ${value.length}`,
    );
  }
}

/** Throws StatusError BadRegion for a region without rows of its own. */
export function checkHasRows(region: number): void {
  if (VIRTUAL.has(region)) throw new StatusError(Code.BadRegion, `region ${region} has no rows of its own`);
}
