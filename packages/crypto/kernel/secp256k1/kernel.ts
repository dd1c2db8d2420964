// Does a signature of ECDSA over secp256k1 (SEC 1; docs/protocol/crypto.md 6), r ‖ s ‖ v, recover to a certain public key, of which
// there is a table? It does if, and only if, e / s G + r / s Q is the point that r and v name. What the host calls: it writes a
// message and a signature to MESSAGE and SIGNATURE and asks. Not constant-time: nothing secret comes here.

import { sum } from './combs';
import { fma, mul, sqr, sub } from './field';
import { invert, MOD_P } from './inverse';
import { add, fromField, isBelow, isEqual, isNull, N, P, P_MINUS_N, read, toField } from './number';
import { join, X, Y, ZZ, ZZZ } from './points';
import { divide, HALF, split } from './scalars';
import { buildTable } from './tables';

// For the tests of the parts.
export { mul, sqr, sub, subTwice, scale } from './field';
export { invert, MOD_N, MOD_P } from './inverse';
export { fromField, toField } from './number';
export { split } from './scalars';

/** 32 bytes of a digest. */
export const MESSAGE: usize = memory.data(32, 16);
/** r ‖ s ‖ v, 65 bytes. */
export const SIGNATURE: usize = memory.data(80, 16);
/** x ‖ y, 64 bytes. */
export const KEY: usize = memory.data(64, 16);

const G_TEETH: usize = 11;
const G_COLUMNS: usize = 12;
const G_DEPTH: usize = 4;
const G_TABLE: usize = memory.data(245760, 16);
const G_X: usize = memory.data<u64>([0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac], 16);
const G_Y: usize = memory.data<u64>([0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465], 16);

/** Tables of a key, of two sizes: 2 blocks of 16 points, 4 of 64. */
export const SMALL: u32 = 0;
export const BIG: u32 = 1;
const SMALL_TEETH: usize = 5;
const SMALL_COLUMNS: usize = 26;
const SMALL_DEPTH: usize = 13;
const BIG_TEETH: usize = 7;
const BIG_COLUMNS: usize = 19;
const BIG_DEPTH: usize = 5;
export const SMALL_BYTES: usize = 2560;
export const BIG_BYTES: usize = 20480;

/** From here on the memory belongs to the host, which says where the tables of a key shall lie: at multiples of 16. */
export const FREE: usize = __heap_base;

const R: usize = memory.data(32, 16);
const S: usize = memory.data(32, 16);
const E: usize = memory.data(32, 16);
const SCALAR_G: usize = memory.data(32, 16);
const SCALAR_Q: usize = memory.data(32, 16);
const HALVES_G: usize = memory.data(48, 16);
const HALVES_Q: usize = memory.data(48, 16);
const KEY_X: usize = memory.data(32, 16);
const KEY_Y: usize = memory.data(32, 16);
const NUMBER: usize = memory.data(32, 16);
const F0: usize = memory.data(80, 16);
const F1: usize = memory.data(80, 16);

/** 1 in the low lane, beta in the high one: beta^3 = 1, and (x, y) -> (beta x, y) is the multiplication by lambda. */
const ONE_BETA: usize = memory.data(80, 16);
const BETA: usize = memory.data<u64>([0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710], 16);
const NUMBER_1: usize = memory.data<u64>([1, 0, 0, 0], 16);
const NUMBER_7: usize = memory.data<u64>([7, 0, 0, 0], 16);

/** 2^27 + 1, its square without the last bit, negative, and 1: all that a product rounded by itself loses. */
const ROUNDING: usize = memory.data<f64>([134217729, 134217729, -18014398777917440, -18014398777917440], 16);

/** Does fma round once here, as all of the field's arithmetic needs? If not, the kernel must not be used. */
export function roundsOnce(): bool {
  const a = v128.load(ROUNDING), c = v128.load(ROUNDING + 16);
  return f64x2.extract_lane(fma(a, a, c), 0) == 1 && f64x2.extract_lane(fma(a, a, c), 1) == 1;
}

/** Once, before all else: makes G's table. */
export function prepare(): void {
  toField(ONE_BETA, NUMBER_1, BETA);
  toField(F0, G_X, G_X);
  toField(F1, G_Y, G_Y);
  buildTable(G_TABLE, F0, F1, G_TEETH, G_COLUMNS, G_DEPTH);
}

/**
 * Does what stands at SIGNATURE, with what stands at MESSAGE, recover to the key of the table? An answer of no may be wrong: for
 * numbers made on purpose, a sum meets one of the cases that points.ts leaves out.
 * @param kind SMALL or BIG @param table where it is
 */
export function verify(kind: u32, table: usize): bool {
  read(R, SIGNATURE);
  read(S, SIGNATURE + 32);
  const v = load<u8>(SIGNATURE, 64);
  if (v > 3 || isNull(R) || isNull(S) || !isBelow(R, N) || !isBelow(S, N)) return false;
  if (v >= 2 && !isBelow(R, P_MINUS_N)) return false;
  read(E, MESSAGE);
  divide(SCALAR_G, SCALAR_Q, E, R, S);
  split(HALVES_G, HALVES_G + HALF, SCALAR_G);
  split(HALVES_Q, HALVES_Q + HALF, SCALAR_Q);
  if (kind == SMALL) sumSmall(table);
  else sumBig(table);
  mul(X, X, ONE_BETA);
  join();
  if (v >= 2) add(R, R, N, 32);
  return isPoint(R, v & 1);
}

function sumSmall(table: usize): void {
  sum(HALVES_G, G_TABLE, G_TEETH, G_COLUMNS, G_DEPTH, HALVES_Q, table, SMALL_TEETH, SMALL_COLUMNS, SMALL_DEPTH, HALF);
}

function sumBig(table: usize): void {
  sum(HALVES_G, G_TABLE, G_TEETH, G_COLUMNS, G_DEPTH, HALVES_Q, table, BIG_TEETH, BIG_COLUMNS, BIG_DEPTH, HALF);
}

/** Is the sum, of which both lanes have all, a point with that x, and a y of that parity? */
function isPoint(x: usize, parity: u64): bool {
  fromField(NUMBER, ZZZ, 0);
  if (isNull(NUMBER)) return false;
  invert(NUMBER, NUMBER, MOD_P);
  toField(F0, NUMBER, NUMBER);
  mul(F1, F0, ZZ);
  sqr(F1, F1); // 1 / ZZ
  mul(F1, F1, X);
  fromField(NUMBER, F1, 0);
  if (!isEqual(NUMBER, x)) return false;
  mul(F0, F0, Y);
  fromField(NUMBER, F0, 0);
  return (load<u64>(NUMBER) & 1) == parity;
}

/** Makes a table of the key at KEY. False if that is none. @param kind SMALL or BIG */
export function build(kind: u32, table: usize): bool {
  read(KEY_X, KEY);
  read(KEY_Y, KEY + 32);
  if (!isBelow(KEY_X, P) || !isBelow(KEY_Y, P)) return false;
  toField(F0, KEY_X, KEY_X);
  toField(F1, KEY_Y, KEY_Y);
  if (!isOnCurve()) return false;
  if (kind == SMALL) buildTable(table, F0, F1, SMALL_TEETH, SMALL_COLUMNS, SMALL_DEPTH);
  else buildTable(table, F0, F1, BIG_TEETH, BIG_COLUMNS, BIG_DEPTH);
  return true;
}

/** y^2 = x^3 + 7 for x in F0, y in F1? */
function isOnCurve(): bool {
  sqr(X, F0);
  mul(X, X, F0);
  sqr(Y, F1);
  sub(Y, Y, X);
  fromField(NUMBER, Y, 0);
  return isEqual(NUMBER, NUMBER_7);
}
