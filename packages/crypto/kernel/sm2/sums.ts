// The sum of a verification, s G + t P, with tables of odd multiples of both points (Strauss, Shamir; tables.ts).

import { clear, ZZ } from './accumulator';
import { ONE, PAIR, sqr } from './field';
import { addJacobian, double } from './jacobian';
import { MINUS, PLUS, tightened } from './lanes';
import { recode } from './number';
import { buildTable, JACOBIAN, oddMultiples } from './tables';
import { addAffine, doubleXyzz } from './xyzz';

/** Digits of s, and G's table: 32 blocks, 8 doublings apart. */
const G_WIDTH = 9;
const G_BLOCKS: usize = 32;
const G_STRIDE: usize = 8;
const G_BLOCK_SIZE: usize = 1 << (G_WIDTH - 2);
const G_TABLE: usize = memory.data(327680, 16);

/** Digits of t, with multiples that are made for one sum. */
const COLD_WIDTH = 5;
const COLD_MULTIPLES: usize = 1 << (COLD_WIDTH - 2);
const COLD_TABLE: usize = memory.data(1920, 16);

/** Digits of t, with either table of a key. */
const SMALL_WIDTH = 3;
const SMALL_BLOCKS: usize = 16;
const SMALL_STRIDE: usize = 16;
const SMALL_BLOCK_SIZE: usize = 1 << (SMALL_WIDTH - 2);
const BIG_WIDTH = 6;
const BIG_BLOCKS: usize = 32;
const BIG_STRIDE: usize = 8;
const BIG_BLOCK_SIZE: usize = 1 << (BIG_WIDTH - 2);
export const SMALL_TABLE_BYTES: usize = SMALL_BLOCKS * SMALL_BLOCK_SIZE * PAIR;
export const BIG_TABLE_BYTES: usize = BIG_BLOCKS * BIG_BLOCK_SIZE * PAIR;

const S_DIGITS: usize = memory.data(512, 16);
const T_DIGITS: usize = memory.data(512, 16);
let minusS: bool = false;
let minusT: bool = false;

/** Once, before all else. @param generator (x | y) */
export function prepareSums(generator: usize): void {
  buildTable(G_TABLE, generator, G_BLOCKS, G_STRIDE, G_BLOCK_SIZE);
}

export function buildSmall(out: usize, point: usize): void {
  buildTable(out, point, SMALL_BLOCKS, SMALL_STRIDE, SMALL_BLOCK_SIZE);
}

export function buildBig(out: usize, point: usize): void {
  buildTable(out, point, BIG_BLOCKS, BIG_STRIDE, BIG_BLOCK_SIZE);
}

/** Accumulator: s G + t P; Jacobian, but (ZZ | -) as in XYZZ. @param point (x | y) @param s, t below n; are overwritten */
export function sumCold(point: usize, s: usize, t: usize): void {
  minusS = recode(S_DIGITS, s, G_WIDTH);
  minusT = recode(T_DIGITS, t, COLD_WIDTH);
  oddMultiples(COLD_TABLE, point, COLD_MULTIPLES);
  clear();
  for (let i: usize = 256; i-- > 0; ) {
    double();
    const digit = digitAt(T_DIGITS, i);
    if (digit != 0) {
      const entry = COLD_TABLE + indexOf(digit) * JACOBIAN;
      addJacobian(entry, entry + PAIR, entry + 2 * PAIR, signOf(digit, minusT));
    }
    if (i >= G_STRIDE) continue;
    for (let block: usize = 0; block < G_BLOCKS; block++) {
      const sDigit = digitAt(S_DIGITS, block * G_STRIDE + i);
      if (sDigit != 0) {
        const entry = multipleIn(G_TABLE, block, G_BLOCK_SIZE, sDigit);
        addJacobian(entry, ONE, ONE, signOf(sDigit, minusS));
      }
    }
  }
  tightened(ZZ, ZZ);
  sqr(ZZ, ZZ);
}

/** Accumulator, XYZZ: s G + t P. @param table of P, by buildSmall @param s, t below n; are overwritten */
export function sumSmall(table: usize, s: usize, t: usize): void {
  sumHot(table, s, t, SMALL_WIDTH, SMALL_BLOCKS, SMALL_STRIDE, SMALL_BLOCK_SIZE);
}

/** The same. @param table of P, by buildBig */
export function sumBig(table: usize, s: usize, t: usize): void {
  sumHot(table, s, t, BIG_WIDTH, BIG_BLOCKS, BIG_STRIDE, BIG_BLOCK_SIZE);
}

function sumHot(
  table: usize, s: usize, t: usize, width: i32, blocks: usize, stride: usize, blockSize: usize,
): void {
  minusS = recode(S_DIGITS, s, G_WIDTH);
  minusT = recode(T_DIGITS, t, width);
  fetch(T_DIGITS, table, stride, blockSize);
  fetch(S_DIGITS, G_TABLE, G_STRIDE, G_BLOCK_SIZE);
  clear();
  for (let i = stride; i-- > 0; ) {
    doubleXyzz();
    for (let block: usize = 0; block < blocks; block++) {
      const digit = digitAt(T_DIGITS, block * stride + i);
      if (digit != 0) addAffine(multipleIn(table, block, blockSize, digit), signOf(digit, minusT));
    }
    if (i >= G_STRIDE) continue;
    for (let block: usize = 0; block < G_BLOCKS; block++) {
      const digit = digitAt(S_DIGITS, block * G_STRIDE + i);
      if (digit != 0) addAffine(multipleIn(G_TABLE, block, G_BLOCK_SIZE, digit), signOf(digit, minusS));
    }
  }
}

/** So that the loads of `fetch` are for something. */
let fetched: u32 = 0;

/**
 * Reads a little of each point that the digits will want: the tables are larger than the caches, and now the processor can wait
 * for many at a time.
 */
function fetch(digits: usize, table: usize, stride: usize, blockSize: usize): void {
  for (let position: usize = 0; position < 256; position += 4) {
    if (load<u64>(digits + 2 * position) == 0) continue;
    for (let i = position; i < position + 4; i++) {
      const digit = digitAt(digits, i);
      if (digit == 0) continue;
      const xy = multipleIn(table, i / stride, blockSize, digit);
      fetched += load<u8>(xy) + load<u8>(xy + PAIR - 1);
    }
  }
}

// @ts-ignore: decorator
@inline
function multipleIn(table: usize, block: usize, blockSize: usize, digit: i32): usize {
  return table + (block * blockSize + indexOf(digit)) * PAIR;
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
