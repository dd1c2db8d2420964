// The interactive mode: lines of commands, one after the other, in one session (docs/protocol/cldi.md 5).

import { createInterface } from 'node:readline';
import { runCommandLine } from './command-line.ts';
import { describeFailure } from './failure.ts';
import type { Session } from './session.ts';
import { splitWords } from './split-words.ts';
import { interactiveTerminal } from './terminal.ts';
import { TypedLines } from './typed-lines.ts';

const PROMPT = 'cldi> ';

/** Ends when the input does. */
export async function runInteractive(session: Session): Promise<void> {
  const input = createInterface({ input: process.stdin, output: process.stdout });
  const lines = new TypedLines(input);
  session.terminal = interactiveTerminal(lines);
  let running: AbortController | undefined;
  input.on('SIGINT', () => {
    if (running) return running.abort();
    process.stdout.write('\npress CTRL-D to exit\n');
    input.prompt();
  });
  for (let line = await lines.next(PROMPT); line !== undefined; line = await lines.next(PROMPT)) {
    running = new AbortController();
    await runLine(session, line, running.signal);
    running = undefined;
  }
}

async function runLine(session: Session, line: string, signal: AbortSignal): Promise<void> {
  try {
    const words = splitWords(line);
    if (words.length > 0) await runCommandLine(session, words, signal);
  } catch (error) {
    session.terminal.err(describeFailure(error));
  }
}
