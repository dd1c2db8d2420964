// Puts the storage process together (docs/protocol/storage.md 1).

import { openDataFolder } from '@hexapod/common/data-folder';
import { connect } from '@hexapod/common/grpc-client';
import { GrpcServer } from '@hexapod/common/grpc-server';
import type { RunningService, ServiceContext } from '@hexapod/common/service';
import { StartupError } from '@hexapod/common/startup-error';
import { CryptoService } from '@hexapod/protocol/crypto';
import { blockHasher } from './block-hasher.ts';
import type { StorageTable, tables } from './config.ts';
import { type KeyValueStore, openLevel } from './key-value-store.ts';
import { serveStorage } from './service.ts';
import { Storage } from './storage.ts';

/** Of the rows, see rows.ts. */
const FORMAT_VERSION = 1;
/** What the database takes. */
const MIN_OPEN_FILES = 64;
const MAX_OPEN_FILES = 50_000;
/** Larger buffers only make the restart after a crash slower. */
const MAX_WRITE_BUFFER = 64 * 1024 * 1024;

export async function start({
  config: { storage_rocksdb: table },
  log,
  metrics,
  signal,
}: ServiceContext<typeof tables>): Promise<RunningService> {
  const folder = await openDataFolder(table.db_path, { kind: 'storage', version: FORMAT_VERSION });
  const database = await openDatabase(folder.path, table);
  const crypto = connect(CryptoService, {
    address: `127.0.0.1:${table.crypto_port}`,
    clientName: 'storage',
    log,
  });
  const storage = new Storage({ database, hashBlock: blockHasher(crypto) });
  const server = new GrpcServer({ host: '127.0.0.1', port: table.storage_port, log, metrics, signal });
  serveStorage(server, { storage, log, metrics });
  const port = await server.start();
  log.info({ folder: folder.path }, `listening on 127.0.0.1:${port}`);
  return {
    async stop() {
      await server.stop();
      crypto.close();
      await database.close();
      folder.close();
    },
  };
}

async function openDatabase(folder: string, table: StorageTable): Promise<KeyValueStore> {
  try {
    return await openLevel(folder, {
      writeBufferBytes: Math.min(table.write_buffer_size, MAX_WRITE_BUFFER),
      maxOpenFiles: Math.min(Math.max(table.max_open_file, MIN_OPEN_FILES), MAX_OPEN_FILES),
      sync: table.sync,
    });
  } catch (cause) {
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    const remedy = 'if it is damaged, move it away and let the node sync';
    throw new StartupError(`the database ${folder} cannot be opened: ${reason}: ${remedy}`, { cause });
  }
}
