/** Operations of words: where all operands are constants the result is one, else each rule writes its own text. */
import type { Word } from '../../word.ts';
import type { UnitWriter } from '../unit-writer.ts';
import { asWord, constant, type Value } from '../values.ts';
import type { Rule } from './rule.ts';

export function unary(fold: (a: Word) => Word, write: (unit: UnitWriter, a: Value) => Value): Rule {
  return {
    write(unit) {
      const a = unit.pop();
      unit.push(a.kind === 'constant' ? constant(fold(a.word)) : write(unit, a));
    },
  };
}

/** `a` is the top of the stack. */
export function binary(
  fold: (a: Word, b: Word) => Word,
  write: (unit: UnitWriter, a: Value, b: Value) => Value,
): Rule {
  return {
    write(unit) {
      const [a, b] = [unit.pop(), unit.pop()];
      const known = a.kind === 'constant' && b.kind === 'constant';
      unit.push(known ? constant(fold(a.word, b.word)) : write(unit, a, b));
    },
  };
}

/** By a call of the function, whose name is known to generated code. */
export function called(name: string): (unit: UnitWriter, ...operands: Value[]) => Value {
  return (unit, ...operands) => word(unit, `${name}(${operands.map(asWord).join(', ')})`);
}

export const word = (unit: UnitWriter, text: string): Value => ({ kind: 'word', text: unit.define(text) });
export const big = (unit: UnitWriter, text: string): Value => ({ kind: 'big', text: unit.define(text) });
export const number = (unit: UnitWriter, text: string, most: number): Value => ({
  kind: 'number',
  text: unit.define(text),
  most,
});
export const wide = (unit: UnitWriter, text: string, bits: number): Value => ({
  kind: 'wide',
  text: unit.define(text),
  bits,
});
