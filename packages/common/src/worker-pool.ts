// Worker threads that work off tasks: a bounded queue, each task answered once, a failed worker replaced.
// The worker's script calls `serveTasks` of worker-tasks.ts.

import { type Transferable, Worker } from 'node:worker_threads';
import type { Logger } from './log.ts';
import type { AnswerMessage, TaskFailure, TaskMessage } from './worker-tasks.ts';

export interface WorkerPoolOptions {
  /** The worker's script: `new URL('./verify-worker.ts', import.meta.url)`. */
  readonly script: URL;
  /** Number of threads. */
  readonly size: number;
  readonly workerData?: unknown;
  /** Tasks that may wait; one more is refused with PoolFullError. */
  readonly maxQueue?: number;
  /** Tasks given to one worker at the same time, so that it has the next one at hand when it has answered. */
  readonly depth?: number;
  readonly log: Logger;
}

/** The queue is full: the caller should refuse its own caller (RESOURCE_EXHAUSTED). */
export class PoolFullError extends Error {
  override readonly name = 'PoolFullError';
}

/** The worker thread ended while it worked on this task, or it cannot be started. */
export class WorkerFailedError extends Error {
  override readonly name = 'WorkerFailedError';
}

/** The task's code threw. The stack is the worker's. */
export class TaskError extends Error {
  override readonly name = 'TaskError';

  constructor(failure: TaskFailure) {
    super(`${failure.name}: ${failure.message}`);
    if (failure.stack !== undefined) this.stack = failure.stack;
  }
}

const MAX_QUEUE = 4096;
/** A worker that fails this often in a row without one answer is not started again for a task: the task fails. */
const MAX_FAILURES = 5;
const RESTART_DELAY_MS = 50;

interface Job {
  readonly message: TaskMessage;
  readonly transfer: readonly Transferable[];
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Seat {
  worker: Worker;
  /** Given to the worker, oldest first: the first is the one it works on. */
  readonly jobs: Job[];
}

export class WorkerPool<Task, Result> {
  readonly #options: WorkerPoolOptions;
  readonly #depth: number;
  readonly #queue: Job[] = [];
  readonly #seats = new Set<Seat>();
  #failures = 0;
  #nextId = 0;
  #isClosed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#depth = options.depth ?? 2;
    for (let i = 0; i < options.size; i++) this.#addWorker();
  }

  /** Tasks that wait for a worker. */
  get queued(): number {
    return this.#queue.length;
  }

  /**
   * Has a worker do the task. Buffers in `transfer` are handed over, not copied, and are gone here; a task whose worker
   * dies is not repeated. Throws PoolFullError, WorkerFailedError, TaskError.
   */
  run(task: Task, transfer: readonly Transferable[] = []): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new WorkerFailedError('the worker pool is closed'));
    const { maxQueue = MAX_QUEUE } = this.#options;
    if (this.#queue.length >= maxQueue) {
      return Promise.reject(new PoolFullError(`${this.#queue.length} tasks are waiting, try again later`));
    }
    return new Promise((resolve, reject) => {
      const message = { id: this.#nextId++, task };
      this.#queue.push({ message, transfer, resolve: (result) => resolve(result as Result), reject });
      this.#dispatch();
    });
  }

  /** Runs the tasks on all workers; the results are in the order of the tasks. */
  map(tasks: readonly Task[]): Promise<Result[]> {
    return Promise.all(tasks.map((task) => this.run(task)));
  }

  /** Ends the workers; tasks that are not done are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const seats = [...this.#seats];
    this.#seats.clear();
    const closed = new WorkerFailedError('the worker pool is closed');
    for (const job of [...this.#queue.splice(0), ...seats.flatMap((seat) => seat.jobs.splice(0))])
      job.reject(closed);
    await Promise.all(seats.map((seat) => seat.worker.terminate()));
  }

  #addWorker(): void {
    const { script, workerData } = this.#options;
    const worker = new Worker(script, { workerData });
    const seat: Seat = { worker, jobs: [] };
    let reason = 'it ended';
    worker.on('message', (answer: AnswerMessage) => this.#onAnswer(seat, answer));
    worker.on('messageerror', (error) =>
      this.#options.log.error({ err: error }, 'a worker sent what cannot be read'),
    );
    worker.on('error', (error) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on('exit', (code) => this.#onExit(seat, `${reason} (exit code ${code})`));
    this.#seats.add(seat);
  }

  #dispatch(): void {
    for (let level = 0; level < this.#depth; level++) {
      for (const seat of this.#seats) {
        if (this.#queue.length === 0) return;
        if (seat.jobs.length <= level) this.#give(seat);
      }
    }
  }

  #give(seat: Seat): void {
    const job = this.#queue.shift();
    if (!job) return;
    try {
      seat.worker.postMessage(job.message, job.transfer);
      seat.jobs.push(job);
    } catch (error) {
      job.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #onAnswer(seat: Seat, answer: AnswerMessage): void {
    this.#failures = 0;
    const job = seat.jobs[0]?.message.id === answer.id ? seat.jobs.shift() : undefined;
    if (!job) return;
    this.#dispatch();
    if ('failure' in answer) job.reject(new TaskError(answer.failure));
    else job.resolve(answer.result);
  }

  /** A worker has ended that should not: its task fails, the tasks behind it and the place go to others. */
  #onExit(seat: Seat, reason: string): void {
    if (!this.#seats.delete(seat)) return;
    this.#failures += 1;
    this.#options.log.error(`a worker thread of ${this.#options.script.pathname} failed: ${reason}`);
    const [running, ...next] = seat.jobs;
    running?.reject(new WorkerFailedError(`the worker thread failed: ${reason}`));
    this.#queue.unshift(...next.filter((job) => job.transfer.length === 0));
    for (const job of next)
      if (job.transfer.length > 0) job.reject(new WorkerFailedError('the worker thread failed before'));
    if (this.#failures >= MAX_FAILURES) {
      for (const job of this.#queue.splice(0))
        job.reject(new WorkerFailedError(`no worker thread starts: ${reason}`));
    }
    const delay = RESTART_DELAY_MS * 2 ** Math.min(this.#failures - 1, MAX_FAILURES);
    setTimeout(() => {
      if (this.#isClosed) return;
      this.#addWorker();
      this.#dispatch();
    }, delay).unref();
  }
}
