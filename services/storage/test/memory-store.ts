// A database in memory, whose writes can be watched and made to fail.

import type { KeyValueStore, Operation, Reader } from '../src/key-value-store.ts';

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('latin1');

export class MemoryStore implements KeyValueStore {
  /** Each write, as it came. */
  readonly writes: (readonly Operation[])[] = [];
  /** Called before a write is done: may wait, or throw. */
  beforeWrite: () => Promise<void> = async () => undefined;
  #rows: ReadonlyMap<string, Uint8Array> = new Map();

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#rows.get(nameOf(key));
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.#rows.get(nameOf(key)));
  }

  async write(operations: readonly Operation[]): Promise<void> {
    this.writes.push(operations);
    await this.beforeWrite();
    const rows = new Map(this.#rows);
    for (const operation of operations) {
      if (operation.type === 'put') rows.set(nameOf(operation.key), operation.value.slice());
      else rows.delete(nameOf(operation.key));
    }
    this.#rows = rows;
  }

  atOneMoment<T>(read: (reader: Reader) => Promise<T>): Promise<T> {
    const rows = this.#rows;
    return read({
      get: async (key) => rows.get(nameOf(key)),
      getMany: async (keys) => keys.map((key) => rows.get(nameOf(key))),
    });
  }

  async close(): Promise<void> {
    this.#rows = new Map();
  }
}
