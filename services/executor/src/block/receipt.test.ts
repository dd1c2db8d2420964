import { sm3 } from '@hexapod/crypto/sm3';
import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { expect, test } from 'vitest';
import { receiptsRoot } from './receipt.ts';

const leaf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const merge = (left: Uint8Array, right: Uint8Array): Uint8Array =>
  sm3(concatBytes(Uint8Array.of(0xa0), left, Uint8Array.of(0xa0), right));
const [a, b, c, d] = [leaf(1), leaf(2), leaf(3), leaf(4)];

/** docs/protocol/executor.md 8.2 */
test.each([
  ['no receipts', [], sm3(Uint8Array.of(0x80))],
  ['one', [a], a],
  ['two', [a, b], merge(a, b)],
  ['three', [a, b, c], merge(merge(b, c), a)],
  ['four', [a, b, c, d], merge(merge(a, b), merge(c, d))],
])('root of %s', (_name, leaves, root) => {
  expect(toHex(receiptsRoot(leaves, sm3))).toBe(toHex(root));
});

test('the root of nothing is the known constant', () => {
  expect(toHex(receiptsRoot([], sm3))).toBe(
    '995b949869f80fa1465a9d8b6fa759ec65c3020d59c2624662bdff059bdf19b3',
  );
});
