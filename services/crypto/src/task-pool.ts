// The threads that do what would keep this one from answering.

import type { Logger } from '@hexapod/common/log';
import { WorkerFailedError, WorkerPool } from '@hexapod/common/worker-pool';
import type { SuiteName } from '@hexapod/crypto/suite';
import type { ResultOf, Task } from './tasks.ts';

export interface TaskPoolOptions {
  readonly suite: SuiteName;
  readonly threads: number;
}

/** A task is pure: when its thread dies, for want of memory say, another one may try. */
const MAX_ATTEMPTS = 3;

export class TaskPool {
  readonly #pool: WorkerPool<Task, ResultOf<Task>>;

  constructor({ suite, threads }: TaskPoolOptions, { log }: { readonly log: Logger }) {
    const script = new URL('./task-worker.ts', import.meta.url);
    this.#pool = new WorkerPool({ script, size: threads, workerData: suite, log });
  }

  get queued(): number {
    return this.#pool.queued;
  }

  /** Copies the bytes of the task. Throws PoolFullError; WorkerFailedError after some attempts; TaskError for a bug. */
  async run<T extends Task>(task: T): Promise<ResultOf<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#pool.run(...copyOf(task))) as ResultOf<T>;
      } catch (error) {
        if (!(error instanceof WorkerFailedError) || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** The task, and the copied memory to hand over: a view sent as it is would take the whole request along. */
function copyOf(task: Task): [Task, ArrayBuffer[]] {
  const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
  switch (task.kind) {
    case 'check': {
      const transactions = copy(task.transactions);
      return [{ ...task, transactions }, [transactions.buffer]];
    }
    case 'hash': {
      const data = copy(task.data);
      return [{ ...task, data }, [data.buffer]];
    }
    case 'recover': {
      const message = copy(task.message);
      return [{ ...task, message, signature: copy(task.signature) }, [message.buffer]];
    }
  }
}
