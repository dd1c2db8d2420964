// TOML files of a client: read with a schema, so that an error names the file, the key, the value and what was wanted.

import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { ClientError } from './client-error.ts';

/** Throws ClientError; `hint` tells how to mend such a file. */
export function parseTomlText<S extends z.ZodType>(
  path: string,
  text: string,
  schema: S,
  hint: string,
): z.output<S> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [what] = cause.message.split('\n');
    throw new ClientError(`${path}: line ${cause.line}, column ${cause.column}: ${what}`, { hint, cause });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`);
  throw new ClientError(problems.join('\n'), { hint });
}
