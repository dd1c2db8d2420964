/** K of docs/protocol/executor.md 1.2: Keccak-256, on every chain. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { toInteger } from './numbers.ts';

export function keccak(data: Uint8Array): Uint8Array {
  return keccak_256(data);
}

/** The last 20 bytes of K as an address: how accounts are named (4.4, 6). */
export function addressFrom(data: Uint8Array): bigint {
  return toInteger(keccak(data).subarray(12));
}
