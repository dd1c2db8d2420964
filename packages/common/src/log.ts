// Logs: pino in front, the appenders of a log4rs YAML file behind (docs/protocol/common.md 3).
// `log.child({ target: 'controller::pool' })` names a target; the file sets levels by target, also while we run.

import { readFileSync, statSync } from 'node:fs';
import { type Logger as PinoLogger, pino, stdSerializers } from 'pino';
import { childFields, jsonLine, type LogRecord, lineFields, textLine, timestamp } from './log-line.ts';
import { type AppenderSpec, LEVELS, type Level, LogFileError, type LogSpec, parseLogFile } from './log4rs.ts';
import { RollingFile } from './rolling-file.ts';

export interface LogMethod {
  (fields: object, message?: string): void;
  (message: string): void;
}

/**
 * What a module needs of a log. Fields come first: `log.info({ height, hash }, 'block committed')`; bytes are shown as
 * hex, an `Error` belongs under `err` and brings its stack.
 */
export interface Logger {
  readonly error: LogMethod;
  readonly warn: LogMethod;
  readonly info: LogMethod;
  readonly debug: LogMethod;
  readonly trace: LogMethod;
  /** A logger whose lines carry these fields; `target` is the line's target and decides its level. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
  isLevelEnabled(level: string): boolean;
}

export interface OpenLog {
  readonly log: Logger;
  /** Reads the file again now; what is wrong with it is a warning in the log, and the old settings stay. */
  refresh(): void;
  close(): void;
}

/** Opens the log that the file at `path` describes. `name` is the target of lines that have no other. Throws LogFileError. */
export function openLog(path: string, name: string): OpenLog {
  const first = readLogFile(path);
  const router = new Router(name, first.spec);
  const log = createLogger(router);
  for (const remark of first.spec.remarks) log.warn(`${path}: ${remark}`);

  let current = first;
  const refresh = () => {
    try {
      const { mtimeMs, size } = statSync(path);
      if (mtimeMs === current.mtimeMs && size === current.size) return;
      current = { ...current, mtimeMs, size };
      current = readLogFile(path);
      router.apply(current.spec);
      schedule();
      log.info(`${path} has changed: level ${current.spec.root.level}`);
    } catch (error) {
      log.warn(
        `the log file is not read again, the old settings stay: ${error instanceof Error ? error.message : error}`,
      );
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const schedule = () => {
    clearInterval(timer);
    if (current.spec.refreshMs !== undefined) timer = setInterval(refresh, current.spec.refreshMs).unref();
  };
  schedule();
  const close = () => {
    clearInterval(timer);
    router.close();
  };
  return { log, refresh, close };
}

function readLogFile(path: string): { spec: LogSpec; mtimeMs: number; size: number } {
  try {
    const { mtimeMs, size } = statSync(path);
    return { spec: parseLogFile(path, readFileSync(path, 'utf8')), mtimeMs, size };
  } catch (cause) {
    if (cause instanceof LogFileError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new LogFileError(`${path}: cannot be read (${code}): give its path with -l`, { cause });
  }
}

// ---- pino in front

/** pino's method names and the level words of the original's lines. */
const levelWords: Record<string, string> = {
  fatal: 'ERROR',
  error: 'ERROR',
  warn: 'WARN',
  info: 'INFO',
  debug: 'DEBUG',
  trace: 'TRACE',
};

const pinoOptions = {
  base: null,
  messageKey: 'message',
  level: 'trace',
  timestamp: () => `,"time":"${timestamp()}"`,
  serializers: { err: stdSerializers.err },
  formatters: {
    level: (label: string) => ({ level: levelWords[label] ?? label }),
    log: lineFields,
    bindings: childFields,
  },
};

function createLogger(router: Router): Logger {
  const log = pino({ ...pinoOptions, onChild: (child: PinoLogger<never>) => router.adopt(child) }, router);
  router.adopt(log);
  return log;
}

/** The part of a pino logger that the router turns. */
interface Levelled {
  level: string;
  bindings(): Record<string, unknown>;
}

// ---- appenders behind

interface Appender {
  readonly spec: AppenderSpec;
  write(line: string): void;
  close(): void;
}

interface Route {
  readonly level: Level;
  readonly appenders: readonly Appender[];
}

/** Decides for each target which level it has and which appenders its lines reach. */
class Router {
  readonly #name: string;
  #spec: LogSpec;
  #appenders = new Map<string, Appender>();
  #routes = new Map<string, Route>();
  #loggers: WeakRef<Levelled>[] = [];
  #sweepAt = 64;

  constructor(name: string, spec: LogSpec) {
    this.#name = name;
    this.#spec = spec;
    this.apply(spec);
  }

  /** Takes over new settings; appenders that stay the same stay open. Throws when a file cannot be opened: nothing changes. */
  apply(spec: LogSpec): void {
    const next = new Map<string, Appender>();
    const opened: Appender[] = [];
    try {
      for (const [name, appenderSpec] of spec.appenders) {
        const old = this.#appenders.get(name);
        const isSame = old && JSON.stringify(old.spec) === JSON.stringify(appenderSpec);
        const appender = isSame ? old : openAppender(appenderSpec);
        if (!isSame) opened.push(appender);
        next.set(name, appender);
      }
    } catch (cause) {
      for (const appender of opened) appender.close();
      throw new LogFileError(`a log cannot be opened: ${cause instanceof Error ? cause.message : cause}`, {
        cause,
      });
    }
    for (const [name, appender] of this.#appenders) if (next.get(name) !== appender) appender.close();
    this.#appenders = next;
    this.#spec = spec;
    this.#routes.clear();
    for (const logger of this.#alive()) this.#setLevel(logger);
  }

  /** Gives a new logger the level of its target, now and whenever the settings change. */
  adopt(logger: Levelled): void {
    // Loggers come and go (one per connection, say): those that are gone are swept out when the list has doubled.
    if (this.#loggers.length >= this.#sweepAt) {
      this.#alive();
      this.#sweepAt = Math.max(64, this.#loggers.length * 2);
    }
    this.#loggers.push(new WeakRef(logger));
    this.#setLevel(logger);
  }

  /** Takes a line of pino's JSON. */
  write(json: string): void {
    const { time, level, target = this.#name, message = '', ...fields } = JSON.parse(json);
    const record: LogRecord = { time, level, target, message, fields };
    const severity = LEVELS.indexOf(level.toLowerCase());
    for (const appender of this.#route(target).appenders) {
      if (severity > LEVELS.indexOf(appender.spec.threshold)) continue;
      appender.write(appender.spec.encoder === 'json' ? jsonLine(record) : textLine(record));
    }
  }

  close(): void {
    for (const appender of this.#appenders.values()) appender.close();
  }

  #alive(): Levelled[] {
    const alive = this.#loggers.flatMap((ref) => ref.deref() ?? []);
    this.#loggers = alive.map((logger) => new WeakRef(logger));
    return alive;
  }

  #setLevel(logger: Levelled): void {
    const { target } = logger.bindings();
    const { level } = this.#route(typeof target === 'string' ? target : this.#name);
    logger.level = level === 'off' ? 'silent' : level;
  }

  #route(target: string): Route {
    const known = this.#routes.get(target);
    if (known) return known;
    const route = this.#findRoute(target);
    // Targets are names in the code; should one ever be made from data, the table stays small all the same.
    if (this.#routes.size < 1024) this.#routes.set(target, route);
    return route;
  }

  #findRoute(target: string): Route {
    let level = this.#spec.root.level;
    let names = new Set(this.#spec.root.appenders);
    const parts = target.split('::');
    for (let depth = 1; depth <= parts.length; depth++) {
      const logger = this.#spec.loggers.get(parts.slice(0, depth).join('::'));
      if (!logger) continue;
      level = logger.level ?? level;
      names = new Set([...(logger.additive ? names : []), ...logger.appenders]);
    }
    return { level, appenders: [...names].flatMap((name) => this.#appenders.get(name) ?? []) };
  }
}

function openAppender(spec: AppenderSpec): Appender {
  if (spec.kind === 'console') {
    const stream = spec.target === 'stderr' ? process.stderr : process.stdout;
    return { spec, write: (line) => stream.write(line), close: () => undefined };
  }
  let isFailing = false;
  const file = new RollingFile({
    path: spec.path,
    append: spec.append,
    ...(spec.roll ? { roll: spec.roll } : {}),
    onError: (error) => {
      if (!isFailing)
        process.stderr.write(`${timestamp()} WARN log - ${spec.path} cannot be written: ${error.message}\n`);
      isFailing = true;
    },
  });
  return { spec, write: (line) => file.write(line), close: () => file.close() };
}

// ---- for tests and tools

/** A logger that writes nowhere. */
export const silentLog: Logger = pino({ level: 'silent' });

/** A logger that keeps its lines (without time) for a test to look at: `WARN target - message key=value`. */
export function recordingLog(name = 'test'): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (json: string) => {
    const { time: _time, level, target = name, message = '', ...fields } = JSON.parse(json);
    lines.push(textLine({ time: '', level, target, message, fields }).trim());
  };
  return { log: pino(pinoOptions, { write }), lines };
}
