import { afterEach, expect, test } from 'vitest';
import { recordingLog } from './log.ts';
import {
  PoolFullError,
  TaskError,
  WorkerFailedError,
  WorkerPool,
  type WorkerPoolOptions,
} from './worker-pool.ts';

const script = new URL('../test/fixtures/task-worker.ts', import.meta.url);
type Task = number | 'throw' | 'die' | 'crash' | ArrayBuffer;
const pools: WorkerPool<Task, unknown>[] = [];

function pool(options: Partial<WorkerPoolOptions> = {}) {
  const { log, lines } = recordingLog();
  const made = new WorkerPool<Task, unknown>({ script, size: 2, log, ...options });
  pools.push(made);
  return { pool: made, lines };
}

afterEach(async () => {
  for (const made of pools.splice(0)) await made.close();
});

test('answers are in the order of the tasks', async () => {
  const tasks = Array.from({ length: 100 }, (_, i) => i);
  expect(await pool().pool.map(tasks)).toEqual(tasks.map((i) => i * 2));
});

test('a task that throws fails with its text and stack, and the worker goes on', async () => {
  const { pool: one } = pool({ size: 1 });
  const failed = await one.run('throw').catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(TaskError);
  expect(failed).toMatchObject({
    message: 'RangeError: too far',
    stack: expect.stringContaining('task-worker'),
  });
  expect(await one.run(21)).toBe(42);
});

test.each(['die', 'crash'] as const)(
  'a worker that ends (%s) is replaced: only its own task fails',
  async (how) => {
    const { pool: one, lines } = pool({ size: 1 });
    const tasks = [one.run(1), one.run(how), one.run(2), one.run(3)];
    const results = await Promise.allSettled(tasks);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    await expect(tasks[1]).rejects.toThrow(WorkerFailedError);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(how === 'die' ? 'exit code 3' : 'bug in the worker');
  },
);

test('the queue is bounded', async () => {
  const { pool: one } = pool({ size: 1, depth: 1, maxQueue: 2 });
  const taken = [one.run(1), one.run(2), one.run(3)];
  expect(one.queued).toBe(2);
  await expect(one.run(4)).rejects.toThrow(new PoolFullError('2 tasks are waiting, try again later'));
  expect(await Promise.all(taken)).toEqual([2, 4, 6]);
  expect(await one.run(4)).toBe(8);
});

test('buffers are handed over, both ways', async () => {
  const buffer = new ArrayBuffer(1000);
  const result = await pool().pool.run(buffer, [buffer]);
  expect(buffer.byteLength).toBe(0);
  expect(result).toHaveProperty('byteLength', 1000);
});

test('a worker that never starts fails the tasks with its reason', async () => {
  const { pool: one } = pool({ size: 1, workerData: 'never starts' });
  await expect(one.run(1)).rejects.toThrow(/no such device/);
});

test('a task that cannot be sent fails alone', async () => {
  const { pool: one } = pool({ size: 1 });
  const spoiled = new ArrayBuffer(1);
  structuredClone(spoiled, { transfer: [spoiled] });
  await expect(one.run(spoiled, [spoiled])).rejects.toThrow(/detached|transfer/i);
  expect(await one.run(1)).toBe(2);
});

test('closing refuses what is not done, and everything after', async () => {
  const { pool: one } = pool({ size: 1 });
  const waiting = Promise.allSettled([one.run(1), one.run(2), one.run(3)]);
  await one.close();
  expect((await waiting).every(({ status }) => status === 'rejected')).toBe(true);
  await expect(one.run(1)).rejects.toThrow('the worker pool is closed');
});
