// How one log record looks: the original's text line (docs/protocol/common.md 3) or a line of JSON.

export interface LogRecord {
  /** RFC 3339 local time, nine digits after the second. */
  readonly time: string;
  readonly level: string;
  readonly target: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** `<time> <LEVEL> <target> - <message> key=value …`, an error's stack indented on the lines below. */
export function textLine(record: LogRecord): string {
  let line = `${record.time} ${record.level} ${record.target} - ${oneLine(record.message)}`;
  let stack = '';
  for (const [key, value] of Object.entries(record.fields)) {
    if (key === 'err' && isErrorRecord(value)) {
      line += `${record.message === '' ? '' : ': '}${oneLine(value.message)}`;
      stack = `\n${value.stack}`.replaceAll('\n', '\n  ');
    } else line += ` ${key}=${showField(value)}`;
  }
  return `${line}${stack}\n`;
}

/** The keys of log4rs's own JSON lines (time, level, target, message) and the fields beside them. */
export function jsonLine(record: LogRecord): string {
  const { time, level, target, message, fields } = record;
  return `${JSON.stringify({ ...fields, time, level, target, message })}\n`;
}

function isErrorRecord(value: unknown): value is { message: string; stack: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;
}

/** Texts from outside may contain line breaks and terminal codes: what they show must not look like a record of ours. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}

function showField(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=\p{C}]+$/u.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? 'undefined';
}

/** Names that a record has for itself: a field of the same name gets a `_`. */
const RESERVED: ReadonlySet<string> = new Set(['time', 'level', 'message', 'target']);

/** The fields of one line as JSON can carry them: bytes as hex, big integers exact. */
export function lineFields(fields: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields))
    plain[RESERVED.has(key) ? `${key}_` : key] = plainValue(value);
  return plain;
}

/** The fields of a child logger, of which `target` is the name of the place that its lines come from. */
export function childFields(fields: object): Record<string, unknown> {
  const { target, ...rest } = fields as { readonly target?: unknown };
  return { ...lineFields(rest), ...(target === undefined ? {} : { target: String(target) }) };
}

function plainValue(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

// ---- time

/** How far the two clocks may drift apart before the nanoseconds are anchored to wall time again. */
const DRIFT_NS = 2_000_000n;
let anchorNs = 0n;
let cachedSecond = -1;
let cachedPrefix = '';
let cachedSuffix = '';

/** Now, as RFC 3339 local time with nanoseconds: `2022-12-01T10:00:00.123456789+08:00`. */
export function timestamp(): string {
  const monotonic = process.hrtime.bigint();
  const wall = BigInt(Date.now()) * 1_000_000n;
  let now = anchorNs + monotonic;
  if (now < wall || now - wall > DRIFT_NS) {
    anchorNs = wall - monotonic;
    now = wall;
  }
  const second = Number(now / 1_000_000_000n);
  if (second !== cachedSecond) formatSecond(second);
  return cachedPrefix + String(now % 1_000_000_000n).padStart(9, '0') + cachedSuffix;
}

function formatSecond(second: number): void {
  const date = new Date(second * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const offset = -date.getTimezoneOffset();
  cachedSecond = second;
  cachedPrefix =
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.`;
  cachedSuffix = `${offset < 0 ? '-' : '+'}${two(Math.trunc(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}
