// The status codes of the protocol (docs/protocol/wire.md 5.3) and the error that carries one.

import { Code } from './code.ts';

export { Code };

const names: ReadonlyMap<number, string> = new Map(Object.entries(Code).map(([name, code]) => [code, name]));

/** The name that stands in gRPC error texts; for a number outside the table a text that says so. */
export function codeName(code: number): string {
  return names.get(code) ?? `unknown status code ${code}`;
}

/** False: treat it as a failure, and never send it to another process, for an original one would end. */
export function isKnownCode(code: number): code is Code {
  return names.has(code);
}

/** A failure that the protocol has a code for. The message says what was wrong with which value. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: Code;

  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
