// Work done by a number of workers at the same time, in one process: each takes the next task when it is done with one.

/** `run` gets the index of the task and of the worker. A task that fails counts as such and does not stop the others. */
export async function spread(
  tasks: number,
  workers: number,
  run: (task: number, worker: number) => Promise<unknown>,
): Promise<{ readonly success: number; readonly failures: readonly unknown[] }> {
  const failures: unknown[] = [];
  let next = 0;
  const work = async (_: unknown, worker: number): Promise<void> => {
    while (next < tasks) {
      const task = next++;
      try {
        await run(task, worker);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, tasks) }, work));
  return { success: tasks - failures.length, failures };
}
