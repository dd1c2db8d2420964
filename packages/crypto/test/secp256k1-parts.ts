// The parts of the secp256k1 kernel, one by one: its field, its inverses, its scalars, its tables. Addresses are the kernel's.

import { startKernel } from '../src/kernel.ts';
import type { Secp256k1Exports } from '../src/secp256k1-kernel.ts';

interface Parts extends Secp256k1Exports {
  readonly MOD_N: WebAssembly.Global;
  readonly MOD_P: WebAssembly.Global;
  mul(out: number, a: number, b: number): void;
  sqr(out: number, a: number): void;
  sub(out: number, a: number, b: number): void;
  subTwice(out: number, a: number, b: number, c: number): void;
  scale(out: number, a: number, times: number): void;
  toField(out: number, a: number, b: number): void;
  fromField(out: number, pair: number, lane: number): void;
  invert(out: number, a: number, modulus: number): void;
  split(low: number, high: number, scalar: number): void;
}

export const P = 2n ** 256n - 2n ** 32n - 977n;
export const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
export const LAMBDA = 0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72n;

export const parts = startKernel<Parts>('secp256k1');
parts.prepare();
parts.memory.grow(1);

const view = new DataView(parts.memory.buffer);
const LIMBS = 5;
const PAIR_BYTES = 80;

/** Addresses for pairs of a test's own, in memory that no part uses. */
export function pairAt(index: number): number {
  return Math.ceil(parts.FREE.value / 16) * 16 + PAIR_BYTES * index;
}

export type Limbs = readonly number[];
export interface Pair {
  readonly low: Limbs;
  readonly high: Limbs;
}

export function writePair(address: number, { low, high }: Pair): void {
  for (let limb = 0; limb < LIMBS; limb++) {
    view.setFloat64(address + 16 * limb, low[limb] ?? 0, true);
    view.setFloat64(address + 16 * limb + 8, high[limb] ?? 0, true);
  }
}

export function readPair(address: number): Pair {
  const lane = (offset: number) =>
    Array.from({ length: LIMBS }, (_, limb) => view.getFloat64(address + 16 * limb + offset, true));
  return { low: lane(0), high: lane(8) };
}

export function integerOf(limbs: Limbs): bigint {
  return limbs.reduceRight((value, limb) => (value << 52n) + BigInt(limb), 0n);
}

/** A coordinate in a table: five limbs without lanes. */
export function coordinateAt(address: number): bigint {
  return mod(
    integerOf(Array.from({ length: LIMBS }, (_, limb) => view.getFloat64(address + 8 * limb, true))),
    P,
  );
}

export function mod(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}

/** A number, as the kernel keeps those: in words of 64 bits. */
export function writeNumber(address: number, value: bigint): void {
  for (let word = 0; word < 4; word++) {
    view.setBigUint64(address + 8 * word, BigInt.asUintN(64, value >> BigInt(64 * word)), true);
  }
}

export function readNumber(address: number, words = 4): bigint {
  return Array.from({ length: words }, (_, word) => view.getBigUint64(address + 8 * word, true)).reduceRight(
    (value, word) => (value << 64n) + word,
    0n,
  );
}
