/**
 * Deletes rows that nothing refers to any more, a piece at a time while no block is executed: tries and slots of
 * accounts that are gone, and what blocks replaced when history is no longer kept. Which rows is itself in rows, so a
 * crash only interrupts it.
 */
import { Batch, type Database } from './database.ts';
import {
  ALL_GONE_SLOTS,
  ALL_GONE_TRIES,
  ALL_REPLACED,
  type KeyRange,
  slotsOf,
  storageOf,
  trieOf,
} from './keys.ts';

/** Rows deleted at once. */
const PIECE = 2048;

export class Sweeper {
  readonly #database: Database;
  readonly #keepHistory: boolean;
  #isPaused = true;
  #failure: unknown;
  #running: Promise<void> = Promise.resolve();

  constructor(keepHistory: boolean, database: Database) {
    this.#keepHistory = keepHistory;
    this.#database = database;
  }

  /** Goes on until nothing is left. */
  resume(): void {
    this.#isPaused = false;
    this.#running = this.#run().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  /** Resolves when it has stopped, after the piece it is at. Throws what it failed with. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.finished();
  }

  /** Resolves when nothing is left or it was paused. */
  async finished(): Promise<void> {
    await this.#running;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
  }

  async #run(): Promise<void> {
    while (!this.#isPaused && (await this.#piece()));
  }

  /** False: there was nothing. */
  async #piece(): Promise<boolean> {
    if (await this.#storage(ALL_GONE_TRIES, trieOf)) return true;
    if (this.#keepHistory) return false;
    return (await this.#storage(ALL_GONE_SLOTS, slotsOf)) || (await this.#rows(ALL_REPLACED));
  }

  async #storage(list: KeyRange, rowsOf: (storage: number) => KeyRange): Promise<boolean> {
    const [entry] = await this.#database.keys(list, 1);
    return entry !== undefined && this.#rows(rowsOf(storageOf(entry)), entry);
  }

  /** Deletes the first rows of a range, and with the last of them the entry that names it. */
  async #rows(range: KeyRange, entry?: Uint8Array): Promise<boolean> {
    const keys = await this.#database.keys(range, PIECE);
    const batch = new Batch();
    for (const key of keys) batch.delete(key);
    if (entry !== undefined && keys.length < PIECE) batch.delete(entry);
    if (batch.operations.length === 0) return false;
    await this.#database.write(batch);
    return true;
  }
}
