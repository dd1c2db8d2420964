// From a cold process to a chain that can be served: docs/protocol/controller.md 3, steps 2 to 11, in that order. Whatever is
// away is waited for; what can never work is a StartupError that says what to do.

import type { Clock } from '@hexapod/common/clock';
import type { Logger } from '@hexapod/common/log';
import type { StageTimers } from '@hexapod/common/stage-timers';
import { StartupError } from '@hexapod/common/startup-error';
import { loadSuite, type SuiteName } from '@hexapod/crypto/suite';
import { be64, readBe64 } from '@hexapod/protocol/bytes';
import { Region } from '@hexapod/protocol/rules';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { BlockLog, type WriteAheadLog } from './block-log.ts';
import { Chain, type ChainOptions, type Head } from './chain.ts';
import { ChainStore } from './chain-store.ts';
import { ChainSuite } from './chain-suite.ts';
import { ExecutorStart } from './executor-start.ts';
import { Finalizer } from './finalize.ts';
import { Governance, type StoredConfig } from './governance.ts';
import { History } from './history.ts';
import type { Crypto, Executor, Network, Storage } from './neighbours.ts';
import { redo } from './redo.ts';
import { until } from './retry.ts';
import { isNotReady } from './signatures.ts';
import { ADDRESS_LENGTH, type SystemConfig } from './system-config.ts';

export interface StartOptions extends ChainOptions {
  /** Where the network process finds this one. */
  readonly port: number;
  readonly retryIntervalMs: number;
  /** From which size on the block log is started anew, bytes. */
  readonly maxLogBytes: number;
  /** Bytes per validator in a value of the validators. */
  readonly validatorLength: number;
  /** The configuration of the file. */
  readonly config: SystemConfig;
  /** Milliseconds; 32 bytes. */
  readonly genesis: { readonly timestamp: bigint; readonly prevhash: Uint8Array };
}

export interface StartModules {
  readonly network: Pick<Network, 'register'>;
  readonly crypto: Crypto;
  readonly storage: Storage;
  readonly executor: Executor;
  readonly wal: WriteAheadLog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stages: StageTimers;
  readonly signal: AbortSignal;
}

export interface StartedChain {
  readonly chain: Chain;
  readonly suite: ChainSuite;
  readonly store: ChainStore;
  readonly governance: Governance;
  /** In force for the first block. */
  readonly initialConfig: SystemConfig;
  readonly finalizer: Finalizer;
}

const REGISTER_HOST = '127.0.0.1';

/** Everything before the port opens. Throws StartupError, or Stopped. */
export async function startChain(options: StartOptions, modules: StartModules): Promise<StartedChain> {
  const start = new Start(options, modules);
  return start.run();
}

function isKnown(name: string): name is SuiteName {
  return name === 'sm' || name === 'eth';
}

class Start {
  readonly #options: StartOptions;
  readonly #modules: StartModules;
  readonly #store: ChainStore;
  readonly #governance: Governance;

  constructor(options: StartOptions, modules: StartModules) {
    const { storage } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#store = new ChainStore(storage);
    this.#governance = new Governance({
      store: this.#store,
      storage,
      validatorLength: options.validatorLength,
    });
  }

  async run(): Promise<StartedChain> {
    const { log } = this.#modules;
    await this.#register();
    const suite = await this.#openSuite();
    const stored = await this.#patiently('reading the height', () => this.#storedHead());
    const config = await this.#patiently('reading the system configuration', () =>
      this.#governance.open(this.#options.config),
    );
    const { genesis } = this.#options;
    const executor = new ExecutorStart({ genesis }, { ...this.#modules, store: this.#store, suite });
    const head = await this.#patiently('preparing the executor', () => executor.run(stored));
    const current = await this.#patiently('looking for lost governance', () =>
      this.#resolve(config, head.height),
    );
    const { from, to } = History.window(head.height, current.blockLimit);
    const recent = await this.#patiently('reading recent blocks', () => this.#store.hashes(from, to));

    const chain = new Chain(this.#options, head, current, recent);
    const blockLog = new BlockLog(this.#modules.wal, this.#options.maxLogBytes);
    const catchUpExecutor = (height: bigint) => executor.catchUp(height);
    const finalizer = new Finalizer(this.#options, { ...this.#modules, chain, blockLog, catchUpExecutor });
    await redo({ chain, blockLog, finalizer, suite, log });
    log.info({ height: chain.height, hash: chain.head.hash }, 'chain opened');
    const { initial: initialConfig } = config;
    return { chain, suite, store: this.#store, governance: this.#governance, initialConfig, finalizer };
  }

  async #register(): Promise<void> {
    const { log, network } = this.#modules;
    await this.#until(async () => {
      const code = await network.register(REGISTER_HOST, this.#options.port);
      if (code === Code.Success) return true;
      log.warn(`waiting for the network process: ${codeName(code)}`);
      return undefined;
    });
  }

  async #openSuite(): Promise<ChainSuite> {
    const { crypto, log } = this.#modules;
    const info = await this.#until(async () => {
      const answer = await crypto.info();
      if (answer.code === Code.Success && answer.info !== undefined) return answer.info;
      log.warn(`waiting for the crypto process: ${codeName(answer.code)}`);
      return undefined;
    });
    if (info.addressLength !== ADDRESS_LENGTH) {
      throw new StartupError(
        `the crypto process has addresses of ${info.addressLength} bytes: ${ADDRESS_LENGTH} are wanted`,
      );
    }
    if (isKnown(info.name)) return new ChainSuite(info, crypto, await loadSuite(info.name));
    log.warn(
      `the crypto suite "${info.name}" is not one of ours: the crypto process hashes and checks, which is slower`,
    );
    return new ChainSuite(info, crypto, undefined);
  }

  /** Undefined for a new chain. */
  async #storedHead(): Promise<Head | undefined> {
    const value = await this.#store.load(Region.global, be64(0n));
    if (value === undefined || value.length === 0) return undefined;
    const height = readBe64(value);
    // An original's storage writes a block piece by piece: after a crash the newest one may be incomplete.
    for (const candidate of height > 0n ? [height, height - 1n] : [height]) {
      const head = await this.#headAt(candidate);
      if (head !== undefined) return head;
      this.#modules.log.warn(`storage has no whole block ${candidate}`);
    }
    throw new StartupError(
      `storage has no whole block at its height ${height}, nor below: restore it, or let the node sync anew`,
    );
  }

  async #headAt(height: bigint): Promise<Head | undefined> {
    const hash = await this.#store.blockHash(height);
    const stateRoot = await this.#store.stateRoot(height);
    const block = await this.#store.fullBlock(height);
    return hash && stateRoot && block && { height, hash, stateRoot };
  }

  /** The current configuration, with locks whose transaction is not in storage set to what the blocks say. */
  async #resolve({ current, unresolved }: StoredConfig, height: bigint): Promise<SystemConfig> {
    let config = current;
    for (const name of unresolved) {
      const found = await this.#governance.lastChange(name, height);
      const source = found ? 'its last change in the chain' : 'its first value';
      this.#modules.log.warn(`the last change of ${name} is not in storage: ${source} is taken`);
      if (found !== undefined) config = this.#governance.resolve(config, name, found);
    }
    return config;
  }

  #until<T>(attempt: () => Promise<T | undefined>): Promise<T> {
    const { clock, signal } = this.#modules;
    return until({ clock, signal, intervalMs: this.#options.retryIntervalMs }, attempt);
  }

  /** Repeats a step while a process it needs is not ready. */
  async #patiently<T>(what: string, step: () => Promise<T>): Promise<T> {
    const done = await this.#until(async () => {
      try {
        return { value: await step() };
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        if (!isNotReady(error.code)) throw new StartupError(`${what}: ${error.message}`, { cause: error });
        this.#modules.log.warn(`${what}: ${error.message}, trying again`);
        return undefined;
      }
    });
    return done.value;
  }
}
