// A service as a process of its own, for tests: started in a folder with the files it reads, and ended in any way.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ServiceChildOptions {
  /** The service's main.ts. */
  readonly main: URL;
  /** Its working directory. The config file and the log file are written here. */
  readonly folder: string;
  /** The text of config.toml; a port of 0 lets the system choose. */
  readonly config: string;
  /** Besides `run -c config.toml -l log4rs.yaml`. */
  readonly options?: readonly string[];
  readonly logLevel?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything it wrote. */
  readonly output: string;
}

const LOG_FILE = 'log4rs.yaml';
/** What a service logs once it can be called. */
const LISTENING = /listening on (?:port |[\d.]+:)(\d+)/;
const MAX_OUTPUT = 1 << 20;

const logFile = (level: string): string =>
  [
    'appenders:',
    '  stdout:',
    '    kind: console',
    'root:',
    `  level: ${level}`,
    '  appenders: [stdout]',
    '',
  ].join('\n');

export class ServiceChild {
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-MAX_OUTPUT);
      });
    }
    // A test that failed half-way must not leave a process behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    // 'close' comes after the last output.
    this.#exited = once(child, 'close').then(([code, signal]) => ({ code, signal, output: this.#output }));
  }

  static async spawn({ main, folder, config, options = [], logLevel = 'info' }: ServiceChildOptions) {
    await writeFile(join(folder, 'config.toml'), config);
    await writeFile(join(folder, LOG_FILE), logFile(logLevel));
    const args = [fileURLToPath(main), 'run', '-c', 'config.toml', '-l', LOG_FILE, ...options];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    return new ServiceChild(child);
  }

  /** Its process id, for what the system counts about it. */
  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /** What it has written so far; the last MiB. */
  get output(): string {
    return this.#output;
  }

  /** The port it listens on, once it does. Throws with its output if it ends before. */
  async listening(): Promise<number> {
    for (;;) {
      const port = LISTENING.exec(this.#output)?.[1];
      if (port !== undefined) return Number(port);
      const stdout = this.#child.stdout;
      const more = stdout ? once(stdout, 'data') : this.#exited;
      const exit = await Promise.race([this.#exited, more.then(() => undefined)]);
      if (exit) throw new Error(`the process ended (${exit.code ?? exit.signal}): ${exit.output}`);
    }
  }

  /** Resolves when it has ended, by itself or by a signal. */
  get exited(): Promise<Exit> {
    return this.#exited;
  }

  /** Sends a signal and waits for the end: SIGTERM for an orderly stop, SIGKILL for a crash. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.#child.kill(signal);
    return this.#exited;
  }
}
