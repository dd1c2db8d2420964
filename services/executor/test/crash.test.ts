/**
 * Crashes: at every write of a chain with contracts that are destroyed and made again, and with the newest write of a
 * real LevelDB torn at any byte. What is found afterwards is block N or block N + 1, whole; and the chain that goes on
 * from there ends in the rows of one that never crashed.
 */
import { cp, mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keccak256 } from '@hexapod/crypto/keccak';
import type { Block } from '@hexapod/protocol/blockchain';
import { toHex, Z32 } from '@hexapod/protocol/bytes';
import { genesisBlock } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, test } from 'vitest';
import { readBlockRecord } from '../src/block/block-record.ts';
import { readHead } from '../src/block/head.ts';
import { findReceipt } from '../src/block/receipt-store.ts';
import { create2Address } from '../src/evm/contract-address.ts';
import { addressToBytes, wordFromBytes, wordToBytes } from '../src/evm/word.ts';
import type { Batch, Database, Reader } from '../src/store/database.ts';
import { openLevelDatabase } from '../src/store/level-database.ts';
import { assemble, deployer } from './assemble.ts';
import { GENESIS_TIME, openChain, type SimpleTransaction, TestChain } from './chain-in-memory.ts';
import { MemoryDatabase } from './memory-database.ts';

/** With input (slot, value): stores and logs; with none: self-destructs. */
const SLOTS = deployer(
  assemble(`
    CALLDATASIZE @store JUMPI
    0 SELFDESTRUCT
    store: 32 CALLDATALOAD 0 CALLDATALOAD SSTORE 0 0 LOG0 STOP
  `),
);
/** Creates what it is given with salt 0. */
const FACTORY = deployer(assemble('CALLDATASIZE 0 0 CALLDATACOPY 0 CALLDATASIZE 0 0 CREATE2 STOP'));

interface Step {
  readonly block: Block;
  readonly stateRoot: string;
  readonly receipts: readonly Uint8Array[];
}

/** Blocks with what they must come to. */
async function makeSteps(keepHistory: boolean): Promise<{ steps: Step[]; rows: string[] }> {
  const database = new MemoryDatabase();
  const chain = await TestChain.start({ keepHistory, database });
  const genesis = genesisBlock({ timestamp: GENESIS_TIME, prevhash: Z32 });
  const root = toHex(readBlockRecord(database, 0n)?.stateRoot ?? Z32);
  const steps: Step[] = [{ block: genesis, stateRoot: root, receipts: [] }];
  const run = async (...transactions: readonly SimpleTransaction[]): Promise<void> => {
    const block = chain.block(transactions);
    const { record, receipts } = await chain.execute(block);
    const hashes = receipts.map(({ transactionHash }) => transactionHash);
    steps.push({ block, stateRoot: toHex(record.stateRoot), receipts: hashes });
  };
  await run({ data: FACTORY, quota: 100_000_000n });
  const factory = addressToBytes(
    findReceipt(database, steps[1]?.receipts[0] ?? Z32)?.receipt.contractAddress ?? 0,
  );
  const contract = addressToBytes(create2Address(keccak256, wordFromBytes(factory), 0, SLOTS));
  const store = (slot: number, value: number) => ({
    to: contract,
    data: Uint8Array.from([...wordToBytes(slot), ...wordToBytes(value)]),
  });
  for (let round = 0; round < 3; round++) {
    await run({ to: factory, data: SLOTS });
    await run(...Array.from({ length: 20 }, (_, slot) => store(slot * 1000, round + slot + 1)));
    await run(...Array.from({ length: 10 }, (_, slot) => store(slot * 2000, 0)));
    await run();
    await run({ to: contract }, store(1, 1));
  }
  await chain.chain.swept();
  return { steps, rows: rowsOf(database) };
}

function rowsOf(database: MemoryDatabase): string[] {
  return [...database.rows]
    .map(([key, value]) => `${Buffer.from(key, 'latin1').toString('hex')} ${toHex(value)}`)
    .sort();
}

/** Head, record, state root and receipts belong to one height, and the next block has left nothing. */
function expectWhole(reader: Reader, steps: readonly Step[]): number {
  const height = Number(readHead(reader)?.height ?? -1n);
  const newest = readBlockRecord(reader, BigInt(Math.max(height, 0)));
  expect(newest && toHex(newest.stateRoot)).toBe(steps[height]?.stateRoot);
  expect(readBlockRecord(reader, BigInt(height + 1))).toBeUndefined();
  for (const hash of steps[height]?.receipts ?? [])
    expect(findReceipt(reader, hash)?.height).toBe(BigInt(height));
  for (const hash of steps[height + 1]?.receipts ?? []) expect(findReceipt(reader, hash)).toBeUndefined();
  return height;
}

/** The process ends at one of its writes: before it, or when it is done and nobody knows. */
class CrashingDatabase implements Database {
  readonly #inner: Database;
  readonly #crashAt: number;
  readonly #isWritten: boolean;
  writes = 0;

  constructor(inner: Database, crashAt: number, isWritten: boolean) {
    this.#inner = inner;
    this.#crashAt = crashAt;
    this.#isWritten = isWritten;
  }

  async write(batch: Batch): Promise<void> {
    const isLast = this.writes++ === this.#crashAt;
    if (!isLast || this.#isWritten) await this.#inner.write(batch);
    if (isLast) throw new Error('crash');
    if (this.writes > this.#crashAt + 1) throw new Error('a write after the crash');
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#inner.get(key);
  }

  keys(...args: Parameters<Database['keys']>): Promise<Uint8Array[]> {
    return this.#inner.keys(...args);
  }

  snapshot(): ReturnType<Database['snapshot']> {
    return this.#inner.snapshot();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

async function execute(database: Database, keepHistory: boolean, steps: readonly Step[]): Promise<void> {
  const { chain } = openChain({ database, keepHistory });
  for (const { block, stateRoot } of steps) {
    const answer = await chain.exec(block);
    expect(answer.code).toBe(Code.Success);
    expect(toHex(answer.stateRoot ?? Z32)).toBe(stateRoot);
    await chain.swept();
  }
}

describe.each([
  ['archive', true],
  ['full', false],
] as const)('%s', async (_name, keepHistory) => {
  const { steps, rows } = await makeSteps(keepHistory);

  test.each([
    ['before', false],
    ['after', true],
  ] as const)('the process ends %s any of its writes', async (_when, isWritten) => {
    let writes = 0;
    for (let crashAt = 0; ; crashAt++) {
      const disk = new MemoryDatabase();
      const crashing = new CrashingDatabase(disk, crashAt, isWritten);
      const crashed = await execute(crashing, keepHistory, steps).then(
        () => false,
        (error: Error) => error.message === 'crash',
      );
      if (!crashed) {
        writes = crashing.writes;
        break;
      }
      const height = expectWhole(disk, steps);
      await execute(disk, keepHistory, steps.slice(height + 1));
      const { chain } = openChain({ database: disk, keepHistory });
      for (const { block } of steps.slice(-2)) expect((await chain.exec(block)).code).toBe(Code.ReenterBlock);
      // A crash after the very last block leaves to the next one what was to be swept.
      if (height < steps.length - 1) expect(rowsOf(disk)).toEqual(rows);
    }
    // One for each block, and some that sweep.
    expect(writes).toBeGreaterThan(steps.length + 2);
  });
});

test('a torn write of LevelDB is none', async () => {
  const { steps } = await makeSteps(true);
  const folder = await mkdtemp(join(tmpdir(), 'hexapod-torn-'));
  const options = { cacheBytes: 1 << 20, writeBufferBytes: 4 << 20 };
  const whole = join(folder, 'whole');
  const torn = join(folder, 'torn');
  const logOf = async (path: string): Promise<{ file: string; bytes: number }> => {
    const name = (await readdir(path)).find((entry) => entry.endsWith('.log'));
    if (name === undefined) throw new Error('LevelDB has no log');
    const file = join(path, name);
    return { file, bytes: (await stat(file)).size };
  };
  // The newest block writes twenty slots.
  const before = steps.slice(0, 9);
  const database = await openLevelDatabase(whole, options);
  await execute(database, true, before.slice(0, -1));
  const { bytes: start } = await logOf(whole);
  await execute(database, true, before.slice(-1));
  const { bytes: end } = await logOf(whole);
  expect(end - start).toBeGreaterThan(2000);

  const heights = new Set<number>();
  for (let cut = start; cut <= end; cut += cut === end ? 1 : Math.min(97, end - cut)) {
    await cp(whole, torn, { recursive: true });
    await truncate((await logOf(torn)).file, cut);
    const found = await openLevelDatabase(torn, options);
    const height = expectWhole(found, steps);
    heights.add(height);
    expect(height).toBe(cut === end ? 8 : 7);
    await execute(found, true, steps.slice(height + 1, 11));
    await found.close();
    await rm(torn, { recursive: true });
  }
  expect([...heights]).toEqual([7, 8]);
  await database.close();
  await rm(folder, { recursive: true });
});
