// A folder belongs to one process at a time.
//
// The lock is one of the operating system (a POSIX record lock, taken through SQLite, which is part of Node): it ends with
// its process, however that ends, so there is no stale lock to judge. A file with a pid in it would not do: in containers
// that share a volume every service may be process 1.

import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from './startup-error.ts';

const LOCK_FILE = 'hexapod.lock';
/** Who has the lock, for the error text of the next one: the lock file itself cannot be read while it is locked. */
const OWNER_FILE = 'hexapod.owner';

/** Another process has the folder. */
export class FolderLockedError extends StartupError {
  override readonly name = 'FolderLockedError';
}

export interface FolderLock {
  release(): void;
}

/** Takes the folder, which exists, for this process. Throws FolderLockedError when it is taken. */
export function lockFolder(folder: string): FolderLock {
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new FolderLockedError(
      `the data folder ${folder} is in use by ${owner(folder)}: stop that process or give this one another folder`,
      { cause },
    );
  }
  writeFileSync(join(folder, OWNER_FILE), `${process.pid} ${hostname()} ${new Date().toISOString()}\n`);
  return { release: () => database.close() };
}

function owner(folder: string): string {
  try {
    const [pid, host, since] = readFileSync(join(folder, OWNER_FILE), 'utf8').trim().split(' ');
    return `process ${pid} on ${host} since ${since}`;
  } catch {
    return 'another process';
  }
}
