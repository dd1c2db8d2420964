/** A database in memory. */
import type { Batch, Database, Snapshot } from '../src/store/database.ts';
import type { KeyRange } from '../src/store/keys.ts';

function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

export class MemoryDatabase implements Database {
  readonly rows = new Map<string, Uint8Array>();
  /** Set to have the next write fail. */
  failure: Error | undefined;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.rows.get(keyText(key));
  }

  write(batch: Batch): Promise<void> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    for (const operation of batch.operations) {
      if (operation.type === 'put') this.rows.set(keyText(operation.key), operation.value.slice());
      else this.rows.delete(keyText(operation.key));
    }
    return Promise.resolve();
  }

  keys({ from, to }: KeyRange, limit: number): Promise<Uint8Array[]> {
    const [low, high] = [keyText(from), keyText(to)];
    const found = [...this.rows.keys()].filter((key) => key >= low && key < high).sort();
    return Promise.resolve(found.slice(0, limit).map((key) => Buffer.from(key, 'latin1')));
  }

  snapshot(): Snapshot {
    const rows = new Map(this.rows);
    return { get: (key) => rows.get(keyText(key)), close: () => Promise.resolve() };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
