// Hashes as map keys: a string with one character per byte, half as long as hex and made without a table look-up.

declare const brand: unique symbol;

/** A hash as a key of a Map or Set. Made by {@link hashKey} only. */
export type HashKey = string & { readonly [brand]: 'HashKey' };

/** The key of a hash of any length; equal bytes give equal keys. */
export function hashKey(hash: Uint8Array): HashKey {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1') as HashKey;
}
