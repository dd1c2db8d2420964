// A height as a person gives it: absolute, or counted from the current one (docs/protocol/cldi.md 6).

import { ClientError } from './client-error.ts';

const MAX_U64 = 2n ** 64n - 1n;

export interface Position {
  readonly base: 'absolute' | 'current';
  /** Blocks; negative only when counted from the current height. */
  readonly offset: bigint;
}

/** `N` is the height N, `+N` and `-N` are N blocks after and before the current one. */
export function parsePosition(text: string): Position {
  const match = /^([+-]?)(\d+)$/.exec(text);
  const [, sign = '', digits = ''] = match ?? [];
  const count = match ? BigInt(digits) : MAX_U64 + 1n;
  if (count > MAX_U64) {
    throw new ClientError(`invalid position: \`${text}\``, {
      hint: 'give a height such as 100, or blocks from the current height such as +20 or -5',
    });
  }
  if (sign === '') return { base: 'absolute', offset: count };
  return { base: 'current', offset: sign === '-' ? -count : count };
}

/** The height that is meant; what would lie below 0 or above 2^64 − 1 is moved to that bound. */
export function resolvePosition({ base, offset }: Position, currentHeight: bigint): bigint {
  const height = base === 'absolute' ? offset : currentHeight + offset;
  if (height < 0n) return 0n;
  return height > MAX_U64 ? MAX_U64 : height;
}
