/** ADD to SIGNEXTEND. What is known of the operands decides how the operation is written. */
import * as words from '../../arithmetic.ts';
import { GAS } from '../../gas.ts';
import { byteLength, MAX_SMALL } from '../../word.ts';
import type { UnitWriter } from '../unit-writer.ts';
import {
  areNumbers,
  asBig,
  asWide,
  asWord,
  bitsOf,
  constant,
  isBig,
  largest,
  type Value,
} from '../values.ts';
import { big, binary, called, number, wide, word } from './operation.ts';
import type { Rule } from './rule.ts';

/** Results wider than this are cut before they go into the next operation; factors sooner, as a product costs more. */
const MOST_BITS = 768;
const MOST_FACTOR_BITS = 320;

/** The operand for an operation modulo 2^256, not wider than `most` bits. */
export function modular(unit: UnitWriter, value: Value, most = MOST_BITS): Value {
  return bitsOf(value) > most ? big(unit, asBig(value)) : value;
}

/** `small` if both are numbers and that is `fits`, else a call. `small` may leave its result in `t`. */
function guarded(unit: UnitWriter, name: string, [a, b]: [Value, Value], fits: string, small: string): Value {
  const test = [areNumbers(a, b), fits].filter((part) => part !== undefined).join(' && ');
  return word(unit, `${test} ? ${small} : ${name}(${asWord(a)}, ${asWord(b)})`);
}

function add(unit: UnitWriter, a: Value, b: Value): Value {
  if (isBig(a) || isBig(b)) {
    const [x, y] = [modular(unit, a), modular(unit, b)];
    return wide(unit, `${asWide(x)} + ${asWide(y)}`, Math.max(bitsOf(x), bitsOf(y)) + 1);
  }
  const sum = `${asWord(a)} + ${asWord(b)}`;
  const most = (largest(a) ?? Number.POSITIVE_INFINITY) + (largest(b) ?? Number.POSITIVE_INFINITY);
  if (most <= MAX_SMALL) return number(unit, sum, most);
  return guarded(unit, 'add', [a, b], `(t = ${sum}) <= ${MAX_SMALL}`, 't');
}

function sub(unit: UnitWriter, a: Value, b: Value): Value {
  if (isBig(a) || isBig(b)) {
    const [x, y] = [modular(unit, a), modular(unit, b)];
    return wide(unit, `${asWide(x)} - ${asWide(y)}`, Math.max(bitsOf(x), bitsOf(y)) + 1);
  }
  return guarded(unit, 'sub', [a, b], `(t = ${asWord(a)} - ${asWord(b)}) >= 0`, 't');
}

function mul(unit: UnitWriter, a: Value, b: Value): Value {
  if (isBig(a) || isBig(b)) {
    const [x, y] = [modular(unit, a, MOST_FACTOR_BITS), modular(unit, b, MOST_FACTOR_BITS)];
    return wide(unit, `${asWide(x)} * ${asWide(y)}`, bitsOf(x) + bitsOf(y));
  }
  const product = `${asWord(a)} * ${asWord(b)}`;
  const most = (largest(a) ?? Number.POSITIVE_INFINITY) * (largest(b) ?? Number.POSITIVE_INFINITY);
  if (most <= MAX_SMALL) return number(unit, product, most);
  return guarded(unit, 'mul', [a, b], `(t = ${product}) <= ${MAX_SMALL}`, 't');
}

const isNonZero = (value: Value): boolean => value.kind === 'constant' && value.word !== 0;

function div(unit: UnitWriter, a: Value, b: Value): Value {
  if (isBig(a) || isBig(b)) {
    return isNonZero(b) ? big(unit, `${asBig(a)} / ${asBig(b)}`) : called('div')(unit, a, b);
  }
  const most = largest(a);
  const quotient = `Math.floor(${asWord(a)} / ${asWord(b)})`;
  const text = guardedText('div', [a, b], quotient);
  return most === undefined ? word(unit, text) : number(unit, text, most);
}

function mod(unit: UnitWriter, a: Value, b: Value): Value {
  if (isBig(a) && isNonZero(b)) return big(unit, `${asBig(a)} % ${asBig(b)}`);
  if (isBig(a) || isBig(b)) return called('mod')(unit, a, b);
  const most = largest(b);
  const text = guardedText('mod', [a, b], `${asWord(a)} % ${asWord(b)}`);
  return most === undefined ? word(unit, text) : number(unit, text, most);
}

/** For a division: not by zero. */
function guardedText(name: string, [a, b]: [Value, Value], small: string): string {
  const nonZero = isNonZero(b) ? undefined : `${asWord(b)} !== 0`;
  const test = [areNumbers(a, b), nonZero].filter((part) => part !== undefined).join(' && ');
  return test === '' ? small : `${test} ? ${small} : ${name}(${asWord(a)}, ${asWord(b)})`;
}

function ternary(name: 'addmod' | 'mulmod'): Rule {
  return {
    write(unit) {
      unit.push(called(name)(unit, unit.pop(), unit.pop(), unit.pop()));
    },
  };
}

const EXP: Rule = {
  write(unit) {
    const [base, exponent] = [unit.pop(), unit.pop()];
    if (exponent.kind === 'constant') {
      unit.charge(GAS.exp + GAS.expByte * byteLength(exponent.word));
      if (base.kind === 'constant') return unit.push(constant(words.exp(base.word, exponent.word)));
    } else {
      unit.charged(`frame.charge(${GAS.exp} + ${GAS.expByte} * byteLength(${asWord(exponent)}))`);
    }
    unit.push(called('exp')(unit, base, exponent));
  },
};

export const ARITHMETIC = {
  ADD: binary(words.add, add),
  SUB: binary(words.sub, sub),
  MUL: binary(words.mul, mul),
  DIV: binary(words.div, div),
  MOD: binary(words.mod, mod),
  SDIV: binary(words.sdiv, called('sdiv')),
  SMOD: binary(words.smod, called('smod')),
  ADDMOD: ternary('addmod'),
  MULMOD: ternary('mulmod'),
  EXP,
  SIGNEXTEND: binary(words.signextend, called('signextend')),
} satisfies Record<string, Rule>;
