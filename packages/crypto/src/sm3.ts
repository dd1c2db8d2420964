// SM3, the hash of an SM chain (GB/T 32905-2016): 32 bytes for any data. OpenSSL's, through node:crypto.

import { hash } from 'node:crypto';

const SM3_BYTES = 32;

/** The result is in memory of its own. */
export function sm3(data: Uint8Array): Uint8Array {
  // A short string of one byte per character leaves native code two to three times faster than a buffer does.
  const text = hash('sm3', data, 'latin1');
  const digest = new Uint8Array(SM3_BYTES);
  for (let index = 0; index < SM3_BYTES; index++) digest[index] = text.charCodeAt(index);
  return digest;
}
