// Makes the tables of combs.ts. Blocks are made two at a time, one in each lane, and tooth by tooth: each entry there is plus
// and minus the next tooth makes two. In affine coordinates, with one inversion for a whole batch (Montgomery's trick).

import { blockBytes, blocksOf } from './combs';
import { mul, ONE, PAIR, sqr, sub, ZERO } from './field';
import { invert, MOD_P } from './inverse';
import { fromField, toField } from './number';
import { ADDED_X, ADDED_Y, double, ENTRY, putEntries, set, take, X, Y, ZZ, ZZZ } from './points';

/** Pairs that share one inversion. */
const MAX_BATCH: usize = 64;
const BATCH: usize = memory.data(5120, 16);
const PRODUCTS: usize = memory.data(5120, 16);

/** 2^(tooth * columns + block * depth) times the point, for each tooth of each block: entries, the teeth of a block together; 64 at most. */
const BASES: usize = memory.data(5120, 16);
const BASE_X: usize = memory.data(5120, 16);
const BASE_Y: usize = memory.data(5120, 16);
const BASE_ZZ: usize = memory.data(5120, 16);

const INVERSE: usize = memory.data(80, 16);
const NUMBER: usize = memory.data(32, 16);
const OTHER_NUMBER: usize = memory.data(32, 16);
const T0: usize = memory.data(80, 16);
const T1: usize = memory.data(80, 16);
const T2: usize = memory.data(80, 16);
const TOOTH_X: usize = memory.data(80, 16);
const TOOTH_Y: usize = memory.data(80, 16);
const OLD_X: usize = memory.data(80, 16);
const OLD_Y: usize = memory.data(80, 16);
const NEW_X: usize = memory.data(80, 16);

/** @param x, y (x | x), (y | y) of the point */
export function buildTable(out: usize, x: usize, y: usize, teeth: usize, columns: usize, depth: usize): void {
  const blocks = blocksOf(columns, depth), last = teeth - 1;
  makeBases(x, y, teeth, columns, depth, blocks);
  for (let block: usize = 0; block < blocks; block++) {
    memory.copy(out + block * blockBytes(teeth), BASES + (block * teeth + last) * ENTRY, ENTRY);
  }
  for (let tooth: usize = 0; tooth < last; tooth++) {
    // Work for `total` pairs of lanes: 2^tooth entries of each two blocks.
    const total = ((blocks + 1) >> 1) << tooth;
    for (let start: usize = 0; start < total; start += MAX_BATCH) {
      addTooth(out, teeth, tooth, blocks, start, min(start + MAX_BATCH, total));
    }
  }
}

/** The bases. All lanes do the same. */
function makeBases(x: usize, y: usize, teeth: usize, columns: usize, depth: usize, blocks: usize): void {
  memory.copy(ADDED_X, x, PAIR);
  memory.copy(ADDED_Y, y, PAIR);
  set();
  let count: usize = 0;
  for (let tooth: usize = 0; tooth < teeth; tooth++) {
    for (let column: usize = 0; column < columns; column++) {
      if (column % depth == 0) {
        const at = count * PAIR;
        memory.copy(BASE_X + at, X, PAIR);
        sub(BASE_Y + at, Y, ZERO);
        memory.copy(BASE_ZZ + at, ZZ, PAIR);
        memory.copy(BATCH + at, ZZZ, PAIR);
        count++;
      }
      if (tooth + 1 < teeth || column + 1 < columns) double();
    }
  }
  multiplyBatch(count);
  for (let index = count; index-- > 0; ) {
    const at = index * PAIR;
    takeInverse(index); // 1 / ZZZ in T0
    mul(T1, T0, BASE_ZZ + at);
    sqr(T1, T1); // 1 / ZZ
    mul(T1, T1, BASE_X + at);
    mul(T2, T0, BASE_Y + at);
    const entry = BASES + ((index % blocks) * teeth + index / blocks) * ENTRY;
    putEntries(entry, entry, T1, T2);
  }
}

/** From entries `start` to `end`, the tooth's turn: those with it minus in their places, those with it plus behind all. */
function addTooth(
  out: usize, teeth: usize, tooth: usize, blocks: usize, start: usize, end: usize,
): void {
  for (let item = start; item < end; item++) {
    takeTooth(item, teeth, tooth, blocks);
    takeOld(out, item, teeth, tooth, blocks);
    sub(BATCH + (item - start) * PAIR, TOOTH_X, OLD_X);
  }
  multiplyBatch(end - start);
  for (let item = end; item-- > start; ) {
    takeInverse(item - start); // 1 / (x of the tooth - x) in T0
    takeTooth(item, teeth, tooth, blocks);
    takeOld(out, item, teeth, tooth, blocks);
    const low = entryOf(out, item, teeth, tooth, blocks, 0), high = entryOf(out, item, teeth, tooth, blocks, 1);
    sub(T1, TOOTH_Y, OLD_Y);
    addAffine();
    putEntries(low + (ENTRY << tooth), high + (ENTRY << tooth), T1, T2);
    // Minus the tooth: its y is the other way round.
    sub(T1, ZERO, TOOTH_Y);
    sub(T1, T1, OLD_Y);
    addAffine();
    putEntries(low, high, T1, T2);
  }
}

/** T1, T2 = x and y of OLD plus a point whose y is T1 larger, and whose x has 1 / difference in T0. */
function addAffine(): void {
  mul(T1, T1, T0); // slope
  sqr(T2, T1);
  sub(T2, T2, OLD_X);
  sub(T2, T2, TOOTH_X); // x
  memory.copy(NEW_X, T2, PAIR);
  sub(T2, OLD_X, T2);
  mul(T2, T1, T2);
  sub(T2, T2, OLD_Y);
  memory.copy(T1, NEW_X, PAIR);
}

/** Of item, the block in a lane: the last one twice, if they are odd in number. */
// @ts-ignore: decorator
@inline
function blockOf(item: usize, tooth: usize, blocks: usize, lane: usize): usize {
  return min(((item >> tooth) << 1) + lane, blocks - 1);
}

function entryOf(out: usize, item: usize, teeth: usize, tooth: usize, blocks: usize, lane: usize): usize {
  return out + blockOf(item, tooth, blocks, lane) * blockBytes(teeth) + (item & ((1 << tooth) - 1)) * ENTRY;
}

function takeTooth(item: usize, teeth: usize, tooth: usize, blocks: usize): void {
  const low = blockOf(item, tooth, blocks, 0), high = blockOf(item, tooth, blocks, 1);
  take(BASES + (low * teeth + tooth) * ENTRY, BASES + (high * teeth + tooth) * ENTRY, i64x2.splat(0));
  memory.copy(TOOTH_X, ADDED_X, PAIR);
  memory.copy(TOOTH_Y, ADDED_Y, PAIR);
}

function takeOld(out: usize, item: usize, teeth: usize, tooth: usize, blocks: usize): void {
  take(entryOf(out, item, teeth, tooth, blocks, 0), entryOf(out, item, teeth, tooth, blocks, 1), i64x2.splat(0));
  memory.copy(OLD_X, ADDED_X, PAIR);
  memory.copy(OLD_Y, ADDED_Y, PAIR);
}

/** PRODUCTS of BATCH from its start to each, and the inverse of the last: none is 0. */
function multiplyBatch(count: usize): void {
  let product = ONE;
  for (let index: usize = 0; index < count; index++) {
    mul(PRODUCTS + index * PAIR, product, BATCH + index * PAIR);
    product = PRODUCTS + index * PAIR;
  }
  fromField(NUMBER, product, 0);
  fromField(OTHER_NUMBER, product, 8);
  invert(NUMBER, NUMBER, MOD_P);
  invert(OTHER_NUMBER, OTHER_NUMBER, MOD_P);
  toField(INVERSE, NUMBER, OTHER_NUMBER);
}

/** T0 = 1 / BATCH of that index, after those behind it were taken. */
function takeInverse(index: usize): void {
  mul(T0, INVERSE, index == 0 ? ONE : PRODUCTS + (index - 1) * PAIR);
  mul(INVERSE, INVERSE, BATCH + index * PAIR);
}
