// What the kernel says of chosen numbers: with no table of the key, a small and a big one, which must be one answer.

import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { expect } from 'vitest';
import type { KeyTable, TableSize } from '../src/key-tables.ts';
import type { SignatureNumbers } from '../src/sm2-acceptance.ts';
import { isOnCurve, P } from '../src/sm2-curve.ts';
import { Sm2Kernel } from '../src/sm2-kernel.ts';
import { publicKeyIn, toBytes } from '../src/sm2-key.ts';

export const kernel = new Sm2Kernel();
const smallTable = allocated('small');
const bigTable = allocated('big');

function allocated(size: TableSize): KeyTable {
  const table = kernel.allocate(size);
  if (table === undefined) throw new Error('no memory for a table');
  return table;
}

export const bytesOf = ({ r, s, x, y }: SignatureNumbers): Uint8Array =>
  concatBytes(...[r, s, x, y].map(toBytes));

let keyWithTables = '';

function buildTables(signature: Uint8Array): void {
  const key = toHex(publicKeyIn(signature));
  if (key === keyWithTables) return;
  keyWithTables = key;
  for (const table of [smallTable, bigTable]) kernel.build(table, signature);
}

/** @param e any 256 bits */
export function answerOfKernel(e: bigint, numbers: SignatureNumbers, isStrict: boolean): boolean {
  const signature = bytesOf(numbers);
  const answer = (table?: KeyTable) =>
    kernel.verify(toBytes(e), signature, { isStrict, isDigest: true, table });
  const cold = answer();
  if (!isOnCurve(numbers.x % P, numbers.y % P)) return cold;
  buildTables(signature);
  for (const table of [smallTable, bigTable]) expect(answer(table)).toBe(cold);
  return cold;
}
