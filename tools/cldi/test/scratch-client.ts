// A client in a folder of its own, whose outputs are caught.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientHome } from '@hexapod/sdk/client-home';
import { runCommandLine } from '../src/command-line.ts';
import { Session } from '../src/session.ts';
import type { Terminal } from '../src/terminal.ts';

export interface Outcome {
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export class ScratchClient {
  readonly home: ClientHome;
  readonly terminal: Terminal & { answers: string[] };
  #stdout = '';
  #stderr = '';

  private constructor(folder: string) {
    this.home = new ClientHome(folder);
    const answers: string[] = [];
    this.terminal = {
      answers,
      out: (text) => {
        this.#stdout += text;
      },
      err: (text) => {
        this.#stderr += text;
      },
      progress: () => undefined,
      ask: (question) => {
        this.#stdout += question;
        return Promise.resolve(answers.shift() ?? '');
      },
    };
  }

  static async create(): Promise<ScratchClient> {
    return new ScratchClient(join(await mkdtemp(join(tmpdir(), 'cldi-')), 'home'));
  }

  /** Runs one command as a new process would. */
  async run(args: readonly string[], signal = new AbortController().signal): Promise<Outcome> {
    const session = await Session.open(this.home, this.terminal);
    return this.runIn(session, args, signal);
  }

  async runIn(
    session: Session,
    args: readonly string[],
    signal = new AbortController().signal,
  ): Promise<Outcome> {
    this.#stdout = '';
    this.#stderr = '';
    const exit = await runCommandLine(session, args, signal);
    return { exit, stdout: this.#stdout, stderr: this.#stderr };
  }

  async remove(): Promise<void> {
    await rm(join(this.home.folder, '..'), { recursive: true, force: true });
  }
}
