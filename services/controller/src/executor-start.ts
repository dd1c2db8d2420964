// Bringing executor and storage to the same head at a start (docs/protocol/controller.md 3 step 9; section 18, weaknesses 5a, 6).

import type { Logger } from '@hexapod/common/log';
import { StartupError } from '@hexapod/common/startup-error';
import { Block } from '@hexapod/protocol/blockchain';
import { be64, equalBytes, toHex } from '@hexapod/protocol/bytes';
import { genesisBlock, Region } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { encodeHeader, withStateRoot } from './block.ts';
import type { Head } from './chain.ts';
import type { ChainStore } from './chain-store.ts';
import type { ChainSuite } from './chain-suite.ts';
import type { Executor, Storage } from './neighbours.ts';

export interface ExecutorStartModules {
  readonly executor: Executor;
  readonly storage: Pick<Storage, 'store'>;
  readonly store: ChainStore;
  readonly suite: Pick<ChainSuite, 'hash'>;
  readonly log: Logger;
}

const PROGRESS_EVERY = 1000n;

export class ExecutorStart {
  readonly #genesis: Block;
  readonly #modules: ExecutorStartModules;

  /** @param options genesis: timestamp in ms, prevhash 32 bytes. */
  constructor(
    options: { readonly genesis: { readonly timestamp: bigint; readonly prevhash: Uint8Array } },
    modules: ExecutorStartModules,
  ) {
    this.#genesis = genesisBlock(options.genesis);
    this.#modules = modules;
  }

  /**
   * Makes the executor stand at `stored`, or at genesis where that is undefined, which is then stored. May be repeated.
   * Throws StatusError for a process that is away, StartupError for data that do not belong together.
   */
  async run(stored: Head | undefined): Promise<Head> {
    const bytes = Block.encode(this.#genesis);
    const { code, stateRoot } = await this.#exec(0n, bytes);
    if (stored === undefined) return this.#storeGenesis(bytes, stateRoot);
    if (stored.height === 0n) return stored;
    // An executor that took genesis as new has lost its data: all blocks are executed again.
    if (code === Code.Success) await this.#replay(1n, stored.height);
    else await this.catchUp(stored.height);
    return stored;
  }

  async #storeGenesis(bytes: Uint8Array, stateRoot: Uint8Array): Promise<Head> {
    const { header } = this.#genesis;
    if (header === undefined) throw new Error('the genesis block has a header by construction');
    const hash = await this.#modules.suite.hash(encodeHeader(header));
    const code = await this.#modules.storage.store(
      Region.allBlockData,
      be64(0n),
      withStateRoot(bytes, stateRoot),
    );
    if (code !== Code.Success) throw new StatusError(code, `storing the genesis block: ${codeName(code)}`);
    this.#modules.log.info({ hash, stateRoot }, 'new chain: genesis block stored');
    return { height: 0n, hash, stateRoot };
  }

  /**
   * Finds the newest block that the executor takes, going down in growing steps, and executes all above it. Throws as `run`.
   */
  async catchUp(headHeight: bigint): Promise<void> {
    for (let step = 1n, height = headHeight; ; step *= 2n, height -= step) {
      if (height < 1n) return this.#replay(1n, headHeight);
      if (!(await this.#isAccepted(height))) continue;
      if (height < headHeight) await this.#replay(height + 1n, headHeight);
      return;
    }
  }

  async #isAccepted(height: bigint): Promise<boolean> {
    const block = await this.#requireBlock(height);
    const answer = await this.#modules.executor.exec(block);
    const { code } = answer;
    requireThere(height, code);
    if (code === Code.ReenterInvalidBlock) throw otherChain(height);
    if (code !== Code.Success && code !== Code.ReenterBlock) return false;
    await this.#requireRoot(height, answer.stateRoot);
    return true;
  }

  async #replay(from: bigint, to: bigint): Promise<void> {
    const { log } = this.#modules;
    log.warn(`the executor is behind storage: blocks ${from} to ${to} are executed again`);
    for (let height = from; height <= to; height += 1n) {
      const { stateRoot } = await this.#exec(height, await this.#requireBlock(height));
      await this.#requireRoot(height, stateRoot);
      if (height % PROGRESS_EVERY === 0n) log.info(`executed again up to ${height} of ${to}`);
    }
  }

  async #exec(height: bigint, bytes: Uint8Array): Promise<{ code: Code; stateRoot: Uint8Array }> {
    const answer = await this.#modules.executor.exec(bytes);
    const { code } = answer;
    if (code === Code.Success || code === Code.ReenterBlock) return answer;
    if (code === Code.ReenterInvalidBlock) throw otherChain(height);
    requireThere(height, code);
    throw new StartupError(`the executor refuses block ${height} with ${codeName(code)}: see its log`);
  }

  async #requireBlock(height: bigint): Promise<Uint8Array> {
    const block = await this.#modules.store.fullBlock(height);
    if (block === undefined)
      throw new StartupError(`storage has no block ${height}: restore it, or let the node sync anew`);
    return block;
  }

  async #requireRoot(height: bigint, executed: Uint8Array): Promise<void> {
    const stored = await this.#modules.store.stateRoot(height);
    if (stored !== undefined && equalBytes(stored, executed)) return;
    const text = `storage has ${stored ? toHex(stored) : 'none'}, the executor ${toHex(executed)}`;
    throw new StartupError(
      `the state roots of block ${height} differ: ${text}; remove the executor's data and it is made again from the blocks`,
    );
  }
}

function requireThere(height: bigint, code: Code): void {
  if (code !== Code.ExecuteServerNotReady && code !== Code.InternalChannelDisconnected) return;
  throw new StatusError(Code.ExecuteServerNotReady, `exec_block(${height}): ${codeName(code)}`);
}

function otherChain(height: bigint): StartupError {
  return new StartupError(
    `the executor knows another block ${height}: its data, the storage and [genesis_block] do not belong to one chain`,
  );
}
