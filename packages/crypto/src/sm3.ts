// SM3, GB/T 32905-2016: the hash of sm chains, through OpenSSL.

import { hash } from 'node:crypto';

/** SM3 of data of any length, 32 bytes. */
export function sm3(data: Uint8Array): Uint8Array {
  const digest = hash('sm3', data, 'buffer');
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
}
