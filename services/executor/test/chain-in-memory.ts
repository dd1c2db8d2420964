/** A chain on a database in memory, with blocks made of plain values, for tests. */
import { keccak256, keccak256Into } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block, BlockHeader, type RawTransaction } from '@hexapod/protocol/blockchain';
import { Z32 } from '@hexapod/protocol/bytes';
import { genesisBlock, type Hash } from '@hexapod/protocol/rules';
import type { ExecutedBlock } from '../src/block/block-executor.ts';
import { Chain } from '../src/chain.ts';
import { Compiler } from '../src/evm/compiler/compiler.ts';
import { FramePool } from '../src/evm/frame-pool.ts';
import type { MachineModules } from '../src/evm/machine.ts';
import { addressToBytes } from '../src/evm/word.ts';
import { Queries } from '../src/query/queries.ts';
import { loadRecoverSigner } from '../src/recover-signer.ts';
import type { CacheSizes } from '../src/state/state-reader.ts';
import type { Database } from '../src/store/database.ts';
import { MemoryDatabase } from './memory-database.ts';

/** Interprets. */
export const machineModules: MachineModules = {
  keccak: keccak256,
  recover: await loadRecoverSigner(),
  pool: new FramePool(),
  seed: 0x2545f491,
};

/** Compiles everything at once. */
const compilingModules: MachineModules = {
  ...machineModules,
  compiler: new Compiler({ hotAfter: 0, burst: Number.POSITIVE_INFINITY }),
};

export const MACHINES = [
  { how: 'interpreted', machine: machineModules },
  { how: 'compiled', machine: compilingModules },
] as const;

export interface ChainInMemoryOptions {
  readonly hash?: Hash;
  readonly ethCompatibility?: boolean;
  readonly keepHistory?: boolean;
  readonly database?: Database;
  readonly cacheSizes?: CacheSizes;
  readonly trieCacheBytes?: number;
  /** compilingModules when absent. */
  readonly machine?: MachineModules;
}

const CACHE_SIZES = { accounts: 1000, slots: 1000 };

export function openChain(options: ChainInMemoryOptions = {}): { chain: Chain; database: Database } {
  const {
    hash = sm3,
    ethCompatibility = false,
    keepHistory = true,
    database = new MemoryDatabase(),
    cacheSizes = CACHE_SIZES,
    trieCacheBytes = 1 << 20,
    machine = compilingModules,
  } = options;
  const chain = new Chain(
    { ethCompatibility, keepHistory, cacheSizes, codeCacheBytes: 1 << 20, trieCacheBytes },
    { database, machine, hash, keccakInto: keccak256Into, stage: (_name, step) => step() },
  );
  return { chain, database };
}

interface QueriesInMemoryOptions {
  readonly timeLimit?: number;
  readonly ethCompatibility?: boolean;
  readonly machine?: MachineModules;
  monotonic?(): number;
}

export function openQueries(database: Database, options: QueriesInMemoryOptions = {}): Queries {
  const { timeLimit = 60_000, ethCompatibility = false, monotonic = () => 0 } = options;
  const { machine = compilingModules } = options;
  return new Queries(
    { ethCompatibility, timeLimit, cacheSizes: CACHE_SIZES, codeCacheBytes: 1 << 20 },
    { database, machine, monotonic },
  );
}

export interface SimpleTransaction {
  /** 20 bytes; SENDER when absent. */
  readonly from?: Uint8Array;
  /** Absent: creation. */
  readonly to?: Uint8Array;
  readonly data?: Uint8Array;
  readonly quota?: bigint;
  readonly version?: number;
  readonly value?: Uint8Array;
}

export const SENDER = new Uint8Array(20).fill(0xa1);
const PROPOSER = new Uint8Array(20).fill(0x1f);
export const GENESIS_TIME = 1_700_000_000_000n;
const NOTHING = new Uint8Array(0);

export function rawTransaction(transaction: SimpleTransaction, hash: Uint8Array): RawTransaction {
  const {
    from = SENDER,
    to = NOTHING,
    data = NOTHING,
    quota = 3_000_000n,
    version = 0,
    value = Z32,
  } = transaction;
  const inner = { version, to, nonce: '', quota, validUntilBlock: 0n, data, value, chainId: NOTHING };
  const witness = { signature: NOTHING, sender: from };
  return { tx: { case: 'normalTx', value: { transaction: inner, transactionHash: hash, witness } } };
}

/** Makes one block after the other and executes them; throws if one is not executed. */
export class TestChain {
  readonly chain: Chain;
  readonly database: Database;
  readonly #hash: Hash;
  #prevhash: Uint8Array = Z32;
  #height = 0n;
  #transactions = 0;

  private constructor(chain: Chain, database: Database, hash: Hash) {
    this.chain = chain;
    this.database = database;
    this.#hash = hash;
  }

  /** @param transactions what genesis executes, which is nothing on a real chain. */
  static async start(
    options: ChainInMemoryOptions = {},
    transactions: readonly SimpleTransaction[] = [],
  ): Promise<TestChain> {
    const { chain, database } = openChain(options);
    const test = new TestChain(chain, database, options.hash ?? sm3);
    const genesis = genesisBlock({ timestamp: GENESIS_TIME, prevhash: Z32 });
    await test.execute({ ...genesis, body: test.block(transactions).body });
    return test;
  }

  /** The next block, not executed. */
  block(transactions: readonly SimpleTransaction[] = []): Block {
    const header = {
      prevhash: this.#prevhash,
      timestamp: GENESIS_TIME + 3000n * this.#height,
      height: this.#height,
      transactionsRoot: Z32,
      proposer: PROPOSER,
    };
    const body = transactions.map((transaction) => rawTransaction(transaction, this.#nextHash()));
    return Block.create({ header, body: { body } });
  }

  async execute(block: Block): Promise<ExecutedBlock> {
    const { code, executed } = await this.chain.exec(block);
    if (executed === undefined || block.header === undefined) throw new Error(`Exec answered ${code}`);
    this.#prevhash = this.#hash(BlockHeader.encode(block.header));
    this.#height = block.header.height + 1n;
    return executed;
  }

  run(...transactions: SimpleTransaction[]): Promise<ExecutedBlock> {
    return this.execute(this.block(transactions));
  }

  /** Deploys code with a transaction of its own; returns the address. */
  async deploy(initCode: Uint8Array, from: Uint8Array = SENDER): Promise<Uint8Array> {
    const executed = await this.run({ from, data: initCode, quota: 100_000_000n });
    const { contractAddress, error } = executed.receipts[0] ?? {};
    if (contractAddress === undefined || error !== undefined)
      throw new Error(`deployment failed: error ${error}`);
    return addressToBytes(contractAddress);
  }

  #nextHash(): Uint8Array {
    this.#transactions++;
    return this.#hash(new TextEncoder().encode(`transaction ${this.#transactions}`));
  }
}
