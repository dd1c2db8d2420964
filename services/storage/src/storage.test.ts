// The rules in examples; storage-model.test.ts has them in all combinations.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block, CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64, concatBytes, fromHex } from '@hexapod/protocol/bytes';
import { compactBlock } from '@hexapod/protocol/rules';
import { codeName, StatusError } from '@hexapod/protocol/status-code';
import { Region } from '@hexapod/protocol/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { block, hash32, transaction } from '../test/blocks.ts';
import { MemoryStore } from '../test/memory-store.ts';
import { type KeyValueStore, openLevel } from './key-value-store.ts';
import { Storage } from './storage.ts';

let folder: string;
let database: KeyValueStore;
let storage: Storage;

const storageOn = (store: KeyValueStore): Storage =>
  new Storage({ database: store, hashBlock: async (header) => sm3(header) });

const storeBlock = (height: bigint, value: Block, on = storage): Promise<void> =>
  on.store(Region.allBlockData, be64(height), Block.encode(value));

async function load(region: number, key: Uint8Array, from = storage): Promise<Uint8Array> {
  return Uint8Array.from(await from.load(region, key));
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StatusError)) throw error ?? new Error('the call succeeded');
  return codeName(error.code);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexapod-storage-'));
  database = await openLevel(folder, { writeBufferBytes: 1 << 20, maxOpenFiles: 64, sync: false });
  storage = storageOn(database);
});

afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

describe('a stored block', () => {
  const stored = block(5n, [transaction(1), transaction(2), transaction(3)]);

  test('answers for every region that repeats a part of it', async () => {
    await storeBlock(5n, stored);
    const blockHash = await load(Region.blockHash, be64(5n));
    expect(await load(Region.global, be64(0n))).toEqual(be64(5n));
    expect(await load(Region.global, be64(1n))).toEqual(blockHash);
    expect(await load(Region.proof, be64(5n))).toEqual(stored.proof);
    expect(await load(Region.result, be64(5n))).toEqual(stored.stateRoot);
    expect(await load(Region.blockHash2blockHeight, blockHash)).toEqual(be64(5n));
    expect(await load(Region.compactBlock, be64(5n))).toEqual(CompactBlock.encode(compactBlock(stored)));
    expect(await load(Region.fullBlock, be64(5n))).toEqual(Block.encode(stored));
    for (const [index, fill] of [1, 2, 3].entries()) {
      const key = hash32(fill);
      expect(await load(Region.transactions, key)).toEqual(RawTransaction.encode(transaction(fill)));
      expect(await load(Region.transactionHash2blockHeight, key)).toEqual(be64(5n));
      expect(await load(Region.transactionIndex, key)).toEqual(be64(BigInt(index)));
    }
  });

  test('without transactions has an empty body, which is there', async () => {
    const empty = block(6n, []);
    await storeBlock(6n, empty);
    expect(await load(Region.fullBlock, be64(6n))).toEqual(Block.encode(empty));
  });

  test('with an empty proof has a proof, which is empty', async () => {
    const genesis = block(0n, [], { proof: new Uint8Array(0) });
    await storeBlock(0n, genesis);
    expect(await load(Region.proof, be64(0n))).toEqual(new Uint8Array(0));
    expect(await load(Region.fullBlock, be64(0n))).toEqual(Block.encode(genesis));
  });

  test('is canonical whatever bytes it came in', async () => {
    const withUnknownField = concatBytes(Block.encode(stored), fromHex('7801'));
    await storage.store(Region.allBlockData, be64(5n), withUnknownField);
    expect(await load(Region.fullBlock, be64(5n))).toEqual(Block.encode(stored));
    expect(await load(Region.transactions, hash32(2))).toEqual(RawTransaction.encode(transaction(2)));
  });

  test('of a lower height moves the current height back', async () => {
    await storeBlock(5n, stored);
    await storeBlock(4n, block(4n, []));
    expect(await load(Region.global, be64(0n))).toEqual(be64(4n));
  });

  test('of the last height there is', async () => {
    const last = 0xffff_ffff_ffff_fffen;
    await storeBlock(last, block(last, [transaction(1)]));
    expect(await load(Region.transactionHash2blockHeight, hash32(1))).toEqual(be64(last));
  });

  test('is one write, with everything in it; when it fails nothing of it is there', async () => {
    const memory = new MemoryStore();
    const broken = storageOn(memory);
    memory.beforeWrite = () => Promise.reject(new Error('disk full'));
    expect(await codeOf(storeBlock(5n, stored, broken))).toBe('StoreError');
    expect(memory.writes).toHaveLength(1);
    for (const region of [
      Region.fullBlock,
      Region.compactBlock,
      Region.proof,
      Region.result,
      Region.blockHash,
    ]) {
      expect(await codeOf(broken.load(region, be64(5n)))).toBe('NotFound');
    }
    expect(await codeOf(broken.load(Region.global, be64(0n)))).toBe('NotFound');
    memory.beforeWrite = async () => undefined;
    await storeBlock(5n, stored, broken);
    expect(await load(Region.fullBlock, be64(5n), broken)).toEqual(Block.encode(stored));
  });

  test('costs a row per transaction beside its one value', async () => {
    const memory = new MemoryStore();
    const many = Array.from({ length: 100 }, (_, index) => transaction(index + 1));
    await storeBlock(5n, block(5n, many), storageOn(memory));
    expect(memory.writes[0]?.length).toBe(100 + 9);
  });

  test('stored again writes no second body', async () => {
    const memory = new MemoryStore();
    const twice = storageOn(memory);
    await storeBlock(5n, stored, twice);
    await storeBlock(5n, stored, twice);
    const [first, second] = memory.writes;
    expect(second?.length).toBe((first?.length ?? 0) - 1);
  });
});

describe('two blocks', () => {
  test('with one transaction: the later position is found', async () => {
    await storeBlock(5n, block(5n, [transaction(1), transaction(2)]));
    await storeBlock(6n, block(6n, [transaction(3), transaction(1)]));
    expect(await load(Region.transactionHash2blockHeight, hash32(1))).toEqual(be64(6n));
    expect(await load(Region.transactionIndex, hash32(1))).toEqual(be64(1n));
    expect(await load(Region.transactions, hash32(1))).toEqual(RawTransaction.encode(transaction(1)));
    expect(await load(Region.fullBlock, be64(5n))).toEqual(
      Block.encode(block(5n, [transaction(1), transaction(2)])),
    );
  });

  test('at one height: what only the first had stays, what both have is the second', async () => {
    await storeBlock(5n, block(5n, [transaction(1), transaction(2)]));
    const firstHash = await load(Region.blockHash, be64(5n));
    const second = block(5n, [transaction(2, 'other'), transaction(3)], { version: 1 });
    await storeBlock(5n, second);
    expect(await load(Region.fullBlock, be64(5n))).toEqual(Block.encode(second));
    expect(await load(Region.blockHash2blockHeight, firstHash)).toEqual(be64(5n));
    expect(await load(Region.transactions, hash32(1))).toEqual(RawTransaction.encode(transaction(1)));
    expect(await load(Region.transactionIndex, hash32(1))).toEqual(be64(0n));
    expect(await load(Region.transactions, hash32(2))).toEqual(
      RawTransaction.encode(transaction(2, 'other')),
    );
    expect(await load(Region.transactionIndex, hash32(2))).toEqual(be64(0n));
  });

  test('at one height at the same time: afterwards one of them stands, whole', async () => {
    const blocks = [1, 2, 3, 4].map((fill) => block(5n, [transaction(fill), transaction(fill + 10)]));
    await Promise.all(blocks.map((value) => storeBlock(5n, value)));
    const whole = await load(Region.fullBlock, be64(5n));
    const standing = blocks.find((value) => Buffer.compare(Block.encode(value), whole) === 0);
    expect(standing).toBeDefined();
    for (const fill of [1, 2, 3, 4, 11, 12, 13, 14]) {
      expect(await load(Region.transactions, hash32(fill))).toEqual(RawTransaction.encode(transaction(fill)));
    }
  });

  test('a reader between them sees one or the other, never a mixture', async () => {
    const versions = [0, 1].map((version) =>
      block(5n, [transaction(1, `n${version}`)], { version, proof: new Uint8Array(3).fill(version) }),
    );
    const encoded = versions.map((value) => Block.encode(value).toHex());
    await storeBlock(5n, versions[0] ?? block(5n, []));
    let isDone = false;
    const writing = (async () => {
      for (let round = 1; round <= 200; round++) await storeBlock(5n, versions[round % 2] ?? block(5n, []));
      isDone = true;
    })();
    const seen = new Set<string>();
    while (!isDone) seen.add((await load(Region.fullBlock, be64(5n))).toHex());
    await writing;
    expect([...seen].filter((hex) => !encoded.includes(hex))).toEqual([]);
    expect(seen.size).toBe(2);
  });
});

describe('values stored by themselves', () => {
  test('an empty value is a value', async () => {
    for (const region of [Region.global, Region.proof, Region.compactBlock]) {
      await storage.store(region, be64(9n), new Uint8Array(0));
      expect(await load(region, be64(9n))).toEqual(new Uint8Array(0));
    }
    for (const region of [Region.transactions, Region.transactionIndex]) {
      await storage.store(region, hash32(9), new Uint8Array(0));
      expect(await load(region, hash32(9))).toEqual(new Uint8Array(0));
    }
  });

  test('go before what a block says, until the next block says it again', async () => {
    const stored = block(5n, [transaction(1)]);
    await storeBlock(5n, stored);
    await storage.store(Region.proof, be64(5n), Uint8Array.of(1, 2, 3));
    expect(await load(Region.proof, be64(5n))).toEqual(Uint8Array.of(1, 2, 3));
    expect(Block.decode(await load(Region.fullBlock, be64(5n))).proof).toEqual(Uint8Array.of(1, 2, 3));
    await storeBlock(5n, stored);
    expect(await load(Region.proof, be64(5n))).toEqual(stored.proof);
  });

  test('deleting a part of a block makes that part NotFound, also after a restart', async () => {
    await storeBlock(5n, block(5n, [transaction(1), transaction(2)]));
    await storage.delete(Region.transactions, hash32(2));
    for (const reader of [storage, storageOn(database)]) {
      expect(await codeOf(reader.load(Region.transactions, hash32(2)))).toBe('NotFound');
      expect(await codeOf(reader.load(Region.fullBlock, be64(5n)))).toBe('NotFound');
      expect(await load(Region.transactionIndex, hash32(2), reader)).toEqual(be64(1n));
    }
  });

  test('a damaged compact block is an EncodeError, a damaged transaction a DecodeError', async () => {
    await storeBlock(5n, block(5n, [transaction(1)]));
    await storage.store(Region.transactions, hash32(1), Uint8Array.of(255));
    expect(await codeOf(storage.load(Region.fullBlock, be64(5n)))).toBe('DecodeError');
    await storage.store(Region.compactBlock, be64(5n), Uint8Array.of(255));
    expect(await codeOf(storage.load(Region.fullBlock, be64(5n)))).toBe('EncodeError');
  });
});

describe('failures have the code of the protocol', () => {
  const cases: [code: string, value: Uint8Array][] = [
    ['DecodeError', Uint8Array.of(255)],
    ['NoneBlockHeader', new Uint8Array(0)],
    ['NoneBlockHeader', Block.encode({ ...block(1n, []), header: undefined })],
    ['NoneBlockBody', Block.encode({ ...block(1n, []), body: undefined })],
    ['NoTransaction', Block.encode(block(1n, [transaction(1), { tx: undefined }]))],
    [
      'InvalidKey',
      Block.encode(
        block(1n, [
          { tx: { case: 'utxoTx', value: { transactionHash: new Uint8Array(33), witnesses: [] } } },
        ]),
      ),
    ],
    ['InvalidValue', Block.encode(block(1n, [], { stateRoot: new Uint8Array(31) }))],
  ];
  test.each(cases)('%s', async (code, value) => {
    expect(await codeOf(storage.store(Region.allBlockData, be64(1n), value))).toBe(code);
    expect(await codeOf(storage.load(Region.compactBlock, be64(1n)))).toBe('NotFound');
    expect(await codeOf(storage.load(Region.global, be64(0n)))).toBe('NotFound');
  });

  test('a key of a wrong length for a whole block', async () => {
    const call = storage.store(Region.allBlockData, new Uint8Array(7), Uint8Array.of(1));
    expect(await codeOf(call)).toBe('InvalidKey');
  });

  test('a block hash that is none', async () => {
    const short = new Storage({ database, hashBlock: async () => new Uint8Array(20) });
    expect(await codeOf(storeBlock(1n, block(1n, []), short))).toBe('InvalidValue');
  });

  test('a database that fails: StoreError, DeleteError, LoadError, and not healthy', async () => {
    const memory = new MemoryStore();
    const failing: KeyValueStore = Object.assign(memory, {
      get: () => Promise.reject(new Error('bad sector')),
    });
    memory.beforeWrite = () => Promise.reject(new Error('disk full'));
    const broken = storageOn(failing);
    expect(await codeOf(broken.store(2, be64(1n), be64(1n)))).toBe('StoreError');
    expect(await codeOf(broken.delete(2, be64(1n)))).toBe('DeleteError');
    expect(await codeOf(broken.load(2, be64(1n)))).toBe('LoadError');
    await expect(broken.isHealthy()).rejects.toThrow('cannot be written');
  });
});

test('healthy is what can be written and read back', async () => {
  expect(await storage.isHealthy()).toBe(true);
  const key = be64(0xffff_ffff_ffff_ffffn);
  expect(await load(Region.global, key)).toEqual(key);
});
