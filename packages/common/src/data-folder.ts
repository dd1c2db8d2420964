// A folder with a service's data: a file in it says which kind of data, in which version of our format.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type Disk, systemDisk } from './disk.ts';
import { lockFolder } from './folder-lock.ts';
import { StartupError } from './startup-error.ts';

const FORMAT_FILE = 'hexapod.format';
const format = z.object({ kind: z.string(), version: z.int().min(1) });

/** The folder holds something this program cannot or must not use. */
export class DataFolderError extends StartupError {
  override readonly name = 'DataFolderError';
}

export interface DataFolderOptions {
  /** Whose data: `storage`, `executor`, `consensus`, `controller`. */
  readonly kind: string;
  /** The format this program writes; it counts from 1. */
  readonly version: number;
  /** Brings data of the older version `from` to `version`; without it an older version is refused. */
  readonly upgrade?: (path: string, from: number) => Promise<void>;
  readonly disk?: Disk;
}

export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** Lets another process have the folder. */
  close(): void;
}

/** Opens the folder for this process alone, making it when it is not there. Throws StartupError with what to do. */
export async function openDataFolder(path: string, options: DataFolderOptions): Promise<DataFolder> {
  const { disk = systemDisk } = options;
  const folder = resolve(path);
  try {
    await disk.makeFolder(folder);
  } catch (cause) {
    throw new DataFolderError(`the data folder ${folder} cannot be made: ${text(cause)}`, { cause });
  }
  const lock = lockFolder(folder);
  try {
    await checkFormat(folder, disk, options);
  } catch (error) {
    lock.release();
    throw error;
  }
  return { path: folder, close: () => lock.release() };
}

async function checkFormat(folder: string, disk: Disk, options: DataFolderOptions): Promise<void> {
  const { kind, version, upgrade } = options;
  const path = join(folder, FORMAT_FILE);
  const writeFormat = () => disk.replace(path, Buffer.from(`${JSON.stringify({ kind, version })}\n`));
  const content = await disk.read(path);
  if (!content) {
    if (existsSync(join(folder, 'CURRENT'))) {
      throw new DataFolderError(
        `the data folder ${folder} holds a database that is not Hexapod's (there is no ${FORMAT_FILE} beside it): ` +
          'give another folder in the config file, or move the old one away',
      );
    }
    return writeFormat();
  }
  const found = parseFormat(path, content);
  if (found.kind !== kind) {
    throw new DataFolderError(
      `the data folder ${folder} belongs to ${found.kind}, not to ${kind}: give each service a folder of its own`,
    );
  }
  if (found.version > version) {
    throw new DataFolderError(
      `the data folder ${folder} was written by a newer program (format ${found.version}, this one knows ${version}): ` +
        'use that program, or another folder',
    );
  }
  if (found.version === version) return;
  if (!upgrade) {
    throw new DataFolderError(
      `the data folder ${folder} has the old format ${found.version}, this program needs ${version} and cannot convert it: ` +
        'use the older program, or another folder and let the node sync',
    );
  }
  await upgrade(folder, found.version);
  await writeFormat();
}

function parseFormat(path: string, content: Uint8Array): z.output<typeof format> {
  try {
    return format.parse(JSON.parse(Buffer.from(content).toString('utf8')));
  } catch (cause) {
    throw new DataFolderError(
      `${path} is damaged: restore it, or move the data folder away and let the node sync`,
      {
        cause,
      },
    );
  }
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
