import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recordingLog, silentLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { type MetricsServer, startMetricsServer } from './metrics-server.ts';
import { PortTakenError } from './startup-error.ts';

/** The text without our own figures. */
async function shared(metrics: Metrics): Promise<string> {
  const blocks = (await metrics.text()).split('\n\n');
  return blocks
    .filter((block) => !block.includes('hexapod_'))
    .join('\n')
    .trim();
}

test('one histogram per caller and method, in the very form of the originals', async () => {
  const metrics = new Metrics({ buckets: [0.25, 1, 10] });
  const hashData = metrics.callTimer('HashData');
  hashData('controller', 0.25);
  hashData('controller', 2.5);
  hashData('controller', 11);
  metrics.callTimer('Store')('storage', 0.1);
  expect(await shared(metrics)).toBe(`# HELP controller_to_HashData request latencies in milliseconds(ms)
# TYPE controller_to_HashData histogram
controller_to_HashData_bucket{le="0.25"} 1
controller_to_HashData_bucket{le="1"} 1
controller_to_HashData_bucket{le="10"} 2
controller_to_HashData_bucket{le="+Inf"} 3
controller_to_HashData_sum 13.75
controller_to_HashData_count 3
# HELP storage_to_Store request latencies in milliseconds(ms)
# TYPE storage_to_Store histogram
storage_to_Store_bucket{le="0.25"} 1
storage_to_Store_bucket{le="1"} 1
storage_to_Store_bucket{le="10"} 1
storage_to_Store_bucket{le="+Inf"} 1
storage_to_Store_sum 0.1
storage_to_Store_count 1`);
});

test('the default buckets are those of the originals', async () => {
  const metrics = new Metrics();
  metrics.callTimer('Load')('controller', 1);
  const bounds = [...(await shared(metrics)).matchAll(/le="([^"]+)"/g)].map((match) => match[1]);
  expect(bounds.join(' ')).toBe('0.25 0.5 0.75 1 2.5 5 7.5 10 25 50 75 100 250 500 +Inf');
});

test('a caller whose name is no metric name is not measured', async () => {
  const metrics = new Metrics();
  const count = metrics.callTimer('Store');
  for (const name of ['', '1a', 'a-b', 'a b', 'ü', 'a"}', 'x'.repeat(65)]) count(name, 1);
  expect(await shared(metrics)).toBe('');
});

test('strangers cannot fill the memory with names, and the processes of the node are measured all the same', async () => {
  const metrics = new Metrics();
  const store = metrics.callTimer('Store');
  for (let i = 0; i < 1000; i++) store(`stranger${i}`, 1);
  metrics.callTimer('Load')('stranger0', 1);
  store('controller', 1);
  const names = [...(await shared(metrics)).matchAll(/TYPE (\S+)/g)].map((match) => match[1]);
  expect(names).toHaveLength(32 + 2);
  expect(names).toContain('stranger0_to_Load');
  expect(names).toContain('controller_to_Store');
});

test('our own figures: stages, gauges, counters', async () => {
  const metrics = new Metrics();
  metrics.stages.add('exec', 2.5);
  metrics.stages.add('exec', 1);
  metrics.gauge('height', 'Height of the chain', () => 7);
  const count = metrics.counter('blocks_total', 'Blocks made');
  count();
  count(2);
  const text = await metrics.text();
  for (const line of [
    'hexapod_stage_milliseconds_total{stage="exec"} 3.5',
    'hexapod_stage_runs_total{stage="exec"} 2',
    '# HELP hexapod_height Height of the chain',
    'hexapod_height 7',
    'hexapod_blocks_total 3',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(await metrics.text()).toBe(text);
});

test('the figures of the process', async () => {
  const text = await new Metrics({ process: true }).text();
  expect(text).toContain('hexapod_process_cpu_seconds_total');
  expect(text).toContain('hexapod_process_resident_memory_bytes');
});

test('a stage is timed when it returns, throws, resolves, rejects', async () => {
  const { stages } = new Metrics();
  const clock = vi.spyOn(performance, 'now');
  let now = 0;
  clock.mockImplementation(() => (now += 10));
  expect(stages.time('a', () => 1)).toBe(1);
  expect(() => stages.time('a', () => JSON.parse('{'))).toThrow();
  expect(await stages.time('a', async () => 2)).toBe(2);
  await expect(stages.time('a', async () => JSON.parse('{'))).rejects.toThrow();
  clock.mockRestore();
  expect(stages.totals.get('a')).toEqual({ ms: 40, runs: 4 });
});

test('the number of stages is bounded', () => {
  const { stages } = new Metrics();
  for (let i = 0; i < 1000; i++) stages.add(`${i}`, 1);
  expect(stages.totals.size).toBe(256);
});

let server: MetricsServer | undefined;
beforeEach(() => {
  server = undefined;
});
afterEach(() => server?.stop());

test('GET /metrics answers with the text; anything else is 404 and says where metrics are', async () => {
  const metrics = new Metrics();
  metrics.callTimer('Store')('controller', 1);
  server = await startMetricsServer({ host: '127.0.0.1', port: 0, log: silentLog, metrics });
  const base = `http://127.0.0.1:${server.port}`;
  const answer = await fetch(`${base}/metrics`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4']);
  expect(await answer.text()).toBe(await metrics.text());
  for (const [path, method] of [
    ['/', 'GET'],
    ['/metrics', 'POST'],
    ['/metricsx', 'GET'],
  ] as const) {
    const other = await fetch(base + path, { method });
    expect(other.status).toBe(404);
    expect(await other.text()).toContain('controller http://127.0.0.1:60004/metrics');
  }
});

test('a figure that cannot be read does not take the server down', async () => {
  const { log, lines } = recordingLog();
  const metrics = new Metrics();
  let broken = true;
  metrics.gauge('x', 'x', () => {
    if (broken) throw new Error('no figure');
    return 1;
  });
  server = await startMetricsServer({ host: '127.0.0.1', port: 0, log, metrics });
  await expect(fetch(`http://127.0.0.1:${server.port}/metrics`)).rejects.toThrow();
  broken = false;
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(200);
  expect(lines[0]).toMatch(/^ERROR test - metrics cannot be collected: no figure/);
});

test('a port that stays taken is a clear error', async () => {
  server = await startMetricsServer({ host: '127.0.0.1', port: 0, log: silentLog, metrics: new Metrics() });
  const again = startMetricsServer({
    host: '127.0.0.1',
    port: server.port,
    log: silentLog,
    metrics: new Metrics(),
    patienceMs: 0,
  });
  await expect(again).rejects.toThrow(PortTakenError);
  await expect(again).rejects.toThrow(
    `the metrics port 127.0.0.1:${server.port} is in use by another process`,
  );
});

test('a process tells how long its event loop was blocked, without a timer that wakes it', async () => {
  const metrics = new Metrics({ process: true });
  await metrics.text();
  const blockedMs = 20;
  await setImmediate();
  for (const end = performance.now() + blockedMs; performance.now() < end; );
  await setImmediate();
  await setImmediate();
  const text = await metrics.text();
  const longest = /^hexapod_nodejs_eventloop_lag_seconds\{statistic="max"\} (\S+)$/m.exec(text)?.[1];
  expect(Number(longest)).toBeGreaterThanOrEqual(blockedMs / 1000);
  expect(text).toContain('hexapod_process_cpu_seconds_total ');
});
