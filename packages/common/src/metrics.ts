// What a process tells about itself: a latency histogram per caller and method exactly as the original's
// (docs/protocol/common.md 9), and beside it our own figures, whose names begin with `hexapod_`.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DEFAULT_METRICS_BUCKETS } from './config.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import { StageTimers } from './stage-timers.ts';

/** The six processes call each other under these names: there is always room for them. */
const KNOWN_CALLERS = new Set(['controller', 'consensus', 'network', 'storage', 'executor', 'crypto']);
/** The header is anybody's to send, and a histogram stays for ever: of other names only so many are measured. */
const MOST_OTHER_CALLERS = 32;
const LONGEST_CALLER = 64;
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

export interface MetricsOptions {
  /** Upper bounds of the latency histograms, ms. */
  readonly buckets?: readonly number[];
  /** Figures of the process itself (CPU, memory, event loop); on in a service. */
  readonly process?: boolean;
}

export class Metrics {
  readonly registry = new Registry();
  readonly stages = new StageTimers();
  readonly #buckets: number[];
  readonly #callers = new Set<string>();

  constructor(options: MetricsOptions = {}) {
    this.#buckets = [...(options.buckets ?? DEFAULT_METRICS_BUCKETS)];
    this.#exportStages();
    if (options.process) collectProcessMetrics(this.registry);
  }

  /** For one method: a function that counts a call by its caller (the `client-name` header) and its milliseconds. */
  callTimer(method: string): (caller: string, ms: number) => void {
    const histograms = new Map<string, Histogram>();
    return (caller, ms) => {
      const known = histograms.get(caller);
      if (known) return known.observe(ms);
      if (!this.#isMeasured(caller)) return;
      const name = `${caller}_to_${method}`;
      const help = 'request latencies in milliseconds(ms)';
      const histogram = new Histogram({ name, help, buckets: this.#buckets, registers: [this.registry] });
      histograms.set(caller, histogram);
      histogram.observe(ms);
    };
  }

  /** A figure that is asked for when metrics are read. The name begins with `hexapod_` by itself. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `hexapod_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** A figure for each value of one label, asked for when metrics are read. The caller bounds the number of values. */
  labelledGauge(
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [string, number]>,
  ): void {
    new Gauge({
      name: `hexapod_${name}`,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, figure] of read()) this.set({ [label]: value }, figure);
      },
    });
  }

  /** A count for each of the given values of one label, shown from the start as 0. */
  labelledCounter<V extends string>(
    name: string,
    help: string,
    label: string,
    values: readonly V[],
  ): (value: V, by?: number) => void {
    const counter = new Counter({
      name: `hexapod_${name}`,
      help,
      labelNames: [label],
      registers: [this.registry],
    });
    for (const value of values) counter.inc({ [label]: value }, 0);
    return (value, by = 1) => counter.inc({ [label]: value }, by);
  }

  /** A count that only grows: call the function it returns. The name begins with `hexapod_` by itself. */
  counter(name: string, help: string): (by?: number) => void {
    const counter = new Counter({ name: `hexapod_${name}`, help, registers: [this.registry] });
    return (by = 1) => counter.inc(by);
  }

  /** Everything in Prometheus's text format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  #isMeasured(caller: string): boolean {
    if (KNOWN_CALLERS.has(caller) || this.#callers.has(caller)) return true;
    if (this.#callers.size >= MOST_OTHER_CALLERS) return false;
    if (caller.length > LONGEST_CALLER || !METRIC_NAME.test(caller)) return false;
    this.#callers.add(caller);
    return true;
  }

  #exportStages(): void {
    const { totals } = this.stages;
    const labelNames = ['stage'];
    const registers = [this.registry];
    new Counter({
      name: 'hexapod_stage_milliseconds_total',
      help: 'Wall time spent in each stage of the work, ms',
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [stage, total] of totals) this.inc({ stage }, total.ms);
      },
    });
    new Counter({
      name: 'hexapod_stage_runs_total',
      help: 'How often each stage ran',
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [stage, total] of totals) this.inc({ stage }, total.runs);
      },
    });
  }
}
