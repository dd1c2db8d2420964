/**
 * The database on disk. The worker that executes and the one that answers queries open the same folder:
 * `multithreading` makes them share one LevelDB, so a snapshot taken by one sees what the other has written.
 */
import { Level } from 'level';
import type { Batch, Database, Snapshot } from './database.ts';

export interface LevelOptions {
  readonly cacheBytes: number;
  readonly writeBufferBytes: number;
}

export async function openLevelDatabase(folder: string, options: LevelOptions): Promise<Database> {
  const level = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  await level.open({
    multithreading: true,
    cacheSize: options.cacheBytes,
    writeBufferSize: options.writeBufferBytes,
    // Most of it is hashes.
    compression: false,
  });
  return {
    get: (key) => level.getSync(key),
    write(batch: Batch) {
      // Row by row into the native batch: half the cost of handing over an array of operations.
      const chain = level.batch();
      for (const operation of batch.operations) {
        if (operation.type === 'put') chain.put(operation.key, operation.value);
        else chain.del(operation.key);
      }
      return chain.write({ sync: true });
    },
    keys: ({ from, to }, limit) => level.keys({ gte: from, lt: to, limit }).all(),
    snapshot(): Snapshot {
      const snapshot = level.snapshot();
      return { get: (key) => level.getSync(key, { snapshot }), close: () => snapshot.close() };
    },
    close: () => level.close(),
  };
}
