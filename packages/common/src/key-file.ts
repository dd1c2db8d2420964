// The private key file of crypto and overlord: hex digits, with or without 0x, white space around (docs/protocol/common.md 13).

import { readFileSync, statSync } from 'node:fs';
import type { Logger } from './log.ts';
import { StartupError } from './startup-error.ts';

const KEY_BYTES = 32;
const READABLE_BY_OTHERS = 0o077;

/** Reads the key, 32 bytes. A file that others may read is a warning. Throws StartupError, never showing the content. */
export function readPrivateKey(path: string, log: Logger): Uint8Array {
  let content: string;
  try {
    content = readFileSync(path, 'utf8').trim();
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & READABLE_BY_OTHERS) !== 0) {
      log.warn(
        `${path}: other users may read the private key (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`,
      );
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new StartupError(`${path}: the private key cannot be read (${code}): give its path with -p`, {
      cause,
    });
  }
  const digits = content.replace(/^0x/, '');
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length !== KEY_BYTES * 2) {
    throw new StartupError(
      `${path}: wanted a private key of ${KEY_BYTES * 2} hex digits, the file has ${content.length} characters`,
    );
  }
  return new Uint8Array(Buffer.from(digits, 'hex'));
}
