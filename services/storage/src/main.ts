// The storage process: keeps blocks and chain data (docs/protocol/storage.md).

import { openDataFolder } from '@hexapod/common/data-folder';
import { connect } from '@hexapod/common/grpc-client';
import { GrpcServer } from '@hexapod/common/grpc-server';
import { runService } from '@hexapod/common/service';
import { CryptoService } from '@hexapod/protocol/crypto';
import { blockHasher } from './block-hasher.ts';
import { storageTable } from './config.ts';
import { openLevel } from './key-value-store.ts';
import { serveStorage } from './service.ts';
import { Storage } from './storage.ts';

const FORMAT_VERSION = 1;
/** Larger buffers only make the restart after a crash slower. */
const MAX_WRITE_BUFFER = 64 * 1024 * 1024;

await runService({
  name: 'storage',
  about: 'keeps blocks and chain data',
  tables: { storage_rocksdb: storageTable },
  async start({ config: { storage_rocksdb: config }, log, metrics, signal }) {
    const folder = await openDataFolder(config.db_path, { kind: 'storage', version: FORMAT_VERSION });
    const database = await openLevel(folder.path, {
      writeBufferBytes: Math.min(config.write_buffer_size, MAX_WRITE_BUFFER),
      maxOpenFiles: config.max_open_file,
      sync: config.sync,
    });
    const crypto = connect(CryptoService, {
      address: `127.0.0.1:${config.crypto_port}`,
      clientName: 'storage',
      log,
    });
    const storage = await Storage.open({ database, hashBlock: blockHasher(crypto) });
    const server = new GrpcServer({ host: '127.0.0.1', port: config.storage_port, log, metrics, signal });
    serveStorage(server, storage, log, metrics);
    log.info({ folder: folder.path }, `listening on 127.0.0.1:${await server.start()}`);
    return {
      async stop() {
        await server.stop();
        crypto.close();
        await database.close();
        folder.close();
      },
    };
  },
});
