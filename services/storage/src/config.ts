// The table of the config file (docs/protocol/storage.md 1).

import { boolean, bytes, metricsKeys, path, port } from '@hexapod/common/config';
import { z } from 'zod';

const integer = z.int({ error: 'a whole number' });

const storageTable = z.object({
  storage_port: port.default(50003),
  /** The crypto process, asked once for the name of its suite. */
  crypto_port: port.default(50005),
  /** Folder of the database. */
  db_path: path
    .refine((text) => !text.startsWith('/'), {
      error: 'a path relative to the working directory, which does not begin with /',
    })
    .default('chain_data'),
  /** Bytes of writes held in memory before they become a file. The original's default; our database wants less. */
  write_buffer_size: bytes.default(268_435_456),
  /** Of the database, at the same time. The original takes -1 for no bound; ours keeps within 64 to 50,000. */
  max_open_file: integer.default(512),
  /** Of the original's database only: accepted, without effect. */
  background_jobs: integer.default(2),
  target_file_size_base: bytes.default(67_108_864),
  /** Ours: whether an answered Store survives a power cut. Switching it off is for throw-away chains. */
  sync: boolean.default(true),
  ...metricsKeys(60003),
});

export type StorageTable = z.output<typeof storageTable>;

export const tables = { storage_rocksdb: storageTable };
