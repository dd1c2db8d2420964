// The whole of a service's main.ts: command line, config, log, metrics, signals, exit codes
// (docs/protocol/common.md 1, 2, 3, 9, 10).

import { enableCompileCache, flushCompileCache } from 'node:module';
import { type Clock, systemClock } from './clock.ts';
import { type CommandLineSpec, type Paths, parseCommandLine } from './command-line.ts';
import { type Config, readConfig, type Tables } from './config.ts';
import { Lifecycle } from './lifecycle.ts';
import { type Logger, openLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { startMetricsServer } from './metrics-server.ts';
import { StartupError } from './startup-error.ts';

export interface ServiceSpec<T extends Tables> extends CommandLineSpec {
  /**
   * Schemas by TOML table. The first table that the file has is the service's own: its `enable_metrics`, `metrics_port`
   * and `metrics_buckets` count. Alternatives are `.optional()` and named in `exactlyOneOf`.
   */
  readonly tables: T;
  readonly exactlyOneOf?: readonly (keyof T & string)[];
  /** Builds and starts the service. A StartupError ends the process with its text and exit code 1. */
  start(context: ServiceContext<T>): Promise<RunningService>;
}

export interface ServiceContext<T extends Tables> {
  readonly config: Config<T>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly paths: Paths;
  readonly clock: Clock;
  /** Aborted when the process is asked to stop, also while `start` still waits for another service. */
  readonly signal: AbortSignal;
}

export interface RunningService {
  /** Ends in order: answers what runs, writes what must be kept, closes. */
  stop(): Promise<void>;
}

/** Runs a service until a signal ends it. Call it as the last line of main.ts. */
export async function runService<T extends Tables>(spec: ServiceSpec<T>): Promise<void> {
  enableCompileCache();
  const commandLine = parseCommandLine(spec, process.argv.slice(2));
  if ('exit' in commandLine) {
    process.exitCode = commandLine.exit;
    return;
  }
  try {
    await run(spec, commandLine.run);
  } catch (error) {
    // Known causes are plain texts for the operator; anything else is a bug and keeps its stack.
    process.stderr.write(`${spec.name}: ${describeFailure(error)}\n`);
    process.exit(1);
  }
}

async function run<T extends Tables>(spec: ServiceSpec<T>, paths: Paths): Promise<void> {
  const config = readConfig(paths.config, spec.tables, spec.exactlyOneOf);
  const { log } = openLog(paths.log, spec.name);
  const lifecycle = new Lifecycle(log);
  try {
    const keys = metricsSettings(config);
    const metrics = new Metrics({ buckets: keys.metrics_buckets, process: true });
    if (keys.enable_metrics) {
      const server = await startMetricsServer({
        port: keys.metrics_port,
        log,
        metrics,
        signal: lifecycle.signal,
      });
      lifecycle.onStop('metrics server', () => server.stop());
    }
    const context = { config, log, metrics, paths, clock: systemClock, signal: lifecycle.signal };
    const service = await spec.start(context);
    lifecycle.onStop(spec.name, () => service.stop());
    lifecycle.started();
    log.info(`${spec.name} has started`);
    flushCompileCache();
  } catch (error) {
    if (lifecycle.signal.aborted) return lifecycle.started();
    if (error instanceof StartupError) log.error(error.message);
    else log.error({ err: error }, 'the service cannot start');
    throw error;
  }
}

function describeFailure(error: unknown): string {
  if (error instanceof StartupError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

interface MetricsSettings {
  readonly enable_metrics: boolean;
  readonly metrics_port: number;
  readonly metrics_buckets: readonly number[];
}

function metricsSettings(config: Readonly<Record<string, unknown>>): MetricsSettings {
  const own = Object.values(config).find((table) => table !== undefined);
  if (!hasMetricsSettings(own))
    throw new Error('the first table of the service lacks metricsKeys() in its schema');
  return own;
}

function hasMetricsSettings(table: unknown): table is MetricsSettings {
  return typeof table === 'object' && table !== null && 'enable_metrics' in table && 'metrics_port' in table;
}
