// A log file that is archived when it is full: fixed window of numbered archives, gzip (docs/protocol/common.md 3).
// Lines are written at once, so that a crash loses none; compressing runs beside, so that it holds up nobody.

import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { RollSpec } from './log4rs.ts';

export interface RollingFileOptions {
  readonly path: string;
  /** Whether an existing file is continued (true) or emptied. */
  readonly append: boolean;
  readonly roll?: RollSpec;
  /** Told about a full disk, a folder without permission and the like. The log goes on as soon as writing works again. */
  readonly onError: (error: Error) => void;
}

export class RollingFile {
  readonly #options: RollingFileOptions;
  #fd: number | undefined;
  #size = 0;
  #archiving: Promise<void> | undefined;

  /** Opens the file, making its folder. Throws when it cannot be opened. */
  constructor(options: RollingFileOptions) {
    this.#options = options;
    this.#open(options.append);
    if (this.#options.roll && existsSync(this.#rolledPath)) this.#startArchiving(this.#options.roll);
  }

  /** Writes the line, which ends with a newline. Never throws. */
  write(line: string): void {
    try {
      if (this.#fd === undefined) this.#open(true);
      if (this.#fd !== undefined) this.#size += writeSync(this.#fd, line);
      const roll = this.#options.roll;
      // A second roll while the last one is still being compressed waits for it: the file gets a little longer.
      if (roll && this.#size > roll.limitBytes && !this.#archiving) this.#roll(roll);
    } catch (error) {
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Resolves when no archive is being made. */
  async idle(): Promise<void> {
    await this.#archiving;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  get #rolledPath(): string {
    return `${this.#options.path}.rolled`;
  }

  #open(append: boolean): void {
    mkdirSync(dirname(this.#options.path), { recursive: true });
    this.#fd = openSync(this.#options.path, append ? 'a' : 'w');
    this.#size = fstatSync(this.#fd).size;
  }

  #roll(roll: RollSpec): void {
    this.close();
    try {
      if (roll.window) renameSync(this.#options.path, this.#rolledPath);
      else rmSync(this.#options.path);
    } finally {
      this.#open(true);
    }
    this.#startArchiving(roll);
  }

  #startArchiving(roll: RollSpec): void {
    const window = roll.window;
    if (!window) return;
    this.#archiving = this.#archive(window)
      .catch((error: unknown) =>
        this.#options.onError(error instanceof Error ? error : new Error(String(error))),
      )
      .finally(() => {
        this.#archiving = undefined;
      });
  }

  async #archive({ pattern, base, count }: NonNullable<RollSpec['window']>): Promise<void> {
    const archive = (index: number) => pattern.replaceAll('{}', String(index));
    const newest = archive(base);
    mkdirSync(dirname(newest), { recursive: true });
    let fresh = this.#rolledPath;
    if (pattern.endsWith('.gz')) {
      fresh = `${newest}.part`;
      await pipeline(createReadStream(this.#rolledPath), createGzip(), createWriteStream(fresh));
    }
    for (let index = base + count - 2; index >= base; index--) {
      if (existsSync(archive(index))) renameSync(archive(index), archive(index + 1));
    }
    renameSync(fresh, newest);
    rmSync(this.#rolledPath, { force: true });
  }
}
