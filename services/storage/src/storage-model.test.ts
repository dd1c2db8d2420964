// Whatever is stored and deleted in whatever order: every Load answers as the original's tables would.

import { sm3 } from '@hexapod/crypto/sm3';
import { Block, CompactBlock, RawTransaction } from '@hexapod/protocol/blockchain';
import { be64 } from '@hexapod/protocol/bytes';
import { compactBlock } from '@hexapod/protocol/rules';
import { type Code, StatusError } from '@hexapod/protocol/status-code';
import { Region } from '@hexapod/protocol/storage';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { block, hash32, transaction } from '../test/blocks.ts';
import { MemoryStore } from '../test/memory-store.ts';
import { OriginalTables } from '../test/original-tables.ts';
import { Storage } from './storage.ts';

type Step =
  | { readonly kind: 'block'; readonly height: bigint; readonly value: Block }
  | { readonly kind: 'store'; readonly region: number; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly region: number; readonly key: Uint8Array };

const HEIGHTS = [0n, 1n, 2n];
const NAMES = [1, 2, 3, 4];
const TIMESTAMPS = [1n, 2n];
const BY_HEIGHT = [Region.global, 2, 3, Region.blockHash, Region.proof, Region.result, Region.compactBlock];
const BY_TRANSACTION = [Region.transactions, Region.transactionHash2blockHeight, Region.transactionIndex];

const height = fc.constantFrom(...HEIGHTS);
const name = fc.constantFrom(...NAMES);
const aTransaction = fc
  .tuple(name, fc.constantFrom('a', 'b'))
  .map(([fill, nonce]) => transaction(fill, nonce));
const aBlock = fc
  .record({
    height,
    transactions: fc.array(aTransaction, { maxLength: 4 }),
    timestamp: fc.constantFrom(...TIMESTAMPS),
    proof: fc.uint8Array({ maxLength: 2 }),
    version: fc.constantFrom(0, 1),
  })
  .map(({ height: at, transactions, timestamp, proof, version }) => {
    const made = block(at, transactions, { proof, version });
    return made.header ? { ...made, header: { ...made.header, timestamp } } : made;
  });
/** The height of the key need not be that of the header. */
const blockStep = fc.tuple(height, aBlock).map(([at, value]): Step => ({ kind: 'block', height: at, value }));

/** Blocks' hashes are keys, too. */
const blockHashes = HEIGHTS.flatMap((at) =>
  TIMESTAMPS.map((timestamp) => {
    const { header } = block(at, []);
    if (!header) throw new Error('unreachable: a block of these tests has a header');
    return sm3(Block.encode({ ...Block.create(), header: { ...header, timestamp } }).subarray(2));
  }),
);

const valuesFor: Record<number, fc.Arbitrary<Uint8Array>> = {
  [Region.transactions]: fc.oneof(
    aTransaction.map((made) => RawTransaction.encode(made)),
    fc.uint8Array({ maxLength: 3 }),
  ),
  [Region.blockHash]: fc.constantFrom(hash32(50), hash32(51)),
  [Region.result]: fc.constantFrom(hash32(60), hash32(61)),
  [Region.transactionHash2blockHeight]: height.map(be64),
  [Region.blockHash2blockHeight]: height.map(be64),
  [Region.compactBlock]: fc.oneof(
    aBlock.map((made) => CompactBlock.encode(compactBlock(made))),
    fc.constant(
      CompactBlock.encode({ version: 0, header: undefined, body: { txHashes: [new Uint8Array(3)] } }),
    ),
    fc.constant(Uint8Array.of(255)),
  ),
};

const place = fc.oneof(
  fc.record({ region: fc.constantFrom(...BY_HEIGHT), key: height.map(be64) }),
  fc.record({ region: fc.constantFrom(...BY_TRANSACTION), key: name.map(hash32) }),
  fc.record({ region: fc.constant(Region.blockHash2blockHeight), key: fc.constantFrom(...blockHashes) }),
);
const storeStep = place.chain(({ region, key }) =>
  (valuesFor[region] ?? fc.uint8Array({ maxLength: 9 })).map(
    (value): Step => ({ kind: 'store', region, key, value }),
  ),
);
const deleteStep = place.map(({ region, key }): Step => ({ kind: 'delete', region, key }));

async function answerOf(storage: Storage, region: number, key: Uint8Array): Promise<Uint8Array | Code> {
  try {
    return Uint8Array.from(await storage.load(region, key));
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
}

async function expectSame(storage: Storage, original: OriginalTables): Promise<void> {
  for (const at of HEIGHTS) {
    const key = be64(at);
    for (const region of BY_HEIGHT) {
      expect(await answerOf(storage, region, key), `region ${region}`).toEqual(original.load(region, key));
    }
    expect(await answerOf(storage, Region.fullBlock, key), 'region 11').toEqual(original.loadBlock(key));
  }
  for (const fill of NAMES) {
    for (const region of BY_TRANSACTION) {
      const key = hash32(fill);
      expect(await answerOf(storage, region, key), `region ${region}`).toEqual(original.load(region, key));
    }
  }
  for (const key of blockHashes) {
    const region = Region.blockHash2blockHeight;
    expect(await answerOf(storage, region, key), 'region 8').toEqual(original.load(region, key));
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: blockStep },
    { weight: 2, arbitrary: storeStep },
    { weight: 1, arbitrary: deleteStep },
  ),
  { minLength: 1, maxLength: 14 },
);

async function run(storage: Storage, step: Step): Promise<void> {
  if (step.kind === 'block')
    await storage.store(Region.allBlockData, be64(step.height), Block.encode(step.value));
  else if (step.kind === 'store') await storage.store(step.region, step.key, step.value);
  else await storage.delete(step.region, step.key);
}

function runOriginal(original: OriginalTables, step: Step): void {
  if (step.kind === 'block') original.storeBlock(be64(step.height), Block.encode(step.value));
  else if (step.kind === 'store') original.store(step.region, step.key, step.value);
  else original.delete(step.region, step.key);
}

test('one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const storage = new Storage({ database: new MemoryStore(), hashBlock: async (header) => sm3(header) });
      const original = new OriginalTables(sm3);
      for (const step of list) {
        await run(storage, step);
        runOriginal(original, step);
      }
      await expectSame(storage, original);
    }),
    { numRuns: 400 },
  );
});

test('at the same time: in the order they came, in fewer writes', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const database = new MemoryStore();
      const storage = new Storage({ database, hashBlock: async (header) => sm3(header) });
      const original = new OriginalTables(sm3);
      // Blocks come to the database after the others, for they are hashed first.
      const isBlock = (step: Step) => step.kind === 'block';
      const inOrder = [...list.filter((step) => !isBlock(step)), ...list.filter(isBlock)];
      await Promise.all(inOrder.map((step) => run(storage, step)));
      for (const step of inOrder) runOriginal(original, step);
      expect(database.writes.length).toBeLessThanOrEqual(3);
      await expectSame(storage, original);
    }),
    { numRuns: 200 },
  );
});
