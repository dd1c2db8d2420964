// The whole of a service's main.ts (docs/protocol/common.md 1, 2, 3, 9, 10). What it needs is loaded only after the compile
// cache is on, for a process starts twice as fast with compiled code at hand. A main.ts that loads the service itself
// inside `start` (`(await import('./service.ts')).start(context)`) gains as much again.

import { enableCompileCache } from 'node:module';
import type { Clock } from './clock.ts';
import type { CommandLineSpec, Paths } from './command-line.ts';
import type { Config, Tables } from './config.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

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
  const { runProcess } = await import('./service-process.ts');
  await runProcess(spec, process.argv.slice(2));
}
