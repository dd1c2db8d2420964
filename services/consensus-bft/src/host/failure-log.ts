/**
 * Failures of the other processes in the log: one line when something begins to fail, one when it works again, however
 * often it is tried in between. A failure that nobody foresaw keeps its stack.
 */
import type { Logger } from '@hexapod/common/log';
import { RpcError } from '@hexapod/common/rpc-error';
import { StatusError } from '@hexapod/protocol/status-code';

export class FailureLog {
  readonly #log: Logger;
  readonly #failing = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** `what` names the thing that failed, always in the same words. */
  failed(what: string, error: unknown): void {
    const isForeseen = error instanceof RpcError || error instanceof StatusError;
    const text = `${what} fails: ${error instanceof Error ? error.message : String(error)}`;
    if (!isForeseen) this.#log.error({ err: error }, text);
    else if (this.#failing.has(what)) this.#log.debug(text);
    else this.#log.warn(text);
    this.#failing.add(what);
  }

  worked(what: string): void {
    if (this.#failing.delete(what)) this.#log.info(`${what} works again`);
  }
}
