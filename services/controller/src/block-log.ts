// The controller's write-ahead log: the blocks being finalized, in a form of our own. One synced write per block; the file is
// started anew when it has grown large, never while it holds a block that is not final.

export interface WriteAheadLog {
  /** Length of the log. */
  readonly bytes: number;
  /** Resolves when the record is on the disk. */
  append(record: Uint8Array): Promise<void>;
  /** All records, oldest first. */
  replay(): Promise<Uint8Array[]>;
  reset(): Promise<void>;
}

export class BlockLog {
  readonly #wal: WriteAheadLog;
  readonly #maxBytes: number;

  /** @param maxBytes from which on the log is started anew. */
  constructor(wal: WriteAheadLog, maxBytes: number) {
    this.#wal = wal;
    this.#maxBytes = maxBytes;
  }

  /** Writes PB(Block) down. One block is finalized at a time, so what the log holds before is final or was given up. */
  async append(block: Uint8Array): Promise<void> {
    if (this.#wal.bytes > this.#maxBytes) await this.#wal.reset();
    await this.#wal.append(block);
  }

  /** All blocks in the log, newest first. */
  async newestFirst(): Promise<Uint8Array[]> {
    return (await this.#wal.replay()).reverse();
  }
}
