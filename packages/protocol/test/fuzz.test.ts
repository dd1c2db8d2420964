// Whatever the bytes: decoding ends with a message or with DecodeError, and what it made can be encoded again.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equalBytes } from '../src/bytes.ts';
import { DecodeError, delimited, fieldBytes } from '../src/wire.ts';
import { codecOf } from './messages.ts';
import { arbitraryOf, types } from './schema.ts';

/** Bytes that are more like a message than random ones: keys, small varints and lengths are frequent. */
const messageLike = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 20 }))
        .map(([wire, number]) => number * 8 + wire),
      fc.constantFrom(0x80, 0xff, 0, 1, 2, 3),
      fc.integer({ min: 0, max: 255 }),
    ),
    { maxLength: 60 },
  )
  .map((bytes) => Uint8Array.from(bytes));

/** One bit, one byte or the length of a valid message changed. */
function damaged(bytes: Uint8Array, where: number, how: number): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(how);
  const index = where % bytes.length;
  const copy = bytes.slice();
  if (how < 8) copy[index] = (copy[index] ?? 0) ^ (1 << how);
  else if (how < 128) return copy.subarray(0, index);
  else copy[index] = how;
  return copy;
}

function decodeOrRefuse(typeName: string, bytes: Uint8Array): 'decoded' | 'refused' {
  const codec = codecOf(typeName);
  let inspected: { readonly message: unknown; readonly isCanonical: boolean };
  try {
    inspected = codec.inspect(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return 'refused';
  }
  const canonical = codec.encode(inspected.message);
  expect(inspected.isCanonical).toBe(equalBytes(canonical, bytes));
  expect(canonical.length).toBeLessThanOrEqual(bytes.length);
  expect(equalBytes(codec.encode(codec.decode(canonical)), canonical)).toBe(true);
  return 'decoded';
}

describe.each([...types])('%s', (typeName, type) => {
  test('survives any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(messageLike, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        decodeOrRefuse(typeName, bytes);
      }),
      { numRuns: 150 },
    );
  });

  test('knows its own encoding for canonical', () => {
    fc.assert(
      fc.property(arbitraryOf(type), (message) => {
        const codec = codecOf(typeName);
        const bytes = codec.encode(message);
        expect(codec.inspect(bytes)).toEqual({ message: codec.decode(bytes), isCanonical: true });
      }),
      { numRuns: 60 },
    );
  });

  test('survives a damaged message', () => {
    fc.assert(
      fc.property(arbitraryOf(type), fc.nat(), fc.nat(255), (message, where, how) => {
        decodeOrRefuse(typeName, damaged(codecOf(typeName).encode(message), where, how));
      }),
      { numRuns: 60 },
    );
  });
});

test('slicing survives any bytes', () => {
  fc.assert(
    fc.property(messageLike, fc.integer({ min: 1, max: 20 }), (bytes, number) => {
      try {
        const content = fieldBytes(bytes, number);
        expect(content === undefined || content.length <= bytes.length).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('the bytes here are of both kinds', () => {
  const outcomes = fc
    .sample(messageLike, { numRuns: 2_000, seed: 1 })
    .map((bytes) => decodeOrRefuse('blockchain.Block', bytes));
  expect(new Set(outcomes)).toEqual(new Set(['decoded', 'refused']));
});

describe('memory in proportion to the input', () => {
  const lengths = [0xff, 0xff, 0xff, 0xff, 0x07];

  test.each([...types.keys()])('%s: a length beyond the input reserves nothing', (typeName) => {
    for (let number = 1; number <= 16; number++) {
      const key = number < 16 ? [number * 8 + 2] : [0x82, 0x01];
      expect(decodeOrRefuse(typeName, Uint8Array.of(...key, ...lengths))).toBe('refused');
    }
  });

  test('a large field is not copied', () => {
    const bytes = delimited(4, new Uint8Array(50_000_000));
    const before = process.memoryUsage().arrayBuffers;
    const block = codecOf('blockchain.Block').decode(bytes);
    expect(block).toHaveProperty('proof.length', 50_000_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});
