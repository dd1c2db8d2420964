import { describe, expect, test } from 'vitest';
import { Block, CompactBlockBody } from './blockchain.ts';
import { EMPTY, fromHex } from './bytes.ts';
import { ExtKey, Region } from './storage.ts';
import { DecodeError, delimited, fieldBytes, repeatedFields } from './wire.ts';

describe('slicing', () => {
  const block = Block.encode(
    Block.create({
      version: 300,
      body: { body: [{}] },
      proof: Uint8Array.of(1, 2),
      stateRoot: Uint8Array.of(3),
    }),
  );

  test('a field is a view of its content', () => {
    expect(fieldBytes(block, 4)).toEqual(Uint8Array.of(1, 2));
    expect(fieldBytes(block, 3)).toEqual(Uint8Array.of(0x0a, 0));
    expect(fieldBytes(block, 4)?.buffer).toBe(block.buffer);
  });

  test('an absent field is undefined, an empty one is empty', () => {
    expect(fieldBytes(block, 2)).toBeUndefined();
    expect(fieldBytes(fromHex('1a00'), 3)).toEqual(EMPTY);
  });

  test('elements come in order', () => {
    const txHashes = [Uint8Array.of(5), EMPTY, Uint8Array.of(4)];
    expect(repeatedFields(CompactBlockBody.encode({ txHashes }), 1)).toEqual(txHashes);
    expect(repeatedFields(EMPTY, 1)).toEqual([]);
  });

  test('a field that occurs twice is refused: one of them would be overlooked', () => {
    expect(() => fieldBytes(fromHex('120101120102'), 2)).toThrow(
      new DecodeError('field 2 occurs 2 times instead of once'),
    );
  });

  test.each(['08', '1205', '0001', '0c', '1001'])('malformed bytes are refused: %s', (hex) => {
    expect(() => fieldBytes(fromHex(hex), 2)).toThrow(DecodeError);
  });
});

test('a field by itself stands in a message as the codec writes it', () => {
  const key = new Uint8Array(200).fill(1);
  expect(delimited(2, key)).toEqual(ExtKey.encode({ region: Region.global, key }));
  expect(delimited(3, EMPTY)).toEqual(fromHex('1a00'));
  expect(delimited(16, Uint8Array.of(1))).toEqual(fromHex('82010101'));
});
