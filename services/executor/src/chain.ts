/** Exec for every relation of the block's height to ours (docs/protocol/executor.md 3.2). One block at a time. */
import type { Block, BlockHeader } from '@hexapod/protocol/blockchain';
import { equalBytes } from '@hexapod/protocol/bytes';
import type { Hash } from '@hexapod/protocol/rules';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import {
  type BlockExecutorModules,
  type BlockInput,
  type ExecutedBlock,
  executeBlock,
} from './block/block-executor.ts';
import { type BlockRecord, readBlockRecord } from './block/block-record.ts';
import { Blooms } from './block/bloom.ts';
import { blockEnvironment } from './block/environment.ts';
import { type Head, readHead } from './block/head.ts';
import { checkHeader, listWork } from './block/work-list.ts';
import type { MachineModules } from './evm/machine.ts';
import type { KeccakInto } from './state/branch.ts';
import { type CacheSizes, CodeStore, HeadState } from './state/state-reader.ts';
import { Tries } from './state/tries.ts';
import type { Database } from './store/database.ts';
import { Sweeper } from './store/sweeper.ts';

export interface ChainOptions {
  readonly ethCompatibility: boolean;
  /** archive: Call works at every height; full: only at the newest. */
  readonly keepHistory: boolean;
  readonly cacheSizes: CacheSizes;
  readonly codeCacheBytes: number;
  /** Memory for branches of tries. */
  readonly trieCacheBytes: number;
}

export interface ChainModules {
  readonly database: Database;
  readonly machine: MachineModules;
  /** The chain's hash, for headers and receipts. */
  readonly hash: Hash;
  readonly keccakInto: KeccakInto;
  /** Times a step of a block. */
  stage<T>(name: string, step: () => T): T;
}

/** With the state root of the height for Success, ReenterBlock and ReenterInvalidBlock. */
export interface ExecAnswer {
  readonly code: Code;
  readonly stateRoot: Uint8Array | undefined;
  /** Set if the block was executed now. */
  readonly executed?: ExecutedBlock;
}

/** Addresses and topics whose bits in a bloom are remembered. */
const BLOOM_ENTRIES = 50_000;

export class Chain {
  readonly #options: ChainOptions;
  readonly #modules: ChainModules;
  readonly #blockModules: BlockExecutorModules;
  readonly #sweeper: Sweeper;
  #head: Head | undefined;

  constructor(options: ChainOptions, modules: ChainModules) {
    this.#options = options;
    this.#modules = modules;
    const { database, machine, keccakInto } = modules;
    const state = new HeadState(
      database,
      new CodeStore(options.codeCacheBytes),
      options.cacheSizes,
      machine.seed,
    );
    const tries = new Tries(options.trieCacheBytes, {
      reader: database,
      head: state,
      keccakInto,
    });
    const blooms = new Blooms(BLOOM_ENTRIES, machine.keccak, machine.seed);
    this.#blockModules = { ...modules, state, tries, blooms };
    this.#sweeper = new Sweeper(options.keepHistory, database);
    this.#head = readHead(database);
  }

  /** The newest block; undefined before genesis. */
  get head(): BlockRecord | undefined {
    return this.#head && readBlockRecord(this.#modules.database, this.#head.height);
  }

  /** Throws StatusError for a block that cannot be executed, and whatever the database throws. */
  async exec(block: Block): Promise<ExecAnswer> {
    const header = checkHeader(block.header);
    const work = listWork(block);
    const known = this.#known(header.height);
    if (known !== undefined) {
      const code = isSame(known, header, block.version) ? Code.ReenterBlock : Code.ReenterInvalidBlock;
      return { code, stateRoot: known.stateRoot };
    }
    this.#checkSuccession(header);
    const internalHash = (height: bigint) => readBlockRecord(this.#modules.database, height)?.internalHash;
    const { ethCompatibility, keepHistory } = this.#options;
    const environment = blockEnvironment(header, { ethCompatibility, internalHash, hashOffset: 0n });
    const input = { block, header, work, environment, keepHistory, parent: this.#head };
    await this.#sweeper.pause();
    const executed = await this.#execute(input);
    this.#sweeper.resume();
    return { code: Code.Success, stateRoot: executed.record.stateRoot, executed };
  }

  /** Resolves when rows that nothing refers to are deleted. */
  swept(): Promise<void> {
    return this.#sweeper.finished();
  }

  /** After the last block: nothing is written any more. */
  close(): Promise<void> {
    return this.#sweeper.pause();
  }

  /** Only when the batch is written the block is there; if that fails, everything is as before. */
  async #execute(input: BlockInput): Promise<ExecutedBlock> {
    const { state, tries } = this.#blockModules;
    let executed: ExecutedBlock;
    try {
      executed = executeBlock(input, this.#blockModules);
      await this.#modules.stage('write', () => this.#modules.database.write(executed.batch));
    } catch (error) {
      tries.forget();
      throw error;
    }
    this.#head = executed.head;
    state.remember(executed.state);
    for (const storage of executed.state.goneStorages) tries.drop(storage);
    tries.endBlock();
    return executed;
  }

  #known(height: bigint): BlockRecord | undefined {
    if (this.#head === undefined || height > this.#head.height) return undefined;
    const record = readBlockRecord(this.#modules.database, height);
    if (record === undefined)
      throw new Error(`block ${height} is missing below the head ${this.#head.height}`);
    return record;
  }

  #checkSuccession(header: BlockHeader): void {
    const head = this.head;
    const next = head === undefined ? 0n : head.height + 1n;
    if (header.height !== next) {
      throw new StatusError(
        Code.ProposalTooHigh,
        `block ${header.height} cannot be executed, ${next} is next`,
      );
    }
    if (head !== undefined && !equalBytes(header.prevhash, head.blockHash)) {
      throw new StatusError(
        Code.BlockCheckError,
        `block ${header.height} does not follow our block ${head.height}`,
      );
    }
  }
}

function isSame(known: BlockRecord, header: BlockHeader, version: number): boolean {
  return (
    known.timestamp === header.timestamp &&
    known.version === version &&
    equalBytes(known.prevhash, header.prevhash) &&
    equalBytes(known.transactionsRoot, header.transactionsRoot) &&
    equalBytes(known.proposer, header.proposer.subarray(0, 20))
  );
}
