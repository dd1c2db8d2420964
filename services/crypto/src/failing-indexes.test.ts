import { Code } from '@hexapod/protocol/status-code';
import { expect, test } from 'vitest';
import { failingIndexes } from './failing-indexes.ts';

const failures = (indexes: readonly number[]) =>
  indexes.map((index) => ({ index, code: Code.SigCheckError, transactionHash: new Uint8Array(0) }));

test('names all of them, or none', () => {
  expect(failingIndexes([])).toBeUndefined();
  expect(failingIndexes(failures([0]))).toBe('0');
  expect(failingIndexes(failures([3, 17, 20]))).toBe('3,17,20');
});

test('what does not fit into 4,096 bytes is left out whole: a part would pass the others off as good', () => {
  // 819 indexes of four digits and 818 commas are 4,094 bytes.
  const fitting = Array.from({ length: 819 }, (_, position) => 1000 + position);
  expect(failingIndexes(failures(fitting))?.length).toBe(4094);
  expect(failingIndexes(failures([...fitting, 9999]))).toBeUndefined();
  expect(failingIndexes(failures(Array.from({ length: 100_000 }, (_, index) => index)))).toBeUndefined();
});
