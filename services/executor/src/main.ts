/** The executor process: `run -c config.toml -l executor-log4rs.yaml`. */
import { randomBytes } from 'node:crypto';
import { openDataFolder } from '@hexapod/common/data-folder';
import { GrpcServer } from '@hexapod/common/grpc-server';
import { runService, type ServiceContext } from '@hexapod/common/service';
import { WorkerPool } from '@hexapod/common/worker-pool';
import { toHex } from '@hexapod/protocol/bytes';
import { executorTable, hashName, otherTables } from './config.ts';
import { addServices } from './service.ts';
import type { ExecResult, ExecTask, QueryResult, QueryTask, WorkerSettings } from './worker/protocol.ts';

const tables = { executor_evm: executorTable, ...otherTables };

await runService({
  name: 'executor',
  about: 'Executes blocks and answers calls: the EVM of the chain',
  bareExitCode: 0,
  tables,
  start,
});

async function start({ config, log, metrics, signal }: ServiceContext<typeof tables>) {
  const options = config.executor_evm;
  // A folder of its own below db_path, which other services of the node use, too.
  const folder = await openDataFolder(`${options.db_path}/executor`, { kind: 'executor', version: 1 });
  const settings: WorkerSettings = {
    folder: folder.path,
    hash: hashName(options, config),
    ethCompatibility: options.eth_compatibility,
    keepHistory: options.sync_mode === 'archive',
    callTimeLimit: options.call_time_limit,
    seed: randomBytes(4).readUInt32BE(),
  };
  const pool = { size: 1, depth: 1, workerData: settings, log };
  const exec = new WorkerPool<ExecTask, ExecResult>({
    ...pool,
    script: new URL('./worker/exec-worker.ts', import.meta.url),
    maxQueue: 16,
  });
  const queries = new WorkerPool<QueryTask, QueryResult>({
    ...pool,
    script: new URL('./worker/query-worker.ts', import.meta.url),
    maxQueue: 1024,
  });
  const [opened] = await Promise.all([exec.run({ kind: 'head' }), queries.run({ kind: 'ready' })]);
  if (opened.kind === 'head') {
    const { height, blockHash } = opened.head ?? { height: 0n, blockHash: new Uint8Array(32) };
    log.info(`executor init, current_height: ${height}, current_hash: 0x${toHex(blockHash)}`);
  }
  log.info(`hash ${settings.hash}, sync mode ${options.sync_mode}, data in ${folder.path}`);

  const server = new GrpcServer({ host: '0.0.0.0', port: options.executor_port, log, metrics, signal });
  addServices({ server, exec, queries, log, metrics });
  await server.start();
  log.info(`listening on port ${server.port}`);
  return {
    async stop() {
      await server.stop();
      // After the tasks that wait: a block that is being written is written to its end.
      await Promise.all([exec.run({ kind: 'close' }), queries.run({ kind: 'close' })]);
      await Promise.all([exec.close(), queries.close()]);
      folder.close();
    },
  };
}
