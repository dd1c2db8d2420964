// Writing files whole or not at all, and private ones readable by their owner only.

import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

const PRIVATE = 0o600;
const PUBLIC = 0o644;

/** Writes `text` to `path`, creating its folder; a reader sees the old file or the new one, never a part. */
export async function writeWhole(path: string, text: string, options?: { private?: boolean }): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', options?.private ? PRIVATE : PUBLIC);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** The parsed JSON of `path`, or undefined if there is no such file. Throws when it is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON: it was damaged or edited; remove it or use --fresh`, { cause });
  }
}
