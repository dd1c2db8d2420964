import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block, CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, Z32 } from '@hexapod/protocol/bytes';
import { compactBlock } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { Region } from '@hexapod/protocol/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeyValueStore, type Operation, openLevel } from './key-value-store.ts';
import { Storage } from './storage.ts';

const hash32 = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

function transaction(fill: number, nonce = 'n'): RawTransaction {
  const value = {
    transaction: {
      version: 0,
      to: new Uint8Array(20),
      nonce,
      quota: 1n,
      validUntilBlock: 9n,
      data: new Uint8Array(fill),
      value: Z32,
      chainId: Z32,
    },
    transactionHash: hash32(fill),
    witness: undefined,
  };
  return { tx: { case: 'normalTx', value } };
}

function block(height: bigint, transactions: RawTransaction[], timestamp = 1n): Block {
  const header = { prevhash: Z32, timestamp, height, transactionsRoot: Z32, proposer: new Uint8Array(20) };
  return {
    version: 0,
    header,
    body: { body: transactions },
    proof: Uint8Array.of(9, 9),
    stateRoot: hash32(7),
  };
}

let folder: string;
let database: KeyValueStore;
let storage: Storage;

const open = (store: KeyValueStore): Promise<Storage> =>
  Storage.open({ database: store, hashBlock: async (header) => sm3(header) });

const storeBlock = (height: bigint, value: Block): Promise<void> =>
  storage.store(Region.allBlockData, be64(height), Block.encode(value));

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StatusError)) throw error ?? new Error('the call succeeded');
  return Object.entries(Code).find(([, code]) => code === error.code)?.[0];
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-storage-'));
  database = await openLevel(folder, { writeBufferBytes: 1 << 20, maxOpenFiles: 64, sync: false });
  storage = await open(database);
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

describe('a stored block', () => {
  const stored = block(5n, [transaction(1), transaction(2), transaction(3)]);

  test('answers for every region that repeats a part of it', async () => {
    await storeBlock(5n, stored);
    const blockHash = await storage.load(Region.blockHash, be64(5n));
    expect(await storage.load(Region.global, be64(0n))).toEqual(be64(5n));
    expect(await storage.load(Region.global, be64(1n))).toEqual(blockHash);
    expect(await storage.load(Region.proof, be64(5n))).toEqual(stored.proof);
    expect(await storage.load(Region.result, be64(5n))).toEqual(stored.stateRoot);
    expect(await storage.load(Region.blockHash2blockHeight, blockHash)).toEqual(be64(5n));
    expect(await storage.load(Region.compactBlock, be64(5n))).toEqual(
      CompactBlock.encode(compactBlock(stored)),
    );
    expect(await storage.load(Region.fullBlock, be64(5n))).toEqual(Block.encode(stored));
    for (const [index, fill] of [1, 2, 3].entries()) {
      const key = hash32(fill);
      expect(await storage.load(Region.transactions, key)).toEqual(RawTransaction.encode(transaction(fill)));
      expect(await storage.load(Region.transactionHash2blockHeight, key)).toEqual(be64(5n));
      expect(await storage.load(Region.transactionIndex, key)).toEqual(be64(BigInt(index)));
    }
  });

  test('without transactions has an empty body, which is there', async () => {
    const empty = block(6n, []);
    await storeBlock(6n, empty);
    expect(await storage.load(Region.fullBlock, be64(6n))).toEqual(Block.encode(empty));
  });

  test('is canonical whatever bytes it came in', async () => {
    const withUnknownField = Buffer.concat([Block.encode(stored), Buffer.from('7801', 'hex')]);
    await storage.store(Region.allBlockData, be64(5n), withUnknownField);
    expect(await storage.load(Region.fullBlock, be64(5n))).toEqual(Block.encode(stored));
    expect(await storage.load(Region.transactions, hash32(2))).toEqual(RawTransaction.encode(transaction(2)));
  });

  test('of a lower height moves the current height back', async () => {
    await storeBlock(5n, stored);
    await storeBlock(4n, block(4n, []));
    expect(await storage.load(Region.global, be64(0n))).toEqual(be64(4n));
  });

  test('is one write: when it fails nothing of it is there', async () => {
    const writes: (readonly Operation[])[] = [];
    const failing: KeyValueStore = {
      ...database,
      write: (operations) => {
        writes.push(operations);
        return Promise.reject(new Error('disk full'));
      },
    };
    const broken = await open(failing);
    const call = broken.store(Region.allBlockData, be64(5n), Block.encode(stored));
    expect(await codeOf(call)).toBe('StoreError');
    expect(writes).toHaveLength(1);
    expect(await codeOf(storage.load(Region.fullBlock, be64(5n)))).toBe('NotFound');
  });
});

describe('two blocks', () => {
  test('with one transaction: the later position is found', async () => {
    await storeBlock(5n, block(5n, [transaction(1), transaction(2)]));
    await storeBlock(6n, block(6n, [transaction(3), transaction(1)]));
    expect(await storage.load(Region.transactionHash2blockHeight, hash32(1))).toEqual(be64(6n));
    expect(await storage.load(Region.transactionIndex, hash32(1))).toEqual(be64(1n));
    expect(await storage.load(Region.transactions, hash32(1))).toEqual(RawTransaction.encode(transaction(1)));
  });

  test('at one height: what only the first had stays, what both have is the second', async () => {
    const first = block(5n, [transaction(1), transaction(2)]);
    await storeBlock(5n, first);
    const firstHash = await storage.load(Region.blockHash, be64(5n));
    const second = block(5n, [transaction(2, 'other'), transaction(3)], 2n);
    await storeBlock(5n, second);
    expect(await storage.load(Region.fullBlock, be64(5n))).toEqual(Block.encode(second));
    expect(await storage.load(Region.blockHash2blockHeight, firstHash)).toEqual(be64(5n));
    expect(await storage.load(Region.transactions, hash32(1))).toEqual(RawTransaction.encode(transaction(1)));
    expect(await storage.load(Region.transactionIndex, hash32(1))).toEqual(be64(0n));
    expect(await storage.load(Region.transactions, hash32(2))).toEqual(
      RawTransaction.encode(transaction(2, 'other')),
    );
    expect(await storage.load(Region.transactionIndex, hash32(2))).toEqual(be64(0n));
  });
});

describe('values stored by themselves', () => {
  test('go before what a block says, until the next block says it again', async () => {
    const stored = block(5n, [transaction(1)]);
    await storeBlock(5n, stored);
    await storage.store(Region.proof, be64(5n), Uint8Array.of(1, 2, 3));
    expect(await storage.load(Region.proof, be64(5n))).toEqual(Uint8Array.of(1, 2, 3));
    expect(Block.decode(await storage.load(Region.fullBlock, be64(5n))).proof).toEqual(
      Uint8Array.of(1, 2, 3),
    );
    await storeBlock(5n, stored);
    expect(await storage.load(Region.proof, be64(5n))).toEqual(stored.proof);
  });

  test('deleting a part of a block makes that part NotFound, also after a restart', async () => {
    await storeBlock(5n, block(5n, [transaction(1), transaction(2)]));
    await storage.delete(Region.transactions, hash32(2));
    const again = await open(database);
    for (const reader of [storage, again]) {
      expect(await codeOf(reader.load(Region.transactions, hash32(2)))).toBe('NotFound');
      expect(await codeOf(reader.load(Region.fullBlock, be64(5n)))).toBe('NotFound');
      expect(await reader.load(Region.transactionIndex, hash32(2))).toEqual(be64(1n));
    }
  });
});

describe('failures have the code of the protocol', () => {
  const cases: [code: string, value: Uint8Array][] = [
    ['DecodeError', Uint8Array.of(255)],
    ['NoneBlockHeader', Block.encode({ ...block(1n, []), header: undefined })],
    ['NoneBlockBody', Block.encode({ ...block(1n, []), body: undefined })],
    ['NoTransaction', Block.encode(block(1n, [{ tx: undefined }]))],
    ['InvalidValue', Block.encode({ ...block(1n, []), stateRoot: new Uint8Array(31) })],
  ];
  test.each(cases)('%s', async (code, value) => {
    expect(await codeOf(storage.store(Region.allBlockData, be64(1n), value))).toBe(code);
    expect(await codeOf(storage.load(Region.compactBlock, be64(1n)))).toBe('NotFound');
    expect(await codeOf(storage.load(Region.global, be64(0n)))).toBe('NotFound');
  });

  test('a key of a wrong length for a whole block', async () => {
    expect(await codeOf(storage.store(Region.allBlockData, new Uint8Array(7), Uint8Array.of(1)))).toBe(
      'InvalidKey',
    );
  });
});
