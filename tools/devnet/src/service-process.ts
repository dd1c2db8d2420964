// One of the processes of a node: started, watched, stopped.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NodeLayout, SERVICE_FOLDERS, type ServiceName } from './layout.ts';
import { logFile } from './node-config.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const WITH_PARENT = new URL('./with-parent.ts', import.meta.url).href;
/** After SIGTERM a process gets this long before SIGKILL, in ms. */
const STOP_LIMIT = 10_000;
const LAST_LINES = 12;

export type ProcessState = 'stopped' | 'running' | 'stopping' | 'failed';

export interface Death {
  readonly node: number;
  readonly service: ServiceName;
  /** `exit code 1` or `signal SIGKILL`. */
  readonly how: string;
  readonly log: string;
  /** The last lines the process wrote outside its log, then those of its log. */
  readonly lastLines: readonly string[];
}

/** How a service is started: a colleague's binary can stand in for ours. */
export type Command = (
  node: NodeLayout,
  service: ServiceName,
) => readonly [program: string, ...args: string[]];

/** Our own implementation of `service`, on the files of its node directory. */
export const ownCommand: Command = (_node, service) => [
  process.execPath,
  '--import',
  WITH_PARENT,
  join(ROOT, 'services', SERVICE_FOLDERS[service], 'src', 'main.ts'),
  'run',
  ...['-c', 'config.toml'],
  ...['-l', `${service}-log4rs.yaml`],
  ...(service === 'crypto' ? ['-p', 'private_key'] : []),
];

export class ServiceProcess {
  readonly node: NodeLayout;
  readonly service: ServiceName;
  readonly #command: Command;
  readonly #onDeath: (death: Death) => void;
  #child: ChildProcess | undefined;
  #state: ProcessState = 'stopped';

  constructor(node: NodeLayout, service: ServiceName, command: Command, onDeath: (death: Death) => void) {
    this.node = node;
    this.service = service;
    this.#command = command;
    this.#onDeath = onDeath;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Absolute path of what the process writes outside its log: start-up errors, crashes. */
  get outputFile(): string {
    return join(this.node.directory, 'logs', `${this.service}.out`);
  }

  get logPath(): string {
    return join(this.node.directory, logFile(this.service));
  }

  start(): void {
    if (this.#state === 'running' || this.#state === 'stopping') return;
    mkdirSync(join(this.node.directory, 'logs'), { recursive: true });
    const [program, ...args] = this.#command(this.node, this.service);
    const output = openSync(this.outputFile, 'w');
    const child = spawn(program, args, {
      cwd: this.node.directory,
      stdio: ['ignore', output, output, 'ipc'],
      // A group of its own: Ctrl-C is for the devnet, which then stops its processes in order.
      detached: true,
    });
    closeSync(output);
    this.#child = child;
    this.#state = 'running';
    child.once('error', (error) => this.#ended(child, `not started: ${error.message}`));
    child.once('exit', (code, signal) =>
      this.#ended(child, signal ? `signal ${signal}` : `exit code ${code}`),
    );
  }

  /** Asks the process to stop and waits until it has; kills it when it does not. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) {
      this.#state = 'stopped';
      return;
    }
    this.#state = 'stopping';
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    await gone;
    clearTimeout(killer);
  }

  /** Ends the process at once, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#state = 'stopping';
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    const expected = this.#state === 'stopping';
    this.#state = expected ? 'stopped' : 'failed';
    if (!expected) {
      const { service, logPath: log } = this;
      this.#onDeath({ node: this.node.index, service, how, log, lastLines: this.#lastLines() });
    }
  }

  #lastLines(): string[] {
    const tail = (path: string): string[] =>
      existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LAST_LINES) : [];
    const output = tail(this.outputFile).filter((line) => line !== '');
    return output.length > 0 ? output : tail(this.logPath);
  }
}
