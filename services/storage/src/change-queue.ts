// Changes of the database, one after the other: each sees those before it, and what waits at the same time is written as one
// synchronized batch.

import type { KeyValueStore, Operation, Reader } from './key-value-store.ts';

/** Reads what it needs, then says what is to be written; what it throws concerns this change alone. */
export type Change = (reader: Reader) => Promise<readonly Operation[]>;

interface Waiting {
  readonly change: Change;
  resolve(): void;
  reject(error: unknown): void;
}

/** Changes in one batch. What waits beyond it waits for the next one. */
const MAX_GROUP = 64;

export class ChangeQueue {
  readonly #database: KeyValueStore;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(database: KeyValueStore) {
    this.#database = database;
  }

  /** On disk when it resolves. Rejects with what the change or the database throws; then nothing of it is written. */
  run(change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (!this.#isRunning) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.length > 0) await this.#runGroup(this.#waiting.splice(0, MAX_GROUP));
    this.#isRunning = false;
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    const view = new ChangedView(this.#database);
    const prepared: Waiting[] = [];
    for (const [position, waiting] of group.entries()) {
      try {
        view.apply(await waiting.change(view), position < group.length - 1);
        prepared.push(waiting);
      } catch (error) {
        waiting.reject(error);
      }
    }
    try {
      if (view.operations.length > 0) await this.#database.write(view.operations);
      for (const { resolve } of prepared) resolve();
    } catch (error) {
      for (const { reject } of prepared) reject(error);
    }
  }
}

/** The database with what is about to be written. */
class ChangedView implements Reader {
  readonly operations: Operation[] = [];
  readonly #database: Reader;
  readonly #changed = new Map<string, Uint8Array | undefined>();

  constructor(database: Reader) {
    this.#database = database;
  }

  /** @param isFollowed will another change look at this view? */
  apply(operations: readonly Operation[], isFollowed: boolean): void {
    for (const operation of operations) {
      this.operations.push(operation);
      if (!isFollowed) continue;
      this.#changed.set(nameOf(operation.key), operation.type === 'put' ? operation.value : undefined);
    }
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const name = nameOf(key);
    return this.#changed.has(name) ? this.#changed.get(name) : this.#database.get(key);
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    const found = await this.#database.getMany(keys);
    if (this.#changed.size === 0) return found;
    return keys.map((key, index) => {
      const name = nameOf(key);
      return this.#changed.has(name) ? this.#changed.get(name) : found[index];
    });
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}
