// A test for every row of the table of docs/protocol/wire.md 6: decoding.

import { describe, expect, test } from 'vitest';
import {
  Block,
  BlockHeader,
  CompactBlockBody,
  RawTransaction,
  RawTransactions,
  Transaction,
  UnverifiedUtxoTransaction,
} from './blockchain.ts';
import { fromHex, toHex } from './bytes.ts';
import type { MessageCodec } from './codec.ts';
import { NodeStatus, StatusCode } from './common.ts';
import { Flag } from './controller.ts';
import { HealthCheckResponse } from './health-check.ts';
import { Frame } from './link.ts';
import { MAX_ELEMENTS, MAX_NESTING } from './reader.ts';
import { ExtKey } from './storage.ts';
import { DecodeError } from './wire.ts';

const read = <T>(codec: MessageCodec<T>, hex: string) => codec.decode(fromHex(hex.replaceAll(' ', '')));
const ascii = (text: string) => toHex(new TextEncoder().encode(text));

describe('decoding', () => {
  test('scalar repeated on the wire: last one wins', () => {
    expect(read(ExtKey, '0801 0802 120101 120102')).toEqual({ region: 2, key: Uint8Array.of(2) });
    expect(read(Transaction, `1a01${ascii('a')} 1a01${ascii('b')}`).nonce).toBe('b');
    expect(read(ExtKey, '0801 0800')).toEqual(ExtKey.create());
  });

  test('submessage repeated on the wire: merged field by field', () => {
    const block = read(Block, '1204 1801 0a00 1205 1002 2a0107 1204 1803 1002');
    expect(block.header).toEqual(
      BlockHeader.create({ height: 3n, timestamp: 2n, proposer: Uint8Array.of(7) }),
    );
    const appended = read(Block, '1a04 0a02 0a00 1a06 0a02 1200 0a00');
    expect(appended.body?.body.map(({ tx }) => tx?.case)).toEqual(['normalTx', 'utxoTx', undefined]);
  });

  test('oneof: of several members the last wins', () => {
    expect(read(RawTransaction, '0a03120101 1203120102').tx).toEqual({
      case: 'utxoTx',
      value: UnverifiedUtxoTransaction.create({ transactionHash: Uint8Array.of(2) }),
    });
    expect(read(RawTransaction, '0a03120101 1200 0a00').tx).toEqual({
      case: 'normalTx',
      value: { transaction: undefined, transactionHash: new Uint8Array(), witness: undefined },
    });
    expect(read(Frame, '320101 320102').body).toEqual({ case: 'message', value: Uint8Array.of(2) });
  });

  test('oneof: the same message member twice is merged', () => {
    const { tx } = read(RawTransaction, '1206 0a020801 1a00 1209 0a022005 120105 1a00');
    expect(tx).toEqual({
      case: 'utxoTx',
      value: {
        transaction: { version: 1, preTxHash: new Uint8Array(), output: new Uint8Array(), lockId: 5n },
        transactionHash: Uint8Array.of(5),
        witnesses: [
          { signature: new Uint8Array(), sender: new Uint8Array() },
          { signature: new Uint8Array(), sender: new Uint8Array() },
        ],
      },
    });
  });

  test.each([
    ['bytes as varint', ExtKey, '1001'],
    ['bytes as fixed32', ExtKey, '1501020304'],
    ['number as bytes', ExtKey, '0a0101'],
    ['number as fixed64', ExtKey, '090102030405060708'],
    ['submessage as varint', Block, '1001'],
    ['submessage as a group', Block, '1314'],
    ['string as fixed64', Transaction, '190102030405060708'],
    ['oneof member as varint', RawTransaction, '0801'],
    ['element as varint', CompactBlockBody, '0801'],
  ])('wire type differs from the declared one: error (%s)', (_, codec, hex) => {
    expect(() => read<unknown>(codec, hex)).toThrow(DecodeError);
    expect(() => read<unknown>(codec, hex)).toThrow(/field \d+ \(\w+\) has wire type \d/);
  });

  test.each([
    ['varint', '1801'],
    ['longest varint', '18ffffffffffffffffff01'],
    ['fixed64', '190102030405060708'],
    ['bytes', '1a03010203'],
    ['empty bytes', '1a00'],
    ['fixed32', '1d01020304'],
    ['empty group', '1b1c'],
    ['group with fields', '1b 0801 120101 1d01020304 190102030405060708 1c'],
    ['group in a group', '1b 2b 0801 2c 2b 2c 1c'],
    ['group in a group of the same number', '1b 1b 1c 1c'],
    ['largest number', 'f8ffffff0f01'],
  ])('unknown field (%s): skipped', (_, hex) => {
    expect(read(ExtKey, `0801 ${hex} 120102`)).toEqual({ region: 1, key: Uint8Array.of(2) });
    expect(read(StatusCode, hex)).toEqual({ code: 0 });
  });

  test.each([
    ['number 0', '0001'],
    ['number 0, bytes', '020101'],
    ['wire type 6', '1e01'],
    ['wire type 7', '1f01'],
    ['wire type 7 of a known number', '0f01'],
    ['end of a group that did not begin', '1c'],
    ['end of another group', '1b24'],
    ['group without end', '1b0801'],
    ['number 0 in a group', '1b00011c'],
    ['field number of more than 29 bits', '888080801001'],
  ])('malformed field (%s): error', (_, hex) => {
    expect(() => read(ExtKey, hex)).toThrow(DecodeError);
    expect(() => read(ExtKey, `0801${hex}`)).toThrow(/^storage\.ExtKey: .* at byte \d+ of \d+$/);
  });

  test('a key in more bytes than needed is the same key', () => {
    expect(read(ExtKey, '888000 05')).toEqual(ExtKey.create({ region: 5 }));
  });

  test.each([
    ['8080808010', 0],
    ['ffffffff1f', 2 ** 32 - 1],
    ['85808080808080808001', 5],
    ['ffffffffffffffffff01', 2 ** 32 - 1],
    ['8500', 5],
  ])('u32 from a longer varint (%s): low 32 bits', (varint, code) => {
    expect(read(StatusCode, `08${varint}`)).toEqual({ code });
  });

  test.each(['01', '02', '8001', '8080808010', '80808080808080808001'])(
    'bool varint not 0 (%s): true',
    (varint) => {
      expect(read(Flag, `08${varint}`)).toEqual({ flag: true });
    },
  );

  test.each(['00', '8000', '80808080808080808000'])('bool varint 0 (%s): false', (varint) => {
    expect(read(Flag, `0801 08${varint}`)).toEqual({ flag: false });
  });

  test.each([
    ['a byte that never occurs', 'ff'],
    ['a lone continuation byte', '61 80 62'],
    ['a sequence that is cut off', 'e4b8'],
    ['an overlong form', 'c080'],
    ['a surrogate', 'eda080'],
    ['above the last code point', 'f4908080'],
    ['at the end of a long text', `${'61'.repeat(60)}ff`],
  ])('string not UTF-8 (%s): error', (_, hex) => {
    const digits = hex.replaceAll(' ', '');
    const length = (digits.length / 2).toString(16).padStart(2, '0');
    expect(() => read(Transaction, `1a${length}${digits}`)).toThrow(DecodeError);
    expect(() => read(Transaction, `1a${length}${digits}`)).toThrow(/string is not UTF-8/);
  });

  test('nesting deeper than 100: error', () => {
    const groups = (depth: number) => `${'1b'.repeat(depth)}${'1c'.repeat(depth)}`;
    expect(read(ExtKey, groups(MAX_NESTING))).toEqual(ExtKey.create());
    expect(() => read(ExtKey, groups(MAX_NESTING + 1))).toThrow(/nested deeper than 100/);
    expect(() => read(ExtKey, '1b'.repeat(1_000_000))).toThrow(/nested deeper than 100/);
  });

  test('nesting counts submessages and groups together, also in a submessage', () => {
    const inHeader = (depth: number) => {
      const groups = `${'3b'.repeat(depth)}${'3c'.repeat(depth)}`;
      const length = groups.length / 2;
      return `12${((length % 128) | 128).toString(16)}${(length >> 7).toString(16).padStart(2, '0')}${groups}`;
    };
    expect(read(Block, inHeader(MAX_NESTING - 1)).header).toEqual(BlockHeader.create());
    expect(() => read(Block, inHeader(MAX_NESTING))).toThrow(/nested deeper than 100/);
  });

  test.each([
    ['key without value', '08'],
    ['key that goes on', '88'],
    ['varint that goes on', '0880'],
    ['length without bytes', '1205'],
    ['too few bytes', '1205 01020304'],
    ['length of 2^64 - 1', '12ffffffffffffffffff01'],
    ['length of 2^32 + 1', '128180808010 01'],
    ['fixed32 with 3 bytes', '1d010203'],
    ['fixed64 with 7 bytes', '1901020304050607'],
    ['trailing byte', '0801 80'],
  ])('truncated or trailing garbage (%s): error', (_, hex) => {
    expect(() => read(ExtKey, hex)).toThrow(DecodeError);
  });

  test('a submessage may not be longer than what holds it', () => {
    expect(() => read(Block, '1202 2a01 05')).toThrow(DecodeError);
    expect(() => read(Block, '1203 2a0205 06')).toThrow(DecodeError);
    expect(() => read(Block, '1201 10 05')).toThrow(DecodeError);
  });

  test.each(['ffffffffffffffffff02', '8080808080808080808001', 'ffffffffffffffffffff01'])(
    'a varint of more than 64 bits (%s): error',
    (varint) => {
      expect(() => read(StatusCode, `08${varint}`)).toThrow(/varint has more than 64 bits/);
      expect(() => read(BlockHeader, `18${varint}`)).toThrow(/varint has more than 64 bits/);
    },
  );
});

describe('decoded messages', () => {
  test('have every field, with its default where the wire has nothing', () => {
    expect(Block.decode(new Uint8Array())).toStrictEqual({
      version: 0,
      header: undefined,
      body: undefined,
      proof: new Uint8Array(),
      stateRoot: new Uint8Array(),
    });
    expect(NodeStatus.decode(new Uint8Array())).toStrictEqual(NodeStatus.create());
    expect(read(Block, '1a00').body).toStrictEqual({ body: [] });
  });

  test('do not share arrays', () => {
    expect(RawTransactions.decode(new Uint8Array()).body).not.toBe(
      RawTransactions.decode(new Uint8Array()).body,
    );
    expect(RawTransactions.create().body).not.toBe(RawTransactions.create().body);
  });

  test('view the input, as plain byte arrays also when it is a Buffer', () => {
    const buffer = Buffer.from([0, 0x12, 2, 5, 6]).subarray(1);
    const { key } = ExtKey.decode(buffer);
    expect(key.constructor).toBe(Uint8Array);
    buffer[2] = 9;
    expect(key).toEqual(Uint8Array.of(9, 6));
  });

  test('have a bounded number of elements', () => {
    const elements = (count: number) => Buffer.alloc(2 * count, Uint8Array.of(0x0a, 0));
    expect(CompactBlockBody.decode(elements(MAX_ELEMENTS)).txHashes).toHaveLength(MAX_ELEMENTS);
    expect(() => CompactBlockBody.decode(elements(MAX_ELEMENTS + 1))).toThrow(/more than 1048576 elements/);
    expect(() => RawTransactions.decode(elements(MAX_ELEMENTS + 1))).toThrow(/more than 1048576 elements/);
  });
});

describe('the canonical form', () => {
  const isCanonical = (codec: MessageCodec<never>, hex: string) =>
    (codec as MessageCodec<unknown>).inspect(fromHex(hex.replaceAll(' ', ''))).isCanonical;

  test.each([
    ['nothing', ExtKey, ''],
    ['fields in ascending order', ExtKey, '0801 120102'],
    ['an empty submessage', Block, '1a00'],
    ['elements, empty ones too', CompactBlockBody, '0a0101 0a00 0a00'],
    ['an empty member of a oneof', RawTransaction, '0a00'],
    ['empty bytes in a oneof', Frame, '3200'],
    ['a varint of two bytes', Transaction, '208001'],
    ['the largest number', Transaction, '20ffffffffffffffffff01'],
    ['a negative enum', HealthCheckResponse, '08ffffffffffffffffff01'],
  ])('%s', (_, codec, hex) => expect(isCanonical(codec as MessageCodec<never>, hex)).toBe(true));

  test.each([
    ['fields in another order', ExtKey, '120102 0801'],
    ['a scalar twice', ExtKey, '0801 0802'],
    ['a submessage twice', Block, '1a00 1a00'],
    ['a submessage twice, around another field', Block, '1a00 220101 1a00'],
    ['a default', ExtKey, '0800'],
    ['empty bytes', ExtKey, '0801 1200'],
    ['an empty string', Transaction, '1a00'],
    ['both members of a oneof', RawTransaction, '0a00 1200'],
    ['a member of a oneof twice', Frame, '320101 320101'],
    ['a key that is too long', ExtKey, '888000 01'],
    ['a number that is too long', ExtKey, '088100'],
    ['a number that is much too long', Transaction, '2081808000'],
    ['a length that is too long', ExtKey, '12810001'],
    ['a number beyond its type', ExtKey, '088180808010'],
    ['true as 2', Flag, '0802'],
    ['an unknown field', ExtKey, '0801 1801'],
    ['an unknown field inside', Block, '1a02 1801'],
    ['a field after a larger one of a submessage', Block, '1204 1801 1002'],
  ])('%s is not canonical', (_, codec, hex) =>
    expect(isCanonical(codec as MessageCodec<never>, hex)).toBe(false),
  );
});
