/**
 * Contracts that are part of the machine: addresses 1 to 8 (docs/protocol/executor.md 6). 5 to 8 are not implemented
 * on this chain: they take their gas and fail. 9 is an ordinary address.
 */
import { hash } from 'node:crypto';
import { words } from './gas.ts';
import { readWord, type Word } from './word.ts';

/**
 * Address (20 bytes) of the signer of a 32-byte hash, or undefined. Signature: r ‖ s ‖ recovery id (0 or 1), 65
 * bytes.
 */
export type RecoverSigner = (messageHash: Uint8Array, signature: Uint8Array) => Uint8Array | undefined;

export interface Precompile {
  gas(inputLength: number): number;
  /** The output, or undefined for "fails, whatever the input". */
  run(input: Uint8Array, recover: RecoverSigner): Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** Smaller r or s are refused: a quirk of the original. */
const SMALLEST_SCALAR = 2n ** 56n;

function unimplemented(gas: (length: number) => number): Precompile {
  return { gas, run: () => undefined };
}

const PRECOMPILES: readonly (Precompile | undefined)[] = [
  undefined,
  { gas: () => 3000, run: ecrecover },
  { gas: (length) => 60 + 12 * words(length), run: (input) => hash('sha256', input, 'buffer') },
  { gas: (length) => 600 + 120 * words(length), run: (input) => padLeft(hash('ripemd160', input, 'buffer')) },
  { gas: (length) => 15 + 3 * words(length), run: (input) => input.slice() },
  unimplemented(() => 0),
  unimplemented(() => 500),
  unimplemented(() => 40_000),
  unimplemented((length) => 100_000 + 80_000 * Math.floor(length / 192)),
];

export function precompileAt(address: Word): Precompile | undefined {
  return typeof address === 'number' ? PRECOMPILES[address] : undefined;
}

function padLeft(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(32);
  padded.set(bytes, 32 - bytes.length);
  return padded;
}

/**
 * Input: hash ‖ v ‖ r ‖ s, 32 bytes each, cut or filled with zeros to 128. Whatever is wrong with it gives empty
 * output.
 */
function ecrecover(input: Uint8Array, recover: RecoverSigner): Uint8Array {
  const padded = new Uint8Array(128);
  padded.set(input.subarray(0, 128));
  const view = new DataView(padded.buffer);
  const v = readWord(view, 32);
  if ((v !== 27 && v !== 28) || !isScalar(readWord(view, 64)) || !isScalar(readWord(view, 96)))
    return NOTHING;
  const signature = new Uint8Array(65);
  signature.set(padded.subarray(64, 128));
  signature[64] = v - 27;
  const address = recover(padded.subarray(0, 32), signature);
  return address === undefined ? NOTHING : padLeft(address);
}

function isScalar(word: Word): boolean {
  return word >= SMALLEST_SCALAR && word < SECP256K1_ORDER;
}
