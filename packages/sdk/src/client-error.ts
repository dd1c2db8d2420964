// What a user of the client can mend himself: shown as plain text, without a stack.

/** The message names the thing and its value; `hint` says what to do about it. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly hint: string | undefined;

  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.hint = options.hint;
  }
}
