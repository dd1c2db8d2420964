/** LT to SAR: comparisons, bits, shifts. */
import * as words from '../../arithmetic.ts';
import { MAX_SMALL, type Word } from '../../word.ts';
import type { UnitWriter } from '../unit-writer.ts';
import {
  areNumbers,
  asBig,
  asWide,
  asWord,
  bitsOf,
  constant,
  flag,
  isBig,
  largest,
  literal,
  type Value,
} from '../values.ts';
import { modular } from './arithmetic.ts';
import { big, binary, called, number, unary, wide, word } from './operation.ts';
import type { Rule } from './rule.ts';

/** JavaScript's bit operations are exact, and give numbers that are not negative, if one side is at most this. */
const MOST_INT32 = 2 ** 31 - 1;
const WORD_BITS = 256;

/** A condition in a variable of its own: text that is used more than once must not grow. */
function condition(unit: UnitWriter, text: string): Value {
  return flag(unit.define(text));
}

/** Text that JavaScript compares rightly with numbers and bigints alike. */
function comparable(unit: UnitWriter, value: Value): string {
  if (value.kind === 'big') return value.text;
  return value.kind === 'wide' ? unit.define(asBig(value)) : asWord(value);
}

function less(unit: UnitWriter, a: Value, b: Value): Value {
  return condition(unit, `${comparable(unit, a)} < ${comparable(unit, b)}`);
}

function signedLess(unit: UnitWriter, a: Value, b: Value): Value {
  const [x, y] = [asWord(a), asWord(b)];
  const test = areNumbers(a, b);
  return condition(
    unit,
    test === undefined ? `${x} < ${y}` : `${test} ? ${x} < ${y} : slt(${x}, ${y}) !== 0`,
  );
}

function equal(unit: UnitWriter, a: Value, b: Value): Value {
  // Only canonical words are equal by ===.
  const operator =
    a.kind === 'big' || a.kind === 'wide' || b.kind === 'big' || b.kind === 'wide' ? '==' : '===';
  return condition(unit, `${comparable(unit, a)} ${operator} ${comparable(unit, b)}`);
}

function isZero(unit: UnitWriter, a: Value): Value {
  if (a.kind === 'flag') return condition(unit, `!${a.text}`);
  const zero = a.kind === 'big' || a.kind === 'wide' ? '0n' : '0';
  return condition(unit, `${comparable(unit, a)} === ${zero}`);
}

function and(unit: UnitWriter, a: Value, b: Value): Value {
  const [mostA, mostB] = [largest(a) ?? Number.POSITIVE_INFINITY, largest(b) ?? Number.POSITIVE_INFINITY];
  if (mostB > mostA) return and(unit, b, a);
  if (mostB <= MOST_INT32) return number(unit, `${low(a)} & ${asWord(b)}`, mostB);
  if (Number.isFinite(mostB)) return number(unit, `and(${asWord(a)}, ${asWord(b)})`, mostB);
  if (a.kind === 'constant') return and(unit, b, a);
  if (b.kind === 'constant') return masked(unit, a, b.word);
  if (isBig(a) && isBig(b)) return big(unit, `${asBig(a)} & ${asWide(b)}`);
  return called('and')(unit, a, b);
}

/** The low 32 bits as a number. */
function low(value: Value): string {
  if (value.kind === 'big' || value.kind === 'wide') return `Number(BigInt.asUintN(32, ${value.text}))`;
  if (largest(value) !== undefined) return asWord(value);
  return `low32(${asWord(value)})`;
}

/** By a constant that is a bigint. */
function masked(unit: UnitWriter, a: Value, mask: Word): Value {
  if (a.kind === 'big' || a.kind === 'wide') return big(unit, `${a.text} & ${literal(mask)}`);
  if (words.and(mask, MAX_SMALL) !== MAX_SMALL) return called('and')(unit, a, constant(mask));
  // As the mask of an address: it leaves numbers as they are.
  return word(
    unit,
    `typeof ${asWord(a)} === 'number' ? ${asWord(a)} : normalize(${asWord(a)} & ${literal(mask)})`,
  );
}

function or(unit: UnitWriter, a: Value, b: Value): Value {
  if (isBig(a) || isBig(b)) return big(unit, `${asBig(a)} | ${asBig(b)}`);
  return areInt32(a, b) ? number(unit, `${asWord(a)} | ${asWord(b)}`, MOST_INT32) : called('or')(unit, a, b);
}

function xor(unit: UnitWriter, a: Value, b: Value): Value {
  if (isBig(a) || isBig(b)) return big(unit, `${asBig(a)} ^ ${asBig(b)}`);
  if (areInt32(a, b)) return number(unit, `${asWord(a)} ^ ${asWord(b)}`, MOST_INT32);
  // Two numbers with nothing beyond 31 bits: the common case in a loop of small words.
  const [x, y] = [asWord(a), asWord(b)];
  const test = [areNumbers(a, b), `${x} <= ${MOST_INT32}`, `${y} <= ${MOST_INT32}`].filter(
    (part) => part !== undefined,
  );
  return word(unit, `${test.join(' && ')} ? ${x} ^ ${y} : xor(${x}, ${y})`);
}

function areInt32(...values: Value[]): boolean {
  return values.every((value) => (largest(value) ?? Number.POSITIVE_INFINITY) <= MOST_INT32);
}

function not(unit: UnitWriter, a: Value): Value {
  return big(unit, `${asBig(a)} ^ ALL_ONES`);
}

function shl(unit: UnitWriter, shift: Value, a: Value): Value {
  const bits = shift.kind === 'constant' ? shift.word : undefined;
  if (bits === undefined) return called('shl')(unit, shift, a);
  if (typeof bits !== 'number' || bits >= WORD_BITS) return constant(0);
  if (isBig(a)) {
    const from = modular(unit, a, WORD_BITS + 1);
    return wide(unit, `${asWide(from)} << ${bits}n`, bitsOf(from) + bits);
  }
  const shifted = `${asWord(a)} * ${2 ** bits}`;
  const most = (largest(a) ?? Number.POSITIVE_INFINITY) * 2 ** bits;
  if (most <= MAX_SMALL) return number(unit, shifted, most);
  const test = [areNumbers(a), `(t = ${shifted}) <= ${MAX_SMALL}`].filter((part) => part !== undefined);
  return word(unit, `${test.join(' && ')} ? t : shl(${bits}, ${asWord(a)})`);
}

function shr(unit: UnitWriter, shift: Value, a: Value): Value {
  const bits = shift.kind === 'constant' ? shift.word : undefined;
  if (bits === undefined) return called('shr')(unit, shift, a);
  if (typeof bits !== 'number' || bits >= WORD_BITS) return constant(0);
  const most = 2 ** (WORD_BITS - bits) - 1;
  if (isBig(a)) {
    const text = `${asBig(a)} >> ${bits}n`;
    return most <= MAX_SMALL ? number(unit, `Number(${text})`, most) : big(unit, text);
  }
  const mostBefore = largest(a);
  const shifted = `Math.floor(${asWord(a)} / ${2 ** bits})`;
  if (mostBefore !== undefined) return number(unit, shifted, Math.floor(mostBefore / 2 ** bits));
  const text = `typeof ${asWord(a)} === 'number' ? ${shifted}`;
  if (most <= MAX_SMALL) return number(unit, `${text} : Number(${asWord(a)} >> ${bits}n)`, most);
  return word(unit, `${text} : normalize(${asWord(a)} >> ${bits}n)`);
}

export const BITS = {
  LT: binary(words.lt, less),
  GT: binary(words.gt, (unit, a, b) => less(unit, b, a)),
  SLT: binary(words.slt, signedLess),
  SGT: binary(words.sgt, (unit, a, b) => signedLess(unit, b, a)),
  EQ: binary(words.eq, equal),
  ISZERO: unary(words.isZero, isZero),
  AND: binary(words.and, and),
  OR: binary(words.or, or),
  XOR: binary(words.xor, xor),
  NOT: unary(words.not, not),
  BYTE: binary(words.byte, called('byte')),
  SHL: binary(words.shl, shl),
  SHR: binary(words.shr, shr),
  SAR: binary(words.sar, called('sar')),
} satisfies Record<string, Rule>;
