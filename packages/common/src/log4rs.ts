// The log file: log4rs YAML as the original's configuration tool writes it (docs/protocol/common.md 3).
// Understood: refresh_rate; appenders console, file, rolling_file (size trigger, fixed_window or delete roller);
// encoders pattern (the default line) and json; threshold filters; root and loggers with level, appenders, additive.

import { parseDocument } from 'yaml';
import { z } from 'zod';
import { StartupError } from './startup-error.ts';

/** The log file cannot be read, is not YAML, or says something we cannot do. */
export class LogFileError extends StartupError {
  override readonly name = 'LogFileError';
}

export const LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type Level = (typeof LEVELS)[number];

export interface RollSpec {
  readonly limitBytes: number;
  /** Absent: the full file is deleted. `pattern` contains `{}`; with the end `.gz` the archives are compressed. */
  readonly window?: { readonly pattern: string; readonly base: number; readonly count: number };
}

export type AppenderSpec = { readonly encoder: 'text' | 'json'; readonly threshold: Level } & (
  | { readonly kind: 'console'; readonly target: 'stdout' | 'stderr' }
  | { readonly kind: 'file'; readonly path: string; readonly append: boolean; readonly roll?: RollSpec }
);

export interface LoggerSpec {
  readonly level?: Level;
  readonly appenders: readonly string[];
  /** Whether lines also go to the appenders of the logger above. */
  readonly additive: boolean;
}

export interface LogSpec {
  /** How often the file is read again; absent: never. */
  readonly refreshMs?: number;
  readonly appenders: ReadonlyMap<string, AppenderSpec>;
  readonly root: { readonly level: Level; readonly appenders: readonly string[] };
  /** By target, `a::b` being below `a`. */
  readonly loggers: ReadonlyMap<string, LoggerSpec>;
  /** What the file asks for and does not get, one sentence each. */
  readonly remarks: readonly string[];
}

const LEVEL_TEXT = 'one of off, error, warn, info, debug, trace';
const level = z
  .string({ error: LEVEL_TEXT })
  .transform((name) => name.toLowerCase())
  .pipe(z.enum(LEVELS, { error: LEVEL_TEXT }));

const SIZE_TEXT = 'a size such as 50mb, 512kb, 1gb or a number of bytes';
const sizeUnits: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3, tb: 1024 ** 4 };
const size = z.union([z.number(), z.string()], { error: SIZE_TEXT }).transform((value, context) => {
  const match = /^(\d+)\s*([kmgt]?i?b)?$/i.exec(String(value).trim());
  const bytes =
    Number(match?.[1]) * (sizeUnits[(match?.[2] ?? 'b').toLowerCase().replace('i', '')] ?? Number.NaN);
  if (bytes > 0) return bytes;
  context.addIssue({ code: 'custom', message: SIZE_TEXT });
  return z.NEVER;
});

const DURATION_TEXT = 'a duration such as 30 seconds';
const durationUnits: readonly [RegExp, number][] = [
  [/^(ms|msec|millis|milliseconds?)$/i, 1],
  [/^(s|secs?|seconds?)?$/i, 1000],
  [/^(m|mins?|minutes?)$/i, 60_000],
  [/^(h|hrs?|hours?)$/i, 3_600_000],
  [/^(d|days?)$/i, 86_400_000],
];
const duration = z.union([z.number(), z.string()], { error: DURATION_TEXT }).transform((value, context) => {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(String(value).trim());
  const unit = durationUnits.find(([pattern]) => pattern.test(match?.[2] ?? ''));
  const ms = Number(match?.[1]) * (unit?.[1] ?? Number.NaN);
  if (ms > 0) return ms;
  context.addIssue({ code: 'custom', message: DURATION_TEXT });
  return z.NEVER;
});

const encoder = z
  .object({ kind: z.enum(['pattern', 'json']).default('pattern'), pattern: z.string().optional() })
  .default({ kind: 'pattern' });
const common = {
  encoder,
  filters: z.array(z.object({ kind: z.literal('threshold'), level })).default([]),
};
const roller = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('delete') }),
  z.object({
    kind: z.literal('fixed_window'),
    pattern: z
      .string()
      .refine((text) => text.includes('{}'), { error: 'a path with {} where the number goes' }),
    base: z.int().min(0).default(0),
    count: z.int().min(1).max(1000),
  }),
]);
const appender = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('console'), target: z.enum(['stdout', 'stderr']).default('stdout'), ...common }),
  z.object({
    kind: z.literal('file'),
    path: z.string().min(1),
    append: z.boolean().default(true),
    ...common,
  }),
  z.object({
    kind: z.literal('rolling_file'),
    path: z.string().min(1),
    append: z.boolean().default(true),
    policy: z.object({
      kind: z.literal('compound').default('compound'),
      trigger: z.object({ kind: z.literal('size'), limit: size }),
      roller,
    }),
    ...common,
  }),
]);
const appenderNames = z.array(z.string()).nullish();
const file = z.object({
  refresh_rate: duration.optional(),
  appenders: z.record(z.string(), appender).nullish(),
  root: z.object({ level: level.default('debug'), appenders: appenderNames }).default({ level: 'debug' }),
  loggers: z
    .record(
      z.string(),
      z.object({ level: level.optional(), appenders: appenderNames, additive: z.boolean().default(true) }),
    )
    .nullish(),
});
type Appender = z.output<typeof appender>;

/** Reads the text of a log file; `path` is only for error texts. Throws LogFileError. */
export function parseLogFile(path: string, text: string): LogSpec {
  const parsed = file.safeParse(parseYaml(path, text));
  if (!parsed.success)
    throw new LogFileError(parsed.error.issues.map((issue) => describe(path, issue)).join('\n'));
  const spec = toSpec(parsed.data);
  const missing = missingAppender(spec);
  if (missing) throw new LogFileError(`${path}: ${missing}`);
  return spec;
}

function parseYaml(path: string, text: string): unknown {
  const document = parseDocument(text);
  const [syntaxError] = document.errors;
  if (syntaxError) throw new LogFileError(`${path}: ${firstLine(syntaxError)}`, { cause: syntaxError });
  try {
    return document.toJS();
  } catch (cause) {
    // An alias without its anchor, or far too many of them.
    throw new LogFileError(`${path}: ${firstLine(cause)}`, { cause });
  }
}

function firstLine(error: unknown): string | undefined {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

function describe(path: string, issue: z.core.$ZodIssue): string {
  const place = issue.path.map(String).join('.') || 'the file';
  return `${path}: ${place}: wanted ${issue.message.replace(/^Invalid input: expected /, '')}`;
}

function toSpec(parsed: z.output<typeof file>): LogSpec {
  const appenders = new Map<string, AppenderSpec>();
  const remarks: string[] = [];
  for (const [name, from] of Object.entries(parsed.appenders ?? {})) {
    appenders.set(name, toAppender(from));
    if (from.encoder.kind === 'pattern' && from.encoder.pattern !== undefined) {
      remarks.push(`appenders.${name}.encoder.pattern is not supported: the default line is written`);
    }
  }
  const loggers = new Map<string, LoggerSpec>();
  for (const [target, from] of Object.entries(parsed.loggers ?? {})) {
    loggers.set(target, {
      ...(from.level === undefined ? {} : { level: from.level }),
      appenders: from.appenders ?? [],
      additive: from.additive,
    });
  }
  return {
    ...(parsed.refresh_rate === undefined ? {} : { refreshMs: parsed.refresh_rate }),
    appenders,
    root: { level: parsed.root.level, appenders: parsed.root.appenders ?? [] },
    loggers,
    remarks,
  };
}

function toAppender(from: Appender): AppenderSpec {
  const encoder = from.encoder.kind === 'json' ? 'json' : 'text';
  const strictest = Math.min(
    ...from.filters.map((filter) => LEVELS.indexOf(filter.level)),
    LEVELS.length - 1,
  );
  const threshold = LEVELS[strictest] ?? 'trace';
  if (from.kind === 'console') return { kind: 'console', target: from.target, encoder, threshold };
  const { path, append } = from;
  if (from.kind === 'file') return { kind: 'file', path, append, encoder, threshold };
  const { trigger, roller } = from.policy;
  const window =
    roller.kind === 'delete'
      ? {}
      : { window: { pattern: roller.pattern, base: roller.base, count: roller.count } };
  return { kind: 'file', path, append, encoder, threshold, roll: { limitBytes: trigger.limit, ...window } };
}

function missingAppender(spec: LogSpec): string | undefined {
  const users: [string, readonly string[]][] = [['root', spec.root.appenders]];
  for (const [target, logger] of spec.loggers) users.push([`loggers.${target}`, logger.appenders]);
  for (const [user, names] of users) {
    const missing = names.find((name) => !spec.appenders.has(name));
    if (missing !== undefined) {
      return `${user}.appenders: ${missing} is not one of the appenders (${[...spec.appenders.keys()].join(', ')})`;
    }
  }
  return undefined;
}
