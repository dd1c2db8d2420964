// The TOML config file: one file for all services, each reads its own table (docs/protocol/common.md 2).
// Unknown keys and tables are ignored; an error names file, table, key, value and what was wanted.

import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { StartupError } from './startup-error.ts';

/** Schemas by the name of the TOML table. A table is required unless its schema is `.optional()`. */
export type Tables = Readonly<Record<string, z.ZodType>>;
export type Config<T extends Tables> = { readonly [K in keyof T]: z.output<T[K]> };

/** The file cannot be read, is not TOML, or a table or value in it is wrong. One problem per line. */
export class ConfigError extends StartupError {
  override readonly name = 'ConfigError';
}

/**
 * Reads and checks the tables of a config file. `exactlyOneOf` names (optional) tables of which the file must have
 * exactly one, such as `crypto_sm` and `crypto_eth`. Throws ConfigError.
 */
export function readConfig<T extends Tables>(
  path: string,
  tables: T,
  exactlyOneOf: readonly string[] = [],
): Config<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be read (${reason(cause)}): give its path with -c`, { cause });
  }
  return parseConfig(path, text, tables, exactlyOneOf);
}

/** As `readConfig`, on a text at hand; `path` is only for error texts. */
export function parseConfig<T extends Tables>(
  path: string,
  text: string,
  tables: T,
  exactlyOneOf: readonly string[] = [],
): Config<T> {
  const file = parseToml(path, text);
  const problems = checkAlternatives(path, file, exactlyOneOf);
  const config: Record<string, unknown> = {};
  for (const [table, schema] of Object.entries(tables)) {
    const value = file[table];
    const parsed = schema.safeParse(value);
    if (parsed.success) config[table] = parsed.data;
    else if (value === undefined) problems.push(`${path}: table [${table}] is missing`);
    else
      problems.push(...parsed.error.issues.map((issue) => `${path}: ${describeIssue(table, value, issue)}`));
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config as Config<T>;
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const what = cause.message.split('\n')[0];
    throw new ConfigError(`${path}: line ${cause.line}, column ${cause.column}: ${what}`, { cause });
  }
}

function checkAlternatives(path: string, file: Record<string, unknown>, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const list = names.map((name) => `[${name}]`).join(', ');
  const present = names.filter((name) => file[name] !== undefined);
  if (present.length === 0)
    return [`${path}: none of the tables ${list} is there: exactly one of them is wanted`];
  if (present.length > 1) {
    return [
      `${path}: tables ${present.map((name) => `[${name}]`).join(' and ')} are both there: keep the one you mean`,
    ];
  }
  return [];
}

// ---- error texts

/** Keys whose values must not reach a terminal or a log. */
const SECRET_KEY = /priv_key|secret|password|private_key$/i;
const LONGEST_VALUE = 80;

function describeIssue(table: string, input: unknown, issue: z.core.$ZodIssue): string {
  const [got, place] = locate(table, input, issue.path);
  const value =
    got === undefined ? 'is missing' : `= ${SECRET_KEY.test(place) ? '(hidden)' : showValue(got)}`;
  return `${place} ${value}: wanted ${wanted(issue)}`;
}

function locate(
  table: string,
  input: unknown,
  path: readonly PropertyKey[],
): [value: unknown, place: string] {
  let value = input;
  let place = path.length === 0 ? `table [${table}]` : `[${table}] `;
  path.forEach((step, depth) => {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
    place += typeof step === 'number' ? `[${step}]` : `${depth === 0 ? '' : '.'}${String(step)}`;
  });
  return [value, place];
}

function showValue(value: unknown): string {
  const text = JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? part.toString() : part));
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** What a schema wanted, in words: the field's own text, or one made from zod's issue. */
function wanted(issue: z.core.$ZodIssue): string {
  const isStandardText = /^(Invalid|Too|Expected|Unrecognized)/.test(issue.message);
  if (issue.code === 'invalid_type' && isStandardText)
    return typeNames[issue.expected] ?? `a value of type ${issue.expected}`;
  if (issue.code === 'invalid_value')
    return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  if (issue.code === 'too_small' && isStandardText) return `at least ${issue.minimum}`;
  if (issue.code === 'too_big' && isStandardText) return `at most ${issue.maximum}`;
  return issue.message;
}

const typeNames: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'a table',
  record: 'a table',
};

function reason(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}

// ---- fields used by more than one service. The text after "wanted" is the argument `text`.

function wholeNumber(text: string, min: number, max: number): z.ZodInt {
  return z.int({ error: text }).min(min, text).max(max, text);
}

/** A TCP port; 0 lets the system choose (for tests). */
export const port = wholeNumber('a port number, 1..65535', 0, 65535);
export const boolean = z.boolean({ error: 'true or false' });
export const text = z.string({ error: 'a string' });
export const path = z.string({ error: 'a path' }).min(1, 'a path');
export const milliseconds = wholeNumber('a number of milliseconds, 0..2^53', 0, Number.MAX_SAFE_INTEGER);
export const seconds = wholeNumber('a number of seconds, 0..2^32', 0, 2 ** 32);
export const bytes = wholeNumber('a number of bytes, 0..2^53', 0, Number.MAX_SAFE_INTEGER);

/** A count with bounds of its own, both included. */
export function count(min: number, max: number): z.ZodInt {
  return wholeNumber(`a whole number, ${min}..${max}`, min, max);
}

/** A 64-bit unsigned integer as bigint (TOML itself ends at 2^63 − 1). */
export const u64 = z
  .union([z.int(), z.bigint()], { error: 'a whole number, 0..2^63-1' })
  .transform((value) => BigInt(value))
  .refine((value) => value >= 0n, { error: 'a whole number, 0..2^63-1' });

/** Hex digits with or without `0x`, as bytes; `length` in bytes, any when absent. */
export function hexBytes(length?: number): z.ZodType<Uint8Array, string> {
  const wantedText = length === undefined ? 'hex digits, two for each byte' : `${length * 2} hex digits`;
  const pattern =
    length === undefined ? /^(0x)?([0-9a-fA-F]{2})*$/ : new RegExp(`^(0x)?[0-9a-fA-F]{${length * 2}}$`);
  return z
    .string({ error: wantedText })
    .regex(pattern, wantedText)
    .transform((digits) => new Uint8Array(Buffer.from(digits.replace(/^0x/, ''), 'hex')));
}

/** Upper bounds of the latency histograms, milliseconds (docs/protocol/common.md 2). */
export const DEFAULT_METRICS_BUCKETS: readonly number[] = [
  0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 25, 50, 75, 100, 250, 500,
];
const BUCKETS_TEXT = 'an ascending list of 1..64 positive numbers';

/** The three keys that every service's table has: spread it into the schema of the table. */
export function metricsKeys(defaultPort: number) {
  return {
    enable_metrics: boolean.default(true),
    metrics_port: port.default(defaultPort),
    metrics_buckets: z
      .array(z.number({ error: BUCKETS_TEXT }).positive(BUCKETS_TEXT), { error: BUCKETS_TEXT })
      .min(1, BUCKETS_TEXT)
      .max(64, BUCKETS_TEXT)
      .refine((list) => list.every((bound, i) => i === 0 || bound > (list[i - 1] ?? 0)), {
        error: BUCKETS_TEXT,
      })
      .default([...DEFAULT_METRICS_BUCKETS]),
  };
}
