/**
 * A thread for one kind of query. It starts with the first one: most nodes are never asked for an estimate, and a
 * thread that waits costs memory and time at the start.
 */
import type { WorkerPool } from '@hexapod/common/worker-pool';
import type { QueryResult, QueryTask } from './protocol.ts';

type QueryPool = WorkerPool<QueryTask, QueryResult>;

export class QueryLane {
  readonly #open: () => QueryPool;
  #pool: QueryPool | undefined;

  constructor(open: () => QueryPool) {
    this.#open = open;
  }

  run(...task: Parameters<QueryPool['run']>): Promise<QueryResult> {
    this.#pool ??= this.#open();
    return this.#pool.run(...task);
  }

  /** After the queries that wait. */
  async close(): Promise<void> {
    const pool = this.#pool;
    if (pool === undefined) return;
    // A thread that fails at this has no open database any more.
    await Promise.allSettled([pool.run({ kind: 'close' })]);
    await pool.close();
  }
}
