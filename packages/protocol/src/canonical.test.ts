// A test for every row of both tables of docs/protocol/wire.md 6.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { toPeer, typeOf } from '../test/schema.ts';
import {
  Block,
  BlockHeader,
  CompactBlockBody,
  RawTransaction,
  RawTransactions,
  Transaction,
  UnverifiedUtxoTransaction,
} from './blockchain.ts';
import { concatBytes, equalBytes, fromHex, toHex } from './bytes.ts';
import type { MessageCodec } from './codec.ts';
import { HashResponse, NodeStatus, StatusCode } from './common.ts';
import { Flag, SystemConfig } from './controller.ts';
import { SignMessageRequest } from './crypto.ts';
import { HealthCheckResponse, ServingStatus } from './health-check.ts';
import { Frame } from './link.ts';
import { NetworkMsg } from './network.ts';
import { MAX_ELEMENTS, MAX_NESTING } from './reader.ts';
import { ExtKey } from './storage.ts';
import { DecodeError } from './wire.ts';

const hexOf = <T>(codec: MessageCodec<T>, message: T) => toHex(codec.encode(message));
const read = <T>(codec: MessageCodec<T>, hex: string) => codec.decode(fromHex(hex.replaceAll(' ', '')));
const ascii = (text: string) => toHex(new TextEncoder().encode(text));

describe('encoding', () => {
  test('1. fields in ascending field number', () => {
    const config = SystemConfig.create({
      blockLimitPreHash: Uint8Array.of(16),
      blockLimit: 15,
      quotaLimit: 13,
      emergencyBrake: true,
      validators: [Uint8Array.of(5)],
      version: 1,
    });
    expect(hexOf(SystemConfig, config)).toBe('08012a0105300168 0d780f82010110'.replaceAll(' ', ''));
    const block = Block.create({
      stateRoot: Uint8Array.of(5),
      proof: Uint8Array.of(4),
      body: { body: [] },
      header: BlockHeader.create({ height: 3n }),
      version: 1,
    });
    expect(hexOf(Block, block)).toBe('08011202' + '1803' + '1a00' + '220104' + '2a0105');
  });

  test('1. a field whose number is not the first there is', () => {
    expect(hexOf(SignMessageRequest, { msg: Uint8Array.of(1) })).toBe('120101');
  });

  test('2. a scalar, string or bytes field with its default is omitted', () => {
    expect(hexOf(Transaction, Transaction.create())).toBe('');
    expect(hexOf(Flag, { flag: false })).toBe('');
    expect(hexOf(NetworkMsg, NetworkMsg.create())).toBe('');
    expect(hexOf(HealthCheckResponse, { status: ServingStatus.unknown })).toBe('');
  });

  test('3. a submessage that is set is written even if it is empty; one that is not set is omitted', () => {
    expect(hexOf(Block, Block.create({ body: { body: [] } }))).toBe('1a00');
    expect(hexOf(Block, Block.create())).toBe('');
    expect(hexOf(Block, Block.create({ body: undefined }))).toBe('');
    expect(hexOf(HashResponse, HashResponse.create({ status: { code: 0 } }))).toBe('0a00');
  });

  test('4. a oneof member is written whenever it is chosen, even when empty', () => {
    expect(
      hexOf(RawTransaction, { tx: { case: 'normalTx', value: { transactionHash: new Uint8Array() } } }),
    ).toBe('0a00');
    const utxo = UnverifiedUtxoTransaction.create();
    expect(hexOf(RawTransaction, { tx: { case: 'utxoTx', value: utxo } })).toBe('1200');
    expect(hexOf(Frame, { body: { case: 'message', value: new Uint8Array() } })).toBe('3200');
    expect(hexOf(RawTransaction, {})).toBe('');
  });

  test('5. repeated: one tag per element, empty elements included, order preserved', () => {
    const txHashes = [
      new Uint8Array(),
      Uint8Array.of(2),
      Uint8Array.of(1),
      new Uint8Array(),
      Uint8Array.of(1),
    ];
    expect(hexOf(CompactBlockBody, { txHashes })).toBe('0a00' + '0a0102' + '0a0101' + '0a00' + '0a0101');
    const transactions = { body: [{}, { tx: undefined }, {}] };
    expect(hexOf(RawTransactions, transactions)).toBe('0a000a000a00');
  });

  test.each([
    [1n, '01'],
    [127n, '7f'],
    [128n, '8001'],
    [16_383n, 'ff7f'],
    [16_384n, '808001'],
    [2n ** 31n - 1n, 'ffffffff07'],
    [2n ** 31n, '8080808008'],
    [2n ** 32n - 1n, 'ffffffff0f'],
    [2n ** 32n, '8080808010'],
    [2n ** 53n - 1n, 'ffffffffffffff0f'],
    [2n ** 53n, '8080808080808010'],
    [2n ** 53n + 1n, '8180808080808010'],
    [14_075_586_594_044_653_895n, 'c7e2a0fae7eda1abc301'],
    [2n ** 63n - 1n, 'ffffffffffffffff7f'],
    [2n ** 63n, '80808080808080808001'],
    [2n ** 64n - 1n, 'ffffffffffffffffff01'],
  ])('6. minimal varints, 64 bits exact: %d', (height, varint) => {
    const header = BlockHeader.create({ height });
    expect(hexOf(BlockHeader, header)).toBe(`18${varint}`);
    expect(read(BlockHeader, `18${varint}`)).toEqual(header);
  });

  test('6. minimal varints, 32 bits, and lengths', () => {
    expect(hexOf(StatusCode, { code: 2 ** 32 - 1 })).toBe('08ffffffff0f');
    const proof = new Uint8Array(300).fill(7);
    expect(hexOf(Block, Block.create({ proof }))).toBe(`22ac02${toHex(proof)}`);
  });

  test('6. bool true is 1; a negative number of an enum has 64 bits', () => {
    expect(hexOf(Flag, { flag: true })).toBe('0801');
    expect(hexOf(HealthCheckResponse, { status: -1 })).toBe('08ffffffffffffffffff01');
    expect(read(HealthCheckResponse, '08ffffffffffffffffff01')).toEqual({ status: -1 });
  });

  test('7. unknown fields are dropped on decode, so never re-encoded', () => {
    expect(hexOf(ExtKey, read(ExtKey, '0801 1801 120102 2200 f8ff0101'))).toBe('0801120102');
  });

  test('strings are UTF-8, whatever is in them', () => {
    for (const nonce of [
      'é',
      '中文',
      '𝄞 and more',
      '\ufeffbom',
      'a\u0000b',
      'x'.repeat(200),
      'ü'.repeat(100),
    ]) {
      const transaction = Transaction.create({ nonce });
      const bytes = new TextEncoder().encode(nonce);
      const length =
        bytes.length < 128 ? Uint8Array.of(bytes.length) : Uint8Array.of((bytes.length & 0x7f) | 0x80, 1);
      expect(Transaction.encode(transaction)).toEqual(concatBytes(Uint8Array.of(0x1a), length, bytes));
      expect(Transaction.decode(Transaction.encode(transaction)).nonce).toBe(nonce);
    }
  });

  test('a value outside its type is refused, and does not harm the next message', () => {
    const negative = BlockHeader.create({ height: -1n, proposer: Uint8Array.of(9) });
    expect(() => BlockHeader.encode(negative)).toThrow(
      new RangeError('-1 is not an unsigned 64-bit integer'),
    );
    expect(() => BlockHeader.encode(BlockHeader.create({ timestamp: 2n ** 64n }))).toThrow(RangeError);
    for (const code of [-1, 2 ** 32, 0.5, Number.NaN]) {
      expect(() => StatusCode.encode({ code })).toThrow(RangeError);
    }
    for (const status of [2 ** 31, -(2 ** 31) - 1, 0.5]) {
      expect(() => HealthCheckResponse.encode({ status })).toThrow(RangeError);
    }
    expect(hexOf(StatusCode, { code: 601 })).toBe('08d904');
  });

  test('fields of any length stand one behind the other, whatever is written before them', () => {
    const peer = typeOf('blockchain.RawTransactions');
    for (const length of [1, 100, 16_383, 16_384, 16_385, 131_072, 131_073, 300_000]) {
      for (const nonce of ['', 'x'.repeat(131_050), 'x'.repeat(140_000), 'ü'.repeat(70_000)]) {
        const transaction = Transaction.create({
          to: new Uint8Array(length).fill(1),
          nonce,
          data: new Uint8Array(length).fill(2),
          value: Uint8Array.of(3),
        });
        const normal: RawTransaction = {
          tx: { case: 'normalTx', value: { transaction, transactionHash: new Uint8Array(32) } },
        };
        const body = { body: [normal, {}, normal] };
        const wanted = peer.encode(peer.fromObject(toPeer(peer, body))).finish();
        expect(equalBytes(RawTransactions.encode(body), wanted)).toBe(true);
      }
    }
  });

  test('a message larger than any before keeps its bytes, and so does the one after it', () => {
    const proof = new Uint8Array(5_000_000).fill(1);
    const bytes = Block.encode(Block.create({ version: 1, proof, stateRoot: Uint8Array.of(2) }));
    expect(toHex(bytes.subarray(0, 8))).toBe('080122c096b10201');
    expect(toHex(bytes.subarray(-4))).toBe('012a0102');
    expect(bytes).toHaveLength(2 + 5 + proof.length + 3);
    expect(hexOf(StatusCode, { code: 1 })).toBe('0801');
  });
});

describe('the memory of encoding', () => {
  test('a message may be encoded while another one is', () => {
    const block = {
      ...Block.create({ version: 1 }),
      get proof() {
        return ExtKey.encode({ region: 5, key: Uint8Array.of(6) });
      },
      stateRoot: Uint8Array.of(7),
    };
    expect(hexOf(Block, block)).toBe('0801' + '2205' + '0805120106' + '2a0107');
  });

  test('is not kept after a large message', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    Block.encode(Block.create());
    const proof = new Uint8Array(60_000_000);
    const nonce = 'n'.repeat(60_000_000);
    collect();
    const before = process.memoryUsage().arrayBuffers;
    expect(Block.encode(Block.create({ proof })).length).toBe(60_000_005);
    expect(Transaction.encode(Transaction.create({ nonce })).length).toBe(60_000_005);
    const kept = () => {
      collect();
      return process.memoryUsage().arrayBuffers - before;
    };
    await expect.poll(kept).toBeLessThan(10_000_000);
  });
});

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
