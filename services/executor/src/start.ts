/** Starts the executor: its data folder, its workers, its gRPC server; and stops them in order. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDataFolder } from '@hexapod/common/data-folder';
import { GrpcServer } from '@hexapod/common/grpc-server';
import type { Logger } from '@hexapod/common/log';
import type { RunningService, ServiceContext } from '@hexapod/common/service';
import { WorkerPool } from '@hexapod/common/worker-pool';
import { toHex } from '@hexapod/protocol/bytes';
import { hashName, type tables } from './config.ts';
import { addServices } from './service.ts';
import { ROWS_FOLDER, removeFormat1, upgradeFromFormat1 } from './store/upgrade.ts';
import type { ExecResult, ExecTask, Lane, WorkerSettings } from './worker/protocol.ts';
import { QueryLane } from './worker/query-lane.ts';

/** Version of the rows of store/keys.ts. */
const FORMAT_VERSION = 2;
/** Blocks and, in each lane, queries that may wait; each further one is refused with RESOURCE_EXHAUSTED. */
const MAX_WAITING_BLOCKS = 16;
const MAX_WAITING_QUERIES = 1024;

interface Workers {
  readonly exec: WorkerPool<ExecTask, ExecResult>;
  readonly queries: Record<Lane, QueryLane>;
}

export async function start(context: ServiceContext<typeof tables>): Promise<RunningService> {
  const { config, log, metrics, signal } = context;
  const options = config.executor_evm;
  // A folder of its own below db_path, where other services of the node have theirs.
  const folder = await openDataFolder(`${options.db_path}/executor`, {
    kind: 'executor',
    version: FORMAT_VERSION,
    upgrade: (path) => upgradeFromFormat1(path, (text) => log.info(text)),
  });
  await removeFormat1(folder.path);
  const settings: WorkerSettings = {
    folder: join(folder.path, ROWS_FOLDER),
    hash: hashName(options, config),
    ethCompatibility: options.eth_compatibility,
    keepHistory: options.sync_mode === 'archive',
    callTimeLimit: options.call_time_limit,
    seed: randomBytes(4).readUInt32BE(),
  };
  const workers = startWorkers(settings, log);
  const stopWorkers = async () => {
    // After the tasks that wait: a block that is being written is written to its end.
    const lanes = Object.values(workers.queries);
    await Promise.allSettled([workers.exec.run({ kind: 'close' }), ...lanes.map((lane) => lane.close())]);
    await workers.exec.close();
    folder.close();
  };
  try {
    await reportHead(workers, log);
    log.info(`hash ${settings.hash}, sync mode ${options.sync_mode}, data in ${folder.path}`);
    const server = new GrpcServer({ host: '0.0.0.0', port: options.executor_port, log, metrics, signal });
    addServices({ server, ...workers, log, stages: metrics.stages });
    await server.start();
    log.info(`listening on port ${server.port}`);
    return {
      async stop() {
        await server.stop();
        await stopWorkers();
      },
    };
  } catch (error) {
    await stopWorkers();
    throw error;
  }
}

function startWorkers(workerData: WorkerSettings, log: Logger): Workers {
  const pool = { size: 1, depth: 1, workerData, log };
  const script = new URL('./worker/query-worker.ts', import.meta.url);
  const lane = () => new QueryLane(() => new WorkerPool({ ...pool, script, maxQueue: MAX_WAITING_QUERIES }));
  return {
    exec: new WorkerPool({
      ...pool,
      script: new URL('./worker/exec-worker.ts', import.meta.url),
      maxQueue: MAX_WAITING_BLOCKS,
    }),
    queries: { reads: lane(), calls: lane(), estimates: lane() },
  };
}

/** Waits until the worker that executes and one that answers have opened the database. */
async function reportHead({ exec, queries }: Workers, log: Logger): Promise<void> {
  const ready = queries.reads.run({ kind: 'ready' });
  const [report] = await Promise.all([exec.run({ kind: 'head' }), ready]);
  if (report.kind !== 'head') throw new Error(`the exec worker answered head with ${report.kind}`);
  const { height, blockHash } = report.head ?? { height: 0n, blockHash: new Uint8Array(32) };
  log.info(`executor init, current_height: ${height}, current_hash: 0x${toHex(blockHash)}`);
}
