/** A database in memory, for tests and for what need not outlive the process. */
import type { Batch, Database, Reader, Snapshot } from './database.ts';

function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

export class MemoryDatabase implements Database {
  #rows = new Map<string, Uint8Array>();

  get size(): number {
    return this.#rows.size;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(keyText(key));
  }

  write(batch: Batch): Promise<void> {
    for (const operation of batch.operations) {
      if (operation.type === 'put') this.#rows.set(keyText(operation.key), operation.value.slice());
      else this.#rows.delete(keyText(operation.key));
    }
    return Promise.resolve();
  }

  snapshot(): Snapshot {
    const rows: Reader = {
      get: (
        (copy) => (key: Uint8Array) =>
          copy.get(keyText(key))
      )(new Map(this.#rows)),
    };
    return { ...rows, close: () => Promise.resolve() };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
