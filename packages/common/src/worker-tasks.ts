// The worker's side of worker-pool.ts: `serveTasks` is what a worker script calls, once.

import { parentPort, type Transferable } from 'node:worker_threads';

/** What a failed task tells: errors of own classes do not survive the way between threads. */
export interface TaskFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export interface TaskMessage {
  readonly id: number;
  readonly task: unknown;
}

export type AnswerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: TaskFailure };

/**
 * Answers the pool's tasks, one after the other in the order they came. `transfer` names the buffers of a result that
 * are handed over instead of copied; they must not be used here afterwards.
 */
export function serveTasks<Task, Result>(
  handle: (task: Task) => Result | Promise<Result>,
  transfer: (result: Result) => readonly Transferable[] = () => [],
): void {
  const port = parentPort;
  if (!port) throw new Error('serveTasks() is for worker threads');
  let last: Promise<void> = Promise.resolve();
  const answer = async ({ id, task }: { id: number; task: Task }) => {
    try {
      const result = await handle(task);
      port.postMessage({ id, result } satisfies AnswerMessage, [...transfer(result)]);
    } catch (error) {
      port.postMessage({ id, failure: describe(error) } satisfies AnswerMessage);
    }
  };
  port.on('message', (message: { id: number; task: Task }) => {
    last = last.then(() => answer(message));
  });
}

function describe(error: unknown): TaskFailure {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack };
  return { name: 'Error', message: String(error), stack: undefined };
}
