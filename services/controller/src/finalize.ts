// Making a block final: log, execute, store, govern, advance (docs/protocol/controller.md 9.1).
//
// The order is ours (section 18, weaknesses 1 to 5): the log record reaches the disk while the executor works; the block is
// stored as one batch; the locks it governs are written after it, before the next record replaces this one. A crash between
// any two steps leaves a record from which the start finishes the work (redo.ts).

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import type { StageTimers } from '@hexapod/common/stage-timers';
import { be64, equalBytes, toHex } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { type BlockContent, withStateRoot } from './block.ts';
import type { BlockLog } from './block-log.ts';
import type { Chain } from './chain.ts';
import type { Executor, Storage } from './neighbours.ts';
import { until } from './retry.ts';
import { applyBlock, type SystemConfig } from './system-config.ts';

const STATE_ROOT_LENGTH = 32;

export interface FinalizeOptions {
  /** Between two attempts of a store, ms. */
  readonly retryIntervalMs: number;
  readonly validatorLength: number;
}

export interface FinalizeModules {
  /** Executes again what the executor lost up to this height. */
  catchUpExecutor(height: bigint): Promise<void>;
  readonly chain: Chain;
  readonly executor: Executor;
  readonly storage: Storage;
  readonly blockLog: BlockLog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stages: StageTimers;
  readonly signal: AbortSignal;
}

export class Finalizer {
  readonly #options: FinalizeOptions;
  readonly #modules: FinalizeModules;

  constructor(options: FinalizeOptions, modules: FinalizeModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /**
   * Makes `block` the head. `bytes` is PB(Block) with its proof; with a state root too when it comes from a peer.
   * Throws StatusError when it cannot be; the head has not moved then.
   */
  async finalize(block: BlockContent, bytes: Uint8Array, statedRoot: Uint8Array): Promise<void> {
    const { blockLog, log, stages } = this.#modules;
    const logged = stages
      .time('wal', () => blockLog.append(bytes))
      .catch((error: unknown) => {
        // The record only spares us fetching the block again after a crash: no reason to refuse a decided block.
        log.error(
          { err: error, height: block.height },
          'the block log cannot be written: check disk and permissions',
        );
      });
    const stateRoot = await this.execute(block, bytes, statedRoot);
    await logged;
    await this.complete(block, bytes, statedRoot, stateRoot);
  }

  /** The block's state root, whether it is executed now or was before. */
  async execute(block: BlockContent, bytes: Uint8Array, statedRoot: Uint8Array): Promise<Uint8Array> {
    const { catchUpExecutor, log, stages } = this.#modules;
    let { code, stateRoot } = await stages.time('exec', () => this.#exec(block.height, bytes));
    if (code === Code.ProposalTooHigh) {
      log.warn({ height: block.height }, 'the executor has lost blocks');
      await catchUpExecutor(block.height - 1n);
      ({ code, stateRoot } = await this.#exec(block.height, bytes));
    }
    if (code === Code.ReenterBlock) {
      log.warn(
        { height: block.height },
        'the executor has executed this block before, its state root is taken',
      );
    } else if (code !== Code.Success) {
      throw new StatusError(code, `exec_block(${block.height}) failed: ${codeName(code)}`);
    }
    if (stateRoot.length !== STATE_ROOT_LENGTH) {
      const text = `the executor answered a state root of ${stateRoot.length} bytes for block ${block.height}`;
      throw new StatusError(Code.NoneHashResult, text);
    }
    if (statedRoot.length > 0 && !equalBytes(statedRoot, stateRoot)) {
      const text = `block ${block.height} states root ${toHex(statedRoot)}, the executor has ${toHex(stateRoot)}`;
      throw new StatusError(Code.StateRootCheckError, text);
    }
    return stateRoot;
  }

  /** Stores an executed block and what it governs, and advances the head. */
  async complete(
    block: BlockContent,
    bytes: Uint8Array,
    statedRoot: Uint8Array,
    stateRoot: Uint8Array,
  ): Promise<void> {
    const { chain, stages } = this.#modules;
    const stored = statedRoot.length > 0 ? bytes : withStateRoot(bytes, stateRoot);
    await stages.time('store', () => this.#store(Region.allBlockData, block.height, stored));
    const config = await this.govern(chain.config, block);
    chain.advance(block, stateRoot, config);
  }

  /** Applies the block's governance and writes down the locks it changed; harmless when done before. */
  async govern(before: SystemConfig, block: BlockContent): Promise<SystemConfig> {
    const { config, applied } = applyBlock(before, block.changes, this.#options.validatorLength);
    for (const { lockId, hash } of applied) {
      await this.#store(Region.global, lockId, hash);
      this.#modules.log.info({ lockId, hash, height: block.height }, 'system configuration changed');
    }
    return config;
  }

  /** A decided block must be executed some time: an executor that is away is waited for. */
  #exec(height: bigint, bytes: Uint8Array): Promise<{ code: Code; stateRoot: Uint8Array }> {
    return this.#patiently(`exec_block(${height})`, async () => {
      const answer = await this.#modules.executor.exec(bytes);
      return { ...answer, isTransient: AWAY.has(answer.code) };
    });
  }

  /** Stores for good: a store that fails for want of the storage process or its disk is repeated with the same data. */
  async #store(region: number, key: bigint, value: Uint8Array): Promise<void> {
    const what = `storing ${key} in region ${region}`;
    const { code } = await this.#patiently(what, async () => {
      const answered = await this.#modules.storage.store(region, be64(key), value);
      return { code: answered, isTransient: AWAY.has(answered) };
    });
    if (code !== Code.Success) throw new StatusError(code, `${what}: ${codeName(code)}`);
  }

  #patiently<T extends { code: Code; isTransient: boolean }>(
    what: string,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const { log, clock, signal } = this.#modules;
    const intervalMs = this.#options.retryIntervalMs;
    return until({ clock, signal, intervalMs }, async () => {
      const answer = await attempt();
      if (!answer.isTransient) return answer;
      log.warn({ retryInMs: intervalMs }, `${what}: ${codeName(answer.code)}, trying again`);
      return undefined;
    });
  }
}

/** A process is away, or its disk is full: the same call may succeed later. */
const AWAY: ReadonlySet<Code> = new Set([
  Code.ExecuteServerNotReady,
  Code.InternalChannelDisconnected,
  Code.StorageServerNotReady,
  Code.CryptoServerNotReady,
  Code.StoreError,
]);
