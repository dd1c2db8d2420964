// SM2 verification (GB/T 32918.2; docs/protocol/crypto.md 5 and 8): from message and signature to an answer. Not constant-time:
// nothing secret comes here. README.md has the layout of the memory.

import { CURVE_B, isZero, mul, norm, ONE, PAIR, sqr, store as storePair, THREE } from './field';
import { add, isBelow, isNull, N, P, read, recode, reduce, sub, toField, write } from './number';
import { addAffine, addJacobian, atInfinity, clear, double, doubleXyzz, MINUS, PLUS, XY, ZZ } from './point';
import { compress, start, STATE, writeState } from './sm3';
import { buildTable, JACOBIAN, oddMultiples, TABLES } from './tables';

/** Digits of s, and its table: 16 blocks, 16 doublings apart. */
const G_WIDTH = 10;
const G_BLOCKS: usize = 16;
const G_STRIDE: usize = 16;
const G_BLOCK_SIZE: usize = 1 << (G_WIDTH - 2);
const G_TABLE: usize = TABLES;

/** Digits of t with the multiples that are made for one verification, and with the tables of a key. */
const COLD_WIDTH = 5;
const SMALL_WIDTH = 5;
const SMALL_BLOCKS: usize = 4;
const SMALL_STRIDE: usize = 64;
const SMALL_BLOCK_SIZE: usize = 1 << (SMALL_WIDTH - 2);
const BIG_WIDTH = 6;
const BIG_BLOCKS: usize = 16;
const BIG_STRIDE: usize = 16;
const BIG_BLOCK_SIZE: usize = 1 << (BIG_WIDTH - 2);

/** A slot of a key: ZA, then the table. */
const ZA_BYTES: usize = 32;
const SMALL_SLOT: usize = ZA_BYTES + SMALL_BLOCKS * SMALL_BLOCK_SIZE * PAIR;
const BIG_SLOT: usize = ZA_BYTES + BIG_BLOCKS * BIG_BLOCK_SIZE * PAIR;
export const SMALL_SLOTS: u32 = 1024;
export const BIG_SLOTS: u32 = 256;
const SMALL_TABLES: usize = G_TABLE + G_BLOCKS * G_BLOCK_SIZE * PAIR;
const BIG_TABLES: usize = SMALL_TABLES + <usize>SMALL_SLOTS * SMALL_SLOT;
export const MEMORY_END: usize = BIG_TABLES + <usize>BIG_SLOTS * BIG_SLOT;

/** What verify and build take: 32 bytes of message or digest, and 128 of signature. */
export const MESSAGE: usize = memory.data(32, 16);
export const SIGNATURE: usize = memory.data(128, 16);

/** How the host asks: whose rule, what the 32 bytes are, which tables. */
export const STRICT: u32 = 1;
export const IS_DIGEST: u32 = 2;
export const COLD: u32 = 0;
export const SMALL: u32 = 1;
export const BIG: u32 = 2;

const R: usize = memory.data(32, 16);
const S: usize = memory.data(32, 16);
const T: usize = memory.data(32, 16);
const E: usize = memory.data(32, 16);
const X: usize = memory.data(32, 16);
const Y: usize = memory.data(32, 16);
const W0: usize = memory.data(32, 16);
const W1: usize = memory.data(32, 16);
const S_DIGITS: usize = memory.data(512, 16);
const T_DIGITS: usize = memory.data(512, 16);
let minusS: bool = false;
let minusT: bool = false;

const POINT: usize = memory.data(80, 16);
const F0: usize = memory.data(80, 16);
const F1: usize = memory.data(80, 16);
const COLD_TABLE: usize = memory.data(1920, 16);

/** ENTL ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy: two whole blocks, and the head of the third, which the key fills. */
const ZA_HEAD: usize = memory.data<u8>([
  0x00, 0x80, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38,
  0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc,
  0x28, 0xe9, 0xfa, 0x9e, 0x9d, 0x9f, 0x5e, 0x34, 0x4d, 0x5a, 0x9e, 0x4b, 0xcf, 0x65, 0x09, 0xa7,
  0xf3, 0x97, 0x89, 0xf5, 0x15, 0xab, 0x8f, 0x92, 0xdd, 0xbc, 0xbd, 0x41, 0x4d, 0x94, 0x0e, 0x93,
  0x32, 0xc4, 0xae, 0x2c, 0x1f, 0x19, 0x81, 0x19, 0x5f, 0x99, 0x04, 0x46, 0x6a, 0x39, 0xc9, 0x94,
  0x8f, 0xe3, 0x0b, 0xbf, 0xf2, 0x66, 0x0b, 0xe1, 0x71, 0x5a, 0x45, 0x89, 0x33, 0x4c, 0x74, 0xc7,
  0xbc, 0x37, 0x36, 0xa2, 0xf4, 0xf6, 0x77, 0x9c, 0x59, 0xbd, 0xce, 0xe3, 0x6b, 0x69, 0x21, 0x53,
  0xd0, 0xa9, 0x87, 0x7c, 0xc6, 0x2a, 0x47, 0x40, 0x02, 0xdf, 0x32, 0xe5, 0x21, 0x39, 0xf0, 0xa0,
], 16);
const ZA_HEAD_BYTES: usize = 146;
const G_BYTES: usize = ZA_HEAD + 82;
const BLOCK: usize = 64;
const HEAD_STATE: usize = memory.data(32, 16);
const HASH_STATE: usize = memory.data(32, 16);
const BLOCKS: usize = memory.data(128, 16);
const ZA: usize = memory.data(32, 16);

/** Once, before all else: hashes the constant blocks and makes the table of the generator. */
export function prepare(): void {
  start(HEAD_STATE);
  compress(HEAD_STATE, ZA_HEAD);
  compress(HEAD_STATE, ZA_HEAD + BLOCK);
  read(X, G_BYTES);
  read(Y, G_BYTES + 32);
  toField(POINT, X, Y);
  buildTable(G_TABLE, POINT, G_BLOCKS, G_STRIDE, G_BLOCK_SIZE);
}

/**
 * Is what stands at SIGNATURE a signature of what stands at MESSAGE?
 * @param how STRICT and IS_DIGEST, added @param tables COLD, SMALL or BIG @param slot where those of this key are
 */
export function verify(how: u32, tables: u32, slot: u32): bool {
  read(R, SIGNATURE);
  read(S, SIGNATURE + 32);
  const isStrict = (how & STRICT) != 0;
  read(X, SIGNATURE + 64);
  read(Y, SIGNATURE + 96);
  if (isStrict && !isInStandardRange()) return false;
  if (tables == COLD) {
    if (!takeKey()) return false;
    if ((how & IS_DIGEST) == 0) hashKey(ZA);
  }
  if (!scalars(isStrict)) return false;
  if ((how & IS_DIGEST) != 0) memory.copy(BLOCKS, MESSAGE, 32);
  else hashMessage(tables == COLD ? ZA : slotOf(tables, slot));
  read(E, BLOCKS);

  recodeScalars(tables == BIG ? BIG_WIDTH : tables == SMALL ? SMALL_WIDTH : COLD_WIDTH);
  clear();
  if (tables == COLD) sumCold();
  else if (tables == SMALL) sumHot(slotOf(SMALL, slot) + ZA_BYTES, SMALL_BLOCKS, SMALL_STRIDE, SMALL_BLOCK_SIZE);
  else sumHot(slotOf(BIG, slot) + ZA_BYTES, BIG_BLOCKS, BIG_STRIDE, BIG_BLOCK_SIZE);
  return !atInfinity() && hasExpectedX(isStrict);
}

/** Makes the tables of the key at SIGNATURE. False if it is not on the curve. @param tables SMALL or BIG */
export function build(tables: u32, slot: u32): bool {
  read(X, SIGNATURE + 64);
  read(Y, SIGNATURE + 96);
  if (!takeKey()) return false;
  const out = slotOf(tables, slot);
  hashKey(out);
  if (tables == SMALL) buildTable(out + ZA_BYTES, POINT, SMALL_BLOCKS, SMALL_STRIDE, SMALL_BLOCK_SIZE);
  else buildTable(out + ZA_BYTES, POINT, BIG_BLOCKS, BIG_STRIDE, BIG_BLOCK_SIZE);
  return true;
}

function slotOf(tables: u32, slot: u32): usize {
  if (tables == SMALL) return SMALL_TABLES + <usize>(slot % SMALL_SLOTS) * SMALL_SLOT;
  return BIG_TABLES + <usize>(slot % BIG_SLOTS) * BIG_SLOT;
}

function isInStandardRange(): bool {
  return !isNull(R) && !isNull(S) && isBelow(R, N) && isBelow(S, N) && isBelow(X, P) && isBelow(Y, P);
}

/** X and Y, reduced, as POINT. False if that is none of the curve. */
function takeKey(): bool {
  reduce(X, P);
  reduce(Y, P);
  toField(POINT, X, Y);
  return isOnCurve();
}

// @ts-ignore: decorator
@inline
function minus(a: usize, b: usize, limb: usize): v128 {
  return f64x2.sub(v128.load(a + limb), v128.load(b + limb));
}

function normedDifference(out: usize, a: usize, b: usize): void {
  norm(out, minus(a, b, 0), minus(a, b, 16), minus(a, b, 32), minus(a, b, 48), minus(a, b, 64));
}

// @ts-ignore: decorator
@inline
function curveLimb(limb: usize): v128 {
  const y2 = v128.load(F0 + limb);
  return f64x2.sub(v128.shuffle<u64>(y2, y2, 1, 1), f64x2.add(v128.load(F1 + limb), v128.load(CURVE_B + limb)));
}

/** y^2 = x (x^2 - 3) + b for POINT? */
function isOnCurve(): bool {
  sqr(F0, POINT); // x^2 | y^2
  normedDifference(F1, F0, THREE);
  mul(F1, F1, POINT); // x (x^2 - 3) | -
  norm(F1, curveLimb(0), curveLimb(16), curveLimb(32), curveLimb(48), curveLimb(64));
  return isZero(F1, 0);
}

/** ZA of X and Y. */
function hashKey(out: usize): void {
  const rest = ZA_HEAD_BYTES - 2 * BLOCK;
  memory.copy(HASH_STATE, HEAD_STATE, STATE);
  memory.fill(BLOCKS, 0, 2 * BLOCK);
  memory.copy(BLOCKS, ZA_HEAD + 2 * BLOCK, rest);
  write(BLOCKS + rest, X);
  write(BLOCKS + rest + 32, Y);
  finish(rest + 64, ZA_HEAD_BYTES + 64);
  writeState(out, HASH_STATE);
}

/** The digest of ZA ‖ MESSAGE, to BLOCKS. */
function hashMessage(za: usize): void {
  start(HASH_STATE);
  memory.fill(BLOCKS, 0, 2 * BLOCK);
  memory.copy(BLOCKS, za, 32);
  memory.copy(BLOCKS + 32, MESSAGE, 32);
  finish(64, 64);
  writeState(BLOCKS, HASH_STATE);
}

/** Pads BLOCKS, of which `filled` bytes are used, and hashes both. @param length of all that is hashed, in bytes */
function finish(filled: usize, length: u64): void {
  store<u8>(BLOCKS + filled, 0x80);
  store<u64>(BLOCKS + 2 * BLOCK - 8, bswap<u64>(8 * length));
  compress(HASH_STATE, BLOCKS);
  compress(HASH_STATE, BLOCKS + BLOCK);
}

/** T, the scalar of the key, and S, both below n. False if the rule is strict and T is 0. */
function scalars(isStrict: bool): bool {
  const isLong = add(T, R, S);
  if (isLong || !isBelow(T, N)) sub(T, T, N);
  // The original takes both scalars as they are; the point is that of the scalar modulo the order.
  reduce(T, N);
  reduce(S, N);
  return !(isStrict && isNull(T));
}

function recodeScalars(width: i32): void {
  minusS = recode(S_DIGITS, S, G_WIDTH);
  minusT = recode(T_DIGITS, T, width);
}

/** Of a digit that is not 0: the odd multiple it takes. */
// @ts-ignore: decorator
@inline
function indexOf(digit: i32): usize {
  return <usize>((digit < 0 ? -digit : digit) >> 1);
}

// @ts-ignore: decorator
@inline
function signOf(digit: i32, isMinus: bool): usize {
  return digit < 0 != isMinus ? MINUS : PLUS;
}

// @ts-ignore: decorator
@inline
function digitAt(digits: usize, position: usize): i32 {
  return load<i16>(digits + 2 * position);
}

/** Accumulator, Jacobian: S G + T POINT. */
function sumCold(): void {
  oddMultiples(COLD_TABLE, POINT, 1 << (COLD_WIDTH - 2));
  clear();
  for (let i: usize = 256; i-- > 0; ) {
    double();
    const t = digitAt(T_DIGITS, i);
    if (t != 0) {
      const entry = COLD_TABLE + indexOf(t) * JACOBIAN;
      addJacobian(entry, entry + PAIR, entry + 2 * PAIR, signOf(t, minusT));
    }
    if (i >= G_STRIDE) continue;
    for (let block: usize = 0; block < G_BLOCKS; block++) {
      const s = digitAt(S_DIGITS, block * G_STRIDE + i);
      if (s != 0) addJacobian(G_TABLE + (block * G_BLOCK_SIZE + indexOf(s)) * PAIR, ONE, ONE, signOf(s, minusS));
    }
  }
  // (ZZ | -), as the other sum has it.
  norm(F0, v128.load(ZZ, 0), v128.load(ZZ, 16), v128.load(ZZ, 32), v128.load(ZZ, 48), v128.load(ZZ, 64));
  sqr(ZZ, F0);
}

/** Accumulator, XYZZ: S G + T times the point of the table. */
function sumHot(table: usize, blocks: usize, stride: usize, blockSize: usize): void {
  for (let i = stride; i-- > 0; ) {
    doubleXyzz();
    for (let block: usize = 0; block < blocks; block++) {
      const t = digitAt(T_DIGITS, block * stride + i);
      if (t != 0) addAffine(table + (block * blockSize + indexOf(t)) * PAIR, signOf(t, minusT));
    }
    if (i >= G_STRIDE) continue;
    for (let block: usize = 0; block < G_BLOCKS; block++) {
      const s = digitAt(S_DIGITS, block * G_STRIDE + i);
      if (s != 0) addAffine(G_TABLE + (block * G_BLOCK_SIZE + indexOf(s)) * PAIR, signOf(s, minusS));
    }
  }
}

// @ts-ignore: decorator
@inline
function xMinus(limb: usize): v128 {
  const xy = v128.load(XY + limb);
  return f64x2.sub(v128.shuffle<u64>(xy, xy, 0, 0), v128.load(F0 + limb));
}

// @ts-ignore: decorator
@inline
function lowTwice(pair: usize, limb: usize): v128 {
  const both = v128.load(pair + limb);
  return v128.shuffle<u64>(both, both, 0, 0);
}

/** Is x of the accumulator what r and the digest want it to be? Without an inversion: X = w ZZ. */
function hasExpectedX(isStrict: bool): bool {
  reduce(E, N);
  const isBorrowed = isBelow(R, E);
  sub(W0, R, E);
  if (isBorrowed) add(W0, W0, N);
  // By the standard (e + x) mod n counts, and x, which is below p, may be n or more.
  const isLong = add(W1, W0, N);
  const hasSecond = isStrict && !isLong && isBelow(W1, P);
  toField(F0, W0, W1);
  storePair(F1, lowTwice(ZZ, 0), lowTwice(ZZ, 16), lowTwice(ZZ, 32), lowTwice(ZZ, 48), lowTwice(ZZ, 64));
  mul(F0, F0, F1);
  norm(F1, xMinus(0), xMinus(16), xMinus(32), xMinus(48), xMinus(64));
  return isZero(F1, 0) || (hasSecond && isZero(F1, 8));
}
