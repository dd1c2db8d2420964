// Multiples of points by combs (Lim, Lee, 1994), signed: a scalar is odd, so that it is a sum of + or - 2^i over all i up to
// its length, teeth * columns. Tooth j takes the bits from j * columns on; a column has one bit of each tooth. A table has a
// block for each `depth` columns that are neighbours: the 2^(teeth - 1) sums of + and - 2^(j * columns) times the point, the
// last of them +, times 2^depth more in each block. So `depth - 1` doublings serve all columns.

import { add, double, ENTRY, set, take } from './points';

/** Of the multiples of one point: 16 bits for each column. */
const DIGITS_BYTES: usize = 64;
const SHIFTED: usize = memory.data(32, 16);
/** Of the key, and of G: two scalars each. */
const KEY_DIGITS: usize = memory.data(128, 16);
const G_DIGITS: usize = memory.data(128, 16);
const SEEN: usize = memory.data(8, 16);

// @ts-ignore: decorator
@inline
export function blocksOf(columns: usize, depth: usize): usize {
  return (columns + depth - 1) / depth;
}

// @ts-ignore: decorator
@inline
export function blockBytes(teeth: usize): usize {
  return ENTRY << (teeth - 1);
}

/** The columns of a scalar. @param half odd, less than 2^129 in size: scalars.ts; teeth * columns is 129 to 160 */
function recode(digits: usize, half: usize, teeth: usize, columns: usize): void {
  // A bit is 1 for +, 0 for -: (half + 2^length - 1) / 2.
  const w0 = load<u64>(half), w1 = load<u64>(half, 8), w2 = load<u64>(half, 16) + (1 << (teeth * columns - 128));
  store<u64>(SHIFTED, (w0 >> 1) | (w1 << 63));
  store<u64>(SHIFTED, (w1 >> 1) | (w2 << 63), 8);
  store<u64>(SHIFTED, w2 >> 1, 16);
  memory.fill(digits, 0, DIGITS_BYTES);
  for (let tooth: usize = 0; tooth < teeth; tooth++) {
    const position = tooth * columns;
    const bits = (load<u64>(SHIFTED + (position >> 3)) >> (position & 7)) & ((1 << columns) - 1);
    for (let column: usize = 0; column < columns; column += 4) {
      // Four bits, 16 bits apart.
      const four = (((bits >> column) & 15) * 0x0000200040008001) & 0x0001000100010001, at = digits + 2 * column;
      store<u64>(at, load<u64>(at) | (four << tooth));
    }
  }
}

/** All ones for a column whose last tooth is -: all others are the other way round then, and so is the entry. */
// @ts-ignore: decorator
@inline
function minusOf(digit: usize, teeth: usize): usize {
  return (digit >> (teeth - 1)) - 1;
}

// @ts-ignore: decorator
@inline
function entryOf(block: usize, digit: usize, teeth: usize): usize {
  return block + ((digit ^ minusOf(digit, teeth)) & ((1 << (teeth - 1)) - 1)) * ENTRY;
}

// @ts-ignore: decorator
@inline
function lowDigit(digits: usize, column: usize): usize {
  return <usize>load<u16>(digits + 2 * column);
}

// @ts-ignore: decorator
@inline
function highDigit(digits: usize, column: usize): usize {
  return <usize>load<u16>(digits + DIGITS_BYTES + 2 * column);
}

/** What is to be added for a column: of one scalar in the low lane, of the other in the high one. @param block of the table */
// @ts-ignore: decorator
@inline
function takeColumn(block: usize, digits: usize, column: usize, teeth: usize): void {
  const low = lowDigit(digits, column), high = highDigit(digits, column);
  const isLowMinus = i64(minusOf(low, teeth)), isHighMinus = i64(minusOf(high, teeth));
  const signs = i64x2.replace_lane(i64x2.splat(isLowMinus << 63), 1, isHighMinus << 63);
  take(entryOf(block, low, teeth), entryOf(block, high, teeth), signs);
}

/** Fetches what will be added from wherever the table lies by now, all at once: one by one, a sum would wait for each. */
// @ts-ignore: decorator
@inline
function fetch(table: usize, digits: usize, teeth: usize, columns: usize, depth: usize): void {
  let block = table, inBlock: usize = 0, seen: u64 = 0;
  for (let column: usize = 0; column < columns; column++) {
    const low = entryOf(block, lowDigit(digits, column), teeth), high = entryOf(block, highDigit(digits, column), teeth);
    seen |= load<u64>(low) | load<u64>(low, ENTRY - 8) | load<u64>(high) | load<u64>(high, ENTRY - 8);
    if (++inBlock < depth) continue;
    inBlock = 0;
    block += blockBytes(teeth);
  }
  store<u64>(SEEN, seen);
}

// @ts-ignore: decorator
@inline
function addColumns(table: usize, digits: usize, at: usize, teeth: usize, columns: usize, depth: usize): void {
  if (at >= depth) return;
  let block = table;
  for (let column = at; column < columns; column += depth) {
    takeColumn(block, digits, column, teeth);
    add();
    block += blockBytes(teeth);
  }
}

/**
 * The sums: g G + q Q, of the low halves in the low lane, of the high halves in the high lane.
 * @param g, q two halves each @param gTable, qTable of G and Q, the first with the smaller depth
 */
// @ts-ignore: decorator
@inline
export function sum(
  g: usize, gTable: usize, gTeeth: usize, gColumns: usize, gDepth: usize,
  q: usize, qTable: usize, qTeeth: usize, qColumns: usize, qDepth: usize, half: usize,
): void {
  recode(G_DIGITS, g, gTeeth, gColumns);
  recode(G_DIGITS + DIGITS_BYTES, g + half, gTeeth, gColumns);
  recode(KEY_DIGITS, q, qTeeth, qColumns);
  recode(KEY_DIGITS + DIGITS_BYTES, q + half, qTeeth, qColumns);
  fetch(qTable, KEY_DIGITS, qTeeth, qColumns, qDepth);
  fetch(gTable, G_DIGITS, gTeeth, gColumns, gDepth);
  const first = qDepth - 1;
  takeColumn(qTable, KEY_DIGITS, first, qTeeth);
  set();
  let block = qTable + blockBytes(qTeeth);
  for (let column = first + qDepth; column < qColumns; column += qDepth) {
    takeColumn(block, KEY_DIGITS, column, qTeeth);
    add();
    block += blockBytes(qTeeth);
  }
  addColumns(gTable, G_DIGITS, first, gTeeth, gColumns, gDepth);
  for (let at = first; at-- > 0; ) {
    double();
    addColumns(qTable, KEY_DIGITS, at, qTeeth, qColumns, qDepth);
    addColumns(gTable, G_DIGITS, at, gTeeth, gColumns, gDepth);
  }
}
