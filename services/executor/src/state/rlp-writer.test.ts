import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeInteger, encodeList, encodeString } from './rlp.ts';
import { RlpWriter } from './rlp-writer.ts';

type Item = Uint8Array | bigint | Item[];

const item: fc.Arbitrary<Item> = fc.letrec<{ item: Item }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 70 }),
    fc.uint8Array({ minLength: 250, maxLength: 9000 }),
    fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 64n)),
    fc.array(tie('item'), { maxLength: 5 }),
  ),
})).item;

function plain(value: Item): Uint8Array {
  if (typeof value === 'bigint') return encodeInteger(value);
  return Array.isArray(value) ? encodeList(value.map(plain)) : encodeString(value);
}

function write(writer: RlpWriter, value: Item): void {
  if (typeof value === 'bigint') {
    writer.integer(value <= 2n ** 53n - 1n ? Number(value) : value);
  } else if (Array.isArray(value)) {
    const { mark } = writer;
    for (const part of value.toReversed()) write(writer, part);
    writer.list(mark);
  } else {
    writer.string(value);
  }
}

test('writes the same as the plain encoder, again and again', () => {
  const writer = new RlpWriter();
  fc.assert(
    fc.property(item, (value) => {
      write(writer, value);
      expect(Buffer.from(writer.finish()).equals(plain(value))).toBe(true);
    }),
  );
});

test('a list closes only what was written since its mark', () => {
  const writer = new RlpWriter();
  writer.string(Uint8Array.of(1));
  const { mark } = writer;
  writer.string(Uint8Array.of(2));
  writer.list(mark);
  expect([...writer.finish()]).toEqual([0xc1, 2, 1]);
});
