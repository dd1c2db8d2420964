/**
 * What is known of a word while code is compiled, and how JavaScript gets at it.
 *
 *   constant  the word itself
 *   number    the name of a number, at most `most`
 *   flag      the name of a boolean that stands for 1 or 0
 *   word      the name of a canonical word
 *   big       the name of a bigint in 0 … 2^256 − 1, also where a canonical word would be a number
 *   wide      the name of any bigint that agrees with the word modulo 2^256, of at most `bits` bits
 *
 * The last two are what makes chains of operations on full words cheap: bits beyond 256 are cut, and small results
 * turned to numbers, only where somebody can tell the difference. Each expression is a name: of a constant, or of a
 * variable that is written only when a loop goes round. It may be used any number of times, or never.
 */
import type { Word } from '../word.ts';

export type Value =
  | { readonly kind: 'constant'; readonly word: Word }
  | { readonly kind: 'number'; readonly text: string; readonly most: number }
  | { readonly kind: 'flag'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'big'; readonly text: string }
  | { readonly kind: 'wide'; readonly text: string; readonly bits: number };

export const constant = (word: Word): Value => ({ kind: 'constant', word });
export const flag = (text: string): Value => ({ kind: 'flag', text });

/** A literal. Numbers only: nothing of a contract is ever copied into generated text. */
export function literal(word: Word): string {
  return typeof word === 'number' ? String(word) : `0x${word.toString(16)}n`;
}

/** The value as a canonical word. */
export function asWord(value: Value): string {
  switch (value.kind) {
    case 'constant':
      return literal(value.word);
    case 'flag':
      return `(${value.text} ? 1 : 0)`;
    case 'number':
    case 'word':
      return value.text;
    case 'big':
      return `normalize(${value.text})`;
    case 'wide':
      return `normalize(${value.text} & ALL_ONES)`;
  }
}

/** The value as a bigint in 0 … 2^256 − 1. */
export function asBig(value: Value): string {
  switch (value.kind) {
    case 'constant':
      return literal(BigInt(value.word));
    case 'flag':
      return `(${value.text} ? 1n : 0n)`;
    case 'number':
      return `BigInt(${value.text})`;
    case 'word':
      return `toBig(${value.text})`;
    case 'big':
      return value.text;
    case 'wide':
      return `(${value.text} & ALL_ONES)`;
  }
}

/** The value as a bigint that agrees with it modulo 2^256. */
export function asWide(value: Value): string {
  return value.kind === 'wide' ? value.text : asBig(value);
}

export function bitsOf(value: Value): number {
  if (value.kind === 'wide') return value.bits;
  const most = largest(value);
  return most === undefined ? 256 : Math.ceil(Math.log2(most + 1)) + 1;
}

/** The largest number the value can be; undefined if it can be a bigint. */
export function largest(value: Value): number | undefined {
  if (value.kind === 'number') return value.most;
  if (value.kind === 'flag') return 1;
  if (value.kind === 'constant' && typeof value.word === 'number') return value.word;
  return undefined;
}

/** Certainly calculated in bigints: then everything it meets is, too. */
export function isBig(value: Value): boolean {
  return (
    value.kind === 'big' ||
    value.kind === 'wide' ||
    (value.kind === 'constant' && typeof value.word === 'bigint')
  );
}

/** A condition under which all values are numbers; undefined if they always are. The texts are those of asWord. */
export function areNumbers(...values: Value[]): string | undefined {
  const unknown = values.filter((value) => largest(value) === undefined);
  if (unknown.length === 0) return undefined;
  return [...new Set(unknown.map((value) => `typeof ${asWord(value)} === 'number'`))].join(' && ');
}
