// From the first signal to the end of the process: an orderly stop with a limit (docs/protocol/common.md 10).

import { constants } from 'node:os';
import type { Logger } from './log.ts';

export interface LifecycleOptions {
  /** The longest an orderly stop may take, ms. */
  readonly stopLimitMs?: number;
  /** The longest a start that was interrupted may take to give up, ms. */
  readonly abortLimitMs?: number;
  /** The process whose life this is; another one in tests. */
  readonly process?: LifeProcess;
}

/** What is needed of Node's `process`. */
export interface LifeProcess {
  on(event: string, listener: (argument: unknown) => void): unknown;
  exit(code: number): void;
}

const STOP_LIMIT_MS = 10_000;
const ABORT_LIMIT_MS = 2_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Owns the process's signals and uncaught errors from its construction on. */
export class Lifecycle {
  readonly #log: Logger;
  readonly #options: LifecycleOptions;
  readonly #process: LifeProcess;
  readonly #aborter = new AbortController();
  readonly #steps: { readonly what: string; readonly stop: () => Promise<void> }[] = [];
  #hasStarted = false;
  #isStopping = false;

  constructor(log: Logger, options: LifecycleOptions = {}) {
    this.#log = log;
    this.#options = options;
    this.#process = options.process ?? process;
    for (const signal of SIGNALS) this.#process.on(signal, () => this.#onSignal(signal));
    // A bug in one corner must not end what the other corners do; it is told with its stack.
    this.#process.on('uncaughtException', (error) => log.error({ err: error }, 'uncaught error'));
    this.#process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled rejection'));
    // Nobody reads our output any more: not a reason to end.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  }

  /** Aborted at the first signal. */
  get signal(): AbortSignal {
    return this.#aborter.signal;
  }

  /** Adds a step of the stop; the last one added is taken first. */
  onStop(what: string, stop: () => Promise<void>): void {
    this.#steps.push({ what, stop });
  }

  /** The start is over, well or not; a signal that came meanwhile is obeyed now. */
  started(): void {
    this.#hasStarted = true;
    if (this.#aborter.signal.aborted) void this.#stop();
  }

  #onSignal(signal: (typeof SIGNALS)[number]): void {
    const number = constants.signals[signal];
    if (this.#aborter.signal.aborted) {
      this.#log.warn(`${signal} again: exit at once`);
      this.#process.exit(128 + number);
      return;
    }
    this.#log.info(`exit by signal: ${number}`);
    this.#aborter.abort(new Error(`stopped by ${signal}`));
    if (this.#hasStarted) void this.#stop();
    else setTimeout(() => void this.#stop(), this.#options.abortLimitMs ?? ABORT_LIMIT_MS);
  }

  async #stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const limit = this.#options.stopLimitMs ?? STOP_LIMIT_MS;
    setTimeout(() => {
      this.#log.error(`the stop took more than ${limit} ms: exit at once`);
      this.#process.exit(1);
    }, limit);
    let exitCode = 0;
    for (const { what, stop } of this.#steps.toReversed()) {
      try {
        await stop();
      } catch (error) {
        exitCode = 1;
        this.#log.error({ err: error }, `${what} did not stop well`);
      }
    }
    this.#process.exit(exitCode);
  }
}
