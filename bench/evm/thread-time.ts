// What this thread has worked so far, ms: on a busy machine the only clock that measures it and not its neighbours. Work of
// V8's other threads (collecting garbage, optimising) is left out, on either side.

export function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
