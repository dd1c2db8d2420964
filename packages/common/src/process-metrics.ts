// What a process tells about itself: CPU, memory, garbage collection, and how long its event loop was blocked.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

type Delays = ReturnType<typeof monitorEventLoopDelay>;

const PREFIX = 'hexapod_';
const LAG_PREFIX = `${PREFIX}nodejs_eventloop_lag`;
const NANOSECONDS = 1e9;

const LAGS: Readonly<Record<string, (delays: Delays) => number>> = {
  min: ({ min }) => min,
  max: ({ max }) => max,
  mean: ({ mean }) => mean,
  p50: (delays) => delays.percentile(50),
  p99: (delays) => delays.percentile(99),
};

/**
 * The library's figures, but for the lag of the event loop: it samples by a timer that wakes the process a hundred times a
 * second, which was half of what an idle process cost. Ours is measured in each turn that the loop takes anyway.
 */
export function collectProcessMetrics(registry: Registry): void {
  const never = 2 ** 31 - 1;
  collectDefaultMetrics({ register: registry, prefix: PREFIX, eventLoopMonitoringPrecision: never });
  for (const { name } of registry.getMetricsAsArray()) {
    if (name.startsWith(LAG_PREFIX)) registry.removeSingleMetric(name);
  }
  collectLag(registry);
}

function collectLag(registry: Registry): void {
  const delays = monitorEventLoopDelay({ samplePerIteration: true });
  delays.enable();
  const gauge = new Gauge({
    name: `${LAG_PREFIX}_seconds`,
    help: 'How long turns of the event loop took since these figures were last read',
    labelNames: ['statistic'],
    registers: [registry],
    collect() {
      if (delays.count === 0) return;
      for (const [statistic, read] of Object.entries(LAGS))
        gauge.set({ statistic }, read(delays) / NANOSECONDS);
      delays.reset();
    },
  });
}
