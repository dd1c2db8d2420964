// Where a command writes, and whom it asks. Tests put their own in its place.

import { createInterface } from 'node:readline';
import { ClientError } from '@hexapod/sdk/client-error';
import { TypedLines } from './typed-lines.ts';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Shows how far a long work is, in one line that is written over; nothing when nobody looks. */
  progress(text: string): void;
  /** The line a person types. Throws ClientError when there is none to come. */
  ask(question: string): Promise<string>;
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  progress(text) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  },
  async ask(question) {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await askOn(new TypedLines(lines), question);
    } finally {
      lines.close();
    }
  },
};

/** The terminal of the interactive mode: errors stand among the answers, and questions are answered on the same lines. */
export function interactiveTerminal(lines: TypedLines): Terminal {
  return {
    ...processTerminal,
    err: processTerminal.out,
    ask: (question) => askOn(lines, question),
  };
}

async function askOn(lines: TypedLines, question: string): Promise<string> {
  const line = await lines.next(question);
  if (line === undefined) throw new ClientError('no answer was given');
  return line;
}
