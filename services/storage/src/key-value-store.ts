// The database behind the regions, as little of it as they need.

import { Level } from 'level';

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

export interface KeyValueStore {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** All or none of the operations; on disk when it resolves. */
  write(operations: readonly Operation[]): Promise<void>;
  /** Number of keys from `gte` up to, and without, `lt`. */
  count(range: { readonly gte: Uint8Array; readonly lt: Uint8Array }): Promise<number>;
  close(): Promise<void>;
}

export interface LevelOptions {
  readonly writeBufferBytes: number;
  readonly maxOpenFiles: number;
  /** Whether a write waits until it is on disk. */
  readonly sync: boolean;
}

/** LevelDB in a folder. Writers that wait at the same time share one synchronization of the disk. */
export async function openLevel(folder: string, options: LevelOptions): Promise<KeyValueStore> {
  const level = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  await level.open({
    writeBufferSize: options.writeBufferBytes,
    maxOpenFiles: options.maxOpenFiles,
    // Most of a block is hashes and signatures.
    compression: false,
  });
  return {
    async get(key) {
      const value = await level.get(key);
      // The database hands out Buffers whatever it is asked for; what slices them expects plain bytes.
      return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    },
    write: (operations) => level.batch([...operations], { sync: options.sync }),
    async count(range) {
      let keys = 0;
      for await (const _key of level.keys(range)) keys++;
      return keys;
    },
    close: () => level.close(),
  };
}
