import { createCipheriv } from 'node:crypto';

/** The same bytes at each run, so that a failure can be run again. */
export function randomBytes(length: number): Uint8Array {
  return createCipheriv('aes-128-ctr', new Uint8Array(16), new Uint8Array(16)).update(new Uint8Array(length));
}
