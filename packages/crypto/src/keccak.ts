// Keccak-256 with the original padding byte 0x01 (not SHA3-256): the hash of eth chains and of the EVM.

import { createKeccak } from 'hash-wasm';

const hasher = await createKeccak(256);

/** Keccak-256 of data of any length, 32 bytes. */
export function keccak256(data: Uint8Array): Uint8Array {
  return hasher.init().update(data).digest('binary');
}
