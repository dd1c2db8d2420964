import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, decodeInteger, encodeInteger, encodeList, encodeString, type RlpItem } from './rlp.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('examples of the definition', () => {
  test.each([
    ['dog', '83646f67'],
    ['', '80'],
    ['\x00', '00'],
    ['\x0f', '0f'],
    ['\x7f', '7f'],
    [
      'Lorem ipsum dolor sit amet, consectetur adipisicing elit',
      `b838${hex(text('Lorem ipsum dolor sit amet, consectetur adipisicing elit'))}`,
    ],
  ])('string %j', (value, encoded) => {
    expect(hex(encodeString(text(value)))).toBe(encoded);
  });

  test.each([
    [0, '80'],
    [15, '0f'],
    [128, '8180'],
    [1024, '820400'],
    [2n ** 64n - 1n, '88ffffffffffffffff'],
  ])('integer %s', (value, encoded) => {
    expect(hex(encodeInteger(value))).toBe(encoded);
  });

  test('lists', () => {
    expect(hex(encodeList([]))).toBe('c0');
    expect(hex(encodeList([encodeString(text('cat')), encodeString(text('dog'))]))).toBe(
      'c88363617483646f67',
    );
    const empty = encodeList([]);
    expect(hex(encodeList([empty, encodeList([empty]), encodeList([empty, encodeList([empty])])]))).toBe(
      'c7c0c1c0c3c0c1c0',
    );
  });
});

const item: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    fc.uint8Array({ maxLength: 70 }),
    fc.uint8Array({ minLength: 250, maxLength: 300 }),
    fc.array(tie('item'), { maxLength: 5 }),
  ),
})).item;

function encode(value: RlpItem): Uint8Array {
  return Array.isArray(value) ? encodeList(value.map(encode)) : encodeString(value);
}

test('what is encoded decodes to the same', () => {
  fc.assert(
    fc.property(item, (value) => {
      expect(decode(encode(value))).toEqual(value);
    }),
  );
});

test('integers decode to the same', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 256n), (value) => {
      const decoded = decode(encodeInteger(value));
      expect(decoded instanceof Uint8Array && decodeInteger(decoded)).toBe(value);
    }),
  );
});

test('any bytes decode or throw RangeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }),
  );
});

test.each(['', '83646f', '8080', 'c28080ff', 'c180ff', 'f8', 'b90100'])('%j is refused', (bytes) => {
  expect(() => decode(Uint8Array.fromHex(bytes))).toThrow(RangeError);
});
