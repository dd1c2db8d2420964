// A test for every rule of the list of docs/protocol/wire.md 6: encoding.

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
import { HashResponse, StatusCode } from './common.ts';
import { Flag, SystemConfig } from './controller.ts';
import { SignMessageRequest } from './crypto.ts';
import { HealthCheckResponse, ServingStatus } from './health-check.ts';
import { Frame } from './link.ts';
import { NetworkMsg } from './network.ts';
import { ExtKey } from './storage.ts';

const hexOf = <T>(codec: MessageCodec<T>, message: T) => toHex(codec.encode(message));
const read = <T>(codec: MessageCodec<T>, hex: string) => codec.decode(fromHex(hex.replaceAll(' ', '')));

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
