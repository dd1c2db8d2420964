// The table of the config file (docs/protocol/storage.md 1).

import { boolean, bytes, count, metricsKeys, path, port } from '@hexapod/common/config';
import { z } from 'zod';

export const storageTable = z.object({
  storage_port: port.default(50003),
  /** The crypto process, asked once for the name of its suite. */
  crypto_port: port.default(50005),
  /** Folder of the database, relative to the working directory. */
  db_path: path
    .refine((text) => !text.startsWith('/'), { error: 'a path relative to the working directory' })
    .default('chain_data'),
  /** Bytes of writes held in memory before they become a file. The original's default; our database wants less. */
  write_buffer_size: bytes.default(268_435_456),
  max_open_file: count(16, 1_000_000).default(512),
  /** Read by the original only. */
  background_jobs: count(0, 1024).default(2),
  target_file_size_base: bytes.default(67_108_864),
  /** Whether an answered Store survives a power cut. Switching it off is for throw-away chains. */
  sync: boolean.default(true),
  ...metricsKeys(60003),
});
