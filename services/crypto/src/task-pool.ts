// The threads that do what would keep this one from answering. Each has a queue of its own, so that a caller can choose the one
// that has seen a sender before.

import type { Logger } from '@hexapod/common/log';
import { WorkerFailedError, WorkerPool } from '@hexapod/common/worker-pool';
import type { SuiteName } from '@hexapod/crypto/suite';
import type { ResultOf, Task } from './tasks.ts';

export interface TaskPoolOptions {
  readonly suite: SuiteName;
  readonly threads: number;
}

interface Thread {
  /** Of one worker, which it replaces when it fails. */
  readonly worker: WorkerPool<Task, ResultOf<Task>>;
  /** Tasks that it has been given and not answered. */
  tasks: number;
}

/** A task is pure: when its thread dies, for want of memory say, another one may try. */
const MAX_ATTEMPTS = 3;

export class TaskPool {
  readonly #threads: readonly Thread[];

  constructor({ suite, threads }: TaskPoolOptions, { log }: { readonly log: Logger }) {
    const script = new URL('./task-worker.ts', import.meta.url);
    this.#threads = Array.from({ length: threads }, () => ({
      worker: new WorkerPool({ script, size: 1, workerData: suite, log }),
      tasks: 0,
    }));
  }

  /** Tasks that wait for their thread. */
  get queued(): number {
    return this.#threads.reduce((sum, { worker }) => sum + worker.queued, 0);
  }

  /**
   * Copies the bytes of the task. Throws PoolFullError; WorkerFailedError after some attempts; TaskError for a bug.
   * @param number of the thread, from 0; without it, that which has the least to do. After a failure the next one tries.
   */
  async run<T extends Task>(task: T, number = this.#leastBusy()): Promise<ResultOf<T>> {
    for (let attempt = 1; ; attempt++) {
      const thread = this.#threads[(number + attempt - 1) % this.#threads.length];
      if (thread === undefined) throw new Error(`there is no thread ${number}`);
      thread.tasks++;
      try {
        return (await thread.worker.run(...copyOf(task))) as ResultOf<T>;
      } catch (error) {
        if (!(error instanceof WorkerFailedError) || attempt === MAX_ATTEMPTS) throw error;
      } finally {
        thread.tasks--;
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.close()));
  }

  #leastBusy(): number {
    let least = 0;
    for (const [number, { tasks }] of this.#threads.entries()) {
      if (tasks < (this.#threads[least]?.tasks ?? 0)) least = number;
    }
    return least;
  }
}

/** The task, and the copied memory to hand over: a view sent as it is would take the whole request along. */
function copyOf(task: Task): [Task, ArrayBuffer[]] {
  const copy = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
  switch (task.kind) {
    case 'check':
      // In memory of its own already, and small: the message copies it, and it is there for another attempt.
      return [task, []];
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
