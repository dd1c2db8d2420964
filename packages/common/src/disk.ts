// The few things done to files that must survive a crash, as an interface: a test can count, fail or lose them.

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface DiskFile {
  /** Writes the parts one after the other from `position` on. In the file after `sync`, not before. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>;
  truncate(size: number): Promise<void>;
  /** What was written or truncated survives a crash from now on. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  makeFolder(path: string): Promise<void>;
  /** The content; undefined when there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Opens an existing file for writing. */
  open(path: string): Promise<DiskFile>;
  /** Puts a file with this content in the place of the old one: after a crash there is either the old or the new one. */
  replace(path: string, content: Uint8Array): Promise<void>;
}

export const systemDisk: Disk = {
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
    await syncFolder(dirname(path));
  },

  async read(path) {
    try {
      return await readFile(path);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  },

  async open(path) {
    const handle = await open(path, constants.O_WRONLY);
    return {
      write: (parts, position) => writeAll(handle, parts, position),
      truncate: (size) => handle.truncate(size),
      sync: () => handle.datasync(),
      close: () => handle.close(),
    };
  },

  async replace(path, content) {
    const fresh = `${path}.new`;
    const handle = await open(fresh, 'w');
    try {
      await writeAll(handle, [content], 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
    await syncFolder(dirname(path));
  },
};

/** Makes the names in a folder survive a crash. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, parts: readonly Uint8Array[], position: number): Promise<void> {
  const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
