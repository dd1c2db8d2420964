// Keccak-256, the hash of an eth chain and of the EVM: the padding of the Keccak submission, 0x01, not that of SHA3-256
// (docs/protocol/crypto.md 4). hash-wasm's; where WebAssembly is not available, @noble/hashes.

import { createKeccak } from 'hash-wasm';

/** 32 bytes for any data, in memory of their own. */
export type Keccak256 = (data: Uint8Array) => Uint8Array;

/** @param create makes the WebAssembly hash; a parameter for the tests of what happens without it. */
export async function loadKeccak256(create: typeof createKeccak = createKeccak): Promise<Keccak256> {
  const hasher = await create(256).catch(() => undefined);
  if (hasher !== undefined) return (data) => hasher.init().update(data).digest('binary');
  const { keccak_256 } = await import('@noble/hashes/sha3.js');
  return (data) => keccak_256(data);
}

export const keccak256: Keccak256 = await loadKeccak256();
