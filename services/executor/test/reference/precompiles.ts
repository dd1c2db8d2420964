/** Addresses 1 to 8 (docs/protocol/executor.md 6). */

import { concatBytes } from '@hexapod/protocol/bytes';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { addressFrom } from './hashing.ts';
import { slicePadded, toBytes, toInteger, words } from './numbers.ts';

interface Precompile {
  gas(inputLength: bigint): bigint;
  /** undefined: not implemented, fails after its gas was paid. */
  readonly run: ((input: Uint8Array) => Uint8Array) | undefined;
}

const PRECOMPILES = new Map<bigint, Precompile>([
  [1n, { gas: () => 3000n, run: ecrecover }],
  [2n, { gas: (length) => 60n + 12n * words(length), run: sha256 }],
  [
    3n,
    {
      gas: (length) => 600n + 120n * words(length),
      run: (input) => toBytes(toInteger(ripemd160(input)), 32),
    },
  ],
  [4n, { gas: (length) => 15n + 3n * words(length), run: (input) => input }],
  [5n, { gas: () => 0n, run: undefined }],
  [6n, { gas: () => 500n, run: undefined }],
  [7n, { gas: () => 40_000n, run: undefined }],
  [8n, { gas: (length) => 100_000n + 80_000n * (length / 192n), run: undefined }],
]);

export function precompileAt(address: bigint): Precompile | undefined {
  return PRECOMPILES.get(address);
}

const SMALLEST_SCALAR = 1n << 56n;
const { n: ORDER } = secp256k1.Point.CURVE();

function ecrecover(input: Uint8Array): Uint8Array {
  const padded = slicePadded(input, 0n, 128n);
  const v = toInteger(padded.subarray(32, 64));
  const scalars = padded.subarray(64, 128);
  const [r, s] = [toInteger(scalars.subarray(0, 32)), toInteger(scalars.subarray(32))];
  const isScalar = (value: bigint) => value >= SMALLEST_SCALAR && value < ORDER;
  if ((v !== 27n && v !== 28n) || !isScalar(r) || !isScalar(s)) return new Uint8Array(0);
  const publicKey = recover(padded.subarray(0, 32), concatBytes(Uint8Array.of(Number(v - 27n)), scalars));
  return publicKey === undefined ? new Uint8Array(0) : toBytes(addressFrom(publicKey), 32);
}

/** The 64 bytes of the public key. @param signature recovery id ‖ r ‖ s. */
function recover(hash: Uint8Array, signature: Uint8Array): Uint8Array | undefined {
  try {
    const point = secp256k1.Signature.fromBytes(signature, 'recovered').recoverPublicKey(hash);
    return point.toBytes(false).subarray(1);
  } catch {
    // The library throws where no point has that x coordinate, or the key would be the point at infinity.
    return undefined;
  }
}
