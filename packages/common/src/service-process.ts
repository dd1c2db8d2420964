// What service.ts does once the compile cache is on: command line, config, log, metrics, life cycle, exit codes.

import { flushCompileCache } from 'node:module';
import { systemClock } from './clock.ts';
import { type Paths, parseCommandLine } from './command-line.ts';
import { readConfig, type Tables } from './config.ts';
import { Lifecycle } from './lifecycle.ts';
import { openLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { startMetricsServer } from './metrics-server.ts';
import type { ServiceSpec } from './service.ts';
import { StartupError } from './startup-error.ts';

/** Reads the command line and runs the service; the process ends by a signal, or here with an exit code. */
export async function runProcess<T extends Tables>(
  spec: ServiceSpec<T>,
  args: readonly string[],
): Promise<void> {
  const commandLine = parseCommandLine(spec, args);
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
