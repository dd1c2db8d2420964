// JSON as the original client prints it: two spaces of indentation, keys in alphabetical order, 64-bit integers exact
// (docs/protocol/cldi.md 8).

export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

/** `keys: 'given'` keeps the order of the object's keys; no newline at the end. */
export function formatJson(value: Json, keys: 'sorted' | 'given' = 'sorted', indent = ''): string {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
  }
  const inner = `${indent}  `;
  if (isArray(value)) {
    return enclose(
      '[',
      value.map((item) => formatJson(item, keys, inner)),
      ']',
      indent,
    );
  }
  const entries = Object.entries(value);
  if (keys === 'sorted') entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = entries.map(([key, item]) => `${JSON.stringify(key)}: ${formatJson(item, keys, inner)}`);
  return enclose('{', lines, '}', indent);
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function enclose(open: string, lines: readonly string[], close: string, indent: string): string {
  if (lines.length === 0) return open + close;
  return `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`;
}
