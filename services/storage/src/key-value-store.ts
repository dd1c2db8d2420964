// The database behind the regions, as little of it as they need.

import { Level } from 'level';

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

export interface Reader {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  /** In the order of the keys. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
}

export interface KeyValueStore extends Reader {
  /** All or none of the operations; on disk when it resolves. */
  write(operations: readonly Operation[]): Promise<void>;
  /** Reads as if nothing were written meanwhile. */
  atOneMoment<T>(read: (reader: Reader) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface LevelOptions {
  readonly writeBufferBytes: number;
  readonly maxOpenFiles: number;
  /** Whether a write waits until it is on disk. */
  readonly sync: boolean;
}

type View = Uint8Array<ArrayBufferLike>;

/** LevelDB in a folder. */
export async function openLevel(folder: string, options: LevelOptions): Promise<KeyValueStore> {
  const level = new Level<View, View>(folder, { keyEncoding: 'view', valueEncoding: 'view' });
  await level.open({
    writeBufferSize: options.writeBufferBytes,
    maxOpenFiles: options.maxOpenFiles,
    // Most of a block is hashes and signatures.
    compression: false,
  });
  const readerOf = (at: { readonly snapshot?: ReturnType<typeof level.snapshot> }): Reader => ({
    get: async (key) => plain(await level.get(key, at)),
    getMany: async (keys) => (await level.getMany([...keys], at)).map(plain),
  });
  return {
    ...readerOf({}),
    write: (operations) => level.batch([...operations], { sync: options.sync }),
    async atOneMoment(read) {
      const snapshot = level.snapshot();
      try {
        return await read(readerOf({ snapshot }));
      } finally {
        await snapshot.close();
      }
    },
    close: () => level.close(),
  };
}

/** The database hands out Buffers whatever it is asked for; what slices them expects plain bytes. */
function plain(value: Uint8Array | undefined): Uint8Array | undefined {
  return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
