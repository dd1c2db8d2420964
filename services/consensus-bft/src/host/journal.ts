/**
 * The core's write-ahead log on disk. Entries ordered in one step share a sync with whatever else waits. When the log
 * gets long it is replaced, at once and whole, by the shortest one that gives back the same state.
 */
import type { Logger } from '@hexapod/common/log';
import { StartupError } from '@hexapod/common/startup-error';
import { BincodeError } from '../codec/bincode.ts';
import { decodeRecord, encodeRecord } from '../codec/log-records.ts';
import type { WalRecord } from '../core/types.ts';

/** What the journal needs of packages/common/src/write-ahead-log.ts. */
export interface LogFile {
  readonly bytes: number;
  append(body: Uint8Array): Promise<void>;
  replay(): Promise<Uint8Array[]>;
  reset(bodies: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}

const CUT_AT_BYTES = 32 << 20;

export class Journal {
  readonly #file: LogFile;
  readonly #log: Logger;
  readonly #cutAt: number;
  /** Length after the last cut: a log that is long because the height is must not be cut all the time. */
  #shortest = 0;
  /** Writes that wait for the end of a cut; null when there is none. */
  #held: (() => void)[] | null = null;

  constructor(file: LogFile, log: Logger, cutAt = CUT_AT_BYTES) {
    this.#file = file;
    this.#log = log;
    this.#cutAt = cutAt;
  }

  /** All entries, oldest first. Throws StartupError for a log that this program did not write. */
  async read(): Promise<WalRecord[]> {
    const bodies = await this.#file.replay();
    try {
      return bodies.map(decodeRecord);
    } catch (cause) {
      if (!(cause instanceof BincodeError)) throw cause;
      const text = `the consensus log holds an entry that is none (${cause.message}): restore it, or delete its folder`;
      throw new StartupError(text, { cause });
    }
  }

  /** Resolves when the entries are on disk. */
  write(records: readonly WalRecord[]): Promise<void> {
    const bodies = records.map(encodeRecord);
    const append = async (): Promise<void> => {
      await Promise.all(bodies.map((body) => this.#file.append(body)));
    };
    if (this.#held === null) return append();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#held.push(() => append().then(resolve, reject));
    return promise;
  }

  /** Cuts the log if it is long; `shortest` makes the entries that replace it, everything written so far included. */
  async cutIfLong(shortest: () => readonly WalRecord[]): Promise<void> {
    if (this.#held !== null || this.#file.bytes < Math.max(this.#cutAt, 2 * this.#shortest)) return;
    const before = this.#file.bytes;
    const bodies = shortest().map(encodeRecord);
    this.#shortest = bodies.reduce((sum, body) => sum + body.length, 0);
    // What is written from here on is not in `bodies`: it must not reach the file before they do.
    const held: (() => void)[] = [];
    this.#held = held;
    try {
      await this.#file.reset(bodies);
      this.#log.debug(`the consensus log is cut from ${before} to ${this.#file.bytes} bytes`);
    } finally {
      this.#held = null;
      for (const write of held) write();
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
