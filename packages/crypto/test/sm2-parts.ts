// The parts of the SM2 kernel, one by one: its field, its points, its digits. Addresses are the kernel's.

import { startKernel } from '../src/kernel.ts';
import { N, P } from '../src/sm2-curve.ts';
import type { Sm2Exports } from '../src/sm2-kernel.ts';

interface Parts extends Sm2Exports {
  readonly XY: WebAssembly.Global;
  readonly ZZ: WebAssembly.Global;
  readonly PLUS: WebAssembly.Global;
  readonly MINUS: WebAssembly.Global;
  mul(out: number, a: number, b: number): void;
  sqr(out: number, a: number): void;
  tightened(out: number, a: number): void;
  isZero(a: number, lane: number): number;
  toField(out: number, a: number, b: number): void;
  recode(digits: number, scalar: number, width: number): number;
  clear(): void;
  atInfinity(): number;
  setPoint(xy: number, zz: number): void;
  double(): void;
  addJacobian(xy: number, zz: number, z: number, sign: number): void;
  doubleXyzz(): void;
  addAffine(xy: number, sign: number): void;
}

export const parts = startKernel<Parts>('sm2');
parts.prepare();

const view = new DataView(parts.memory.buffer);
const LIMBS = 5;
const PAIR_BYTES = 80;
/** What Montgomery form multiplies with. */
export const R = 1n << 260n;

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

export function mod(value: bigint, modulus = P): bigint {
  return ((value % modulus) + modulus) % modulus;
}

/** The numbers of which these are the Montgomery forms. */
export function numbersAt(address: number): readonly [low: bigint, high: bigint] {
  const { low, high } = readPair(address);
  return [fromMontgomery(integerOf(low)), fromMontgomery(integerOf(high))];
}

const INVERSE_R = inverse(R, P);

function fromMontgomery(value: bigint): bigint {
  return mod(value * INVERSE_R);
}

/** Writes numbers in Montgomery form, tight. */
export function writeNumbers(address: number, low: bigint, high: bigint): void {
  const scratch = pairAt(30);
  write256(scratch, low);
  write256(scratch + 32, high);
  parts.toField(address, scratch, scratch + 32);
}

/** A number of 256 bits, as the kernel keeps those. */
function write256(address: number, value: bigint): void {
  for (let word = 0; word < 4; word++) {
    view.setBigUint64(address + 8 * word, BigInt.asUintN(64, value >> BigInt(64 * word)), true);
  }
}

/** The scalar that digits of that width stand for, and the digits. */
export function recoded(scalar: bigint, width: number): { value: bigint; digits: readonly number[] } {
  const scalarAt = pairAt(40);
  const digitsAt = pairAt(50);
  write256(scalarAt, scalar);
  const isNegative = parts.recode(digitsAt, scalarAt, width) !== 0;
  const digits = Array.from({ length: 256 }, (_, index) => view.getInt16(digitsAt + 2 * index, true));
  const sum = digits.reduceRight((value, digit) => (value << 1n) + BigInt(digit), 0n);
  return { value: mod(isNegative ? -sum : sum, N), digits };
}

export function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [mod(value, modulus), modulus, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return mod(x, modulus);
}
