// A whole controller with the other five in memory, and a network between several of them, under virtual time. What a crash
// leaves is in `disks`; everything else dies with the process.

import type { VirtualClock } from '@hexapod/common/clock';
import { type Logger, silentLog } from '@hexapod/common/log';
import { Metrics } from '@hexapod/common/metrics';
import { checkTransactions } from '@hexapod/crypto/check-transactions';
import type { Suite } from '@hexapod/crypto/suite';
import { RawTransactions } from '@hexapod/protocol/blockchain';
import { be64, equalBytes } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import { Controller } from '../../src/controller.ts';
import type {
  Consensus,
  ConsensusSettings,
  Crypto,
  Executor,
  Neighbours,
  Storage,
} from '../../src/neighbours.ts';
import type { ControllerOptions } from '../../src/options.ts';
import type { Account } from './accounts.ts';
import { CrashPoint } from './crash.ts';
import type { Hub } from './hub.ts';
import { MemoryExecutor } from './memory-executor.ts';
import { MemoryStorage } from './memory-storage.ts';
import { type LogDisk, memoryWal } from './memory-wal.ts';

export interface NodeSettings {
  readonly suite: Suite;
  readonly account: Account;
  readonly clock: VirtualClock;
  readonly hub: Hub;
  readonly options: ControllerOptions;
  readonly log?: Logger;
  /** In place of empty ones. */
  readonly disks?: Disks;
  /** In place of one that makes up its state roots. */
  readonly executor?: ExecutorDisk;
}

export interface ExecutorDisk {
  exec(block: Uint8Array): { code: Code; stateRoot: Uint8Array };
}

export interface Disks {
  readonly storage: MemoryStorage;
  readonly executor: MemoryExecutor;
  readonly log: LogDisk;
}

/** Faults to inject into the answers of neighbours; undefined: the call goes through. */
export interface Faults {
  store?: (region: number) => Code | undefined;
  load?: (region: number) => Code | undefined;
  exec?: () => Code | undefined;
  reconfigure?: () => Code | undefined;
  checkBlock?: (height: bigint) => Code | undefined;
  checkTransactions?: (count: number, strict: boolean) => Code | undefined;
}

/** What {@link proofOf} makes is the decision for a height in these tests. */
export function proofOf(height: bigint): Uint8Array {
  return be64(height);
}

export class TestNode {
  readonly disks: Disks;
  readonly faults: Faults = {};
  /** What consensus was told, in order. */
  readonly reconfigured: ConsensusSettings[] = [];
  /** Calls to neighbours by name. */
  readonly calls = new Map<string, number>();
  crash = new CrashPoint();
  readonly #settings: NodeSettings;
  readonly #executorDisk: ExecutorDisk;
  #controller: Controller | undefined;
  #stop = new AbortController();

  constructor(settings: NodeSettings) {
    const { hash } = settings.suite;
    this.#settings = settings;
    this.disks = settings.disks ?? {
      storage: new MemoryStorage(hash),
      executor: new MemoryExecutor(hash),
      log: { records: [] },
    };
    this.#executorDisk = settings.executor ?? this.disks.executor;
  }

  get suite(): Suite {
    return this.#settings.suite;
  }

  get account(): Account {
    return this.#settings.account;
  }

  get isRunning(): boolean {
    return this.#controller !== undefined;
  }

  get controller(): Controller {
    if (this.#controller === undefined) throw new Error('the node is not running');
    return this.#controller;
  }

  /** Resolves when the port would open. */
  async start(): Promise<Controller> {
    const { clock, hub, log, options, suite } = this.#settings;
    this.crash = new CrashPoint();
    this.#stop = new AbortController();
    const controller = await Controller.start(options, {
      ...this.#neighbours(suite),
      network: hub.network(this),
      wal: memoryWal(this.disks.log, this.crash),
      clock,
      log: log ?? silentLog,
      metrics: new Metrics(),
      random: () => 0.5,
      signal: this.#stop.signal,
    });
    this.#controller = controller;
    hub.join(this);
    return controller;
  }

  /** The process is gone; its disks stay. */
  kill(): void {
    this.#settings.hub.leave(this);
    this.#stop.abort(new Error('killed'));
    this.#controller = undefined;
  }

  #count(name: string): void {
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
  }

  #neighbours(suite: Suite): Omit<Neighbours, 'network'> {
    const { crash } = this;
    return {
      storage: this.#storage(crash),
      executor: this.#executor(crash),
      consensus: this.#consensus(crash),
      crypto: this.#crypto(suite, crash),
    };
  }

  #storage(crash: CrashPoint): Storage {
    const { storage } = this.disks;
    return {
      load: async (region, key) => {
        this.#count('load');
        if (crash.isDead) return new Promise(() => undefined);
        const fault = this.faults.load?.(region);
        return fault === undefined ? storage.load(region, key) : { code: fault, value: new Uint8Array(0) };
      },
      store: (region, key, value) => {
        this.#count('store');
        const fault = this.faults.store?.(region);
        if (fault !== undefined) return Promise.resolve(fault);
        return crash.step(`store ${region}`, () => storage.store(region, key, value));
      },
    };
  }

  #executor(crash: CrashPoint): Executor {
    return {
      exec: (block) => {
        this.#count('exec');
        const fault = this.faults.exec?.();
        if (fault !== undefined) return Promise.resolve({ code: fault, stateRoot: new Uint8Array(0) });
        return crash.step('exec', () => this.#executorDisk.exec(block));
      },
    };
  }

  #consensus(crash: CrashPoint): Consensus {
    return {
      reconfigure: (settings) =>
        crash.step('reconfigure', () => {
          const fault = this.faults.reconfigure?.();
          if (fault === undefined) this.reconfigured.push(settings);
          return fault ?? Code.Success;
        }),
      checkBlock: async (height, _data, proof) => {
        this.#count('checkBlock');
        const fault = this.faults.checkBlock?.(height);
        if (fault !== undefined) return fault;
        return equalBytes(proof, proofOf(height)) ? Code.Success : Code.ProposalCheckError;
      },
    };
  }

  #crypto(suite: Suite, crash: CrashPoint): Crypto {
    const { privateKey } = this.account;
    const { name, hashLength, signatureLength, addressLength } = suite;
    const { Success } = Code;
    return {
      info: async () => ({ code: Success, info: { name, hashLength, signatureLength, addressLength } }),
      hash: async (data) => ({ code: Success, hash: suite.hash(data) }),
      sign: async (message) => ({ code: Success, signature: suite.sign(privateKey, message) }),
      recover: async (message, signature) => ({ code: Success, address: suite.recover(message, signature) }),
      checkTransactions: async (body, strict) => {
        if (crash.isDead) return new Promise(() => undefined);
        this.#count('checkTransactions');
        const { body: transactions } = RawTransactions.decode(body);
        const fault = this.faults.checkTransactions?.(transactions.length, strict);
        if (fault !== undefined) return { code: fault };
        const failed = checkTransactions(suite, transactions, strict ? 'strict' : 'as-original');
        const [first] = failed;
        return first === undefined
          ? { code: Success }
          : { code: first.code, failing: failed.map(({ index }) => index) };
      },
    };
  }
}

/** The code of the failure of a call, Success where it did not fail. */
export async function codeOf(call: Promise<unknown>): Promise<Code> {
  try {
    await call;
    return Code.Success;
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    if (error instanceof DecodeError) return Code.DecodeError;
    throw error;
  }
}
