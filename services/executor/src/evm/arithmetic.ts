/**
 * Arithmetic, comparison and bit operations on words, modulo 2^256, as the EVM defines them. Each has a path for
 * small words (see word.ts) that allocates nothing, and one through bigint. Pure functions, canonical words in and
 * out.
 */
import { MAX_SMALL, normalize, type Word, wrap } from './word.ts';

const TWO_256 = 1n << 256n;
const TWO_32 = 2 ** 32;
const ALL_ONES = TWO_256 - 1n;
const SIGN_BIT = 1n << 255n;

/** 2^0 … 2^53, for shifts of small words. */
const POWERS = Float64Array.from({ length: 54 }, (_, exponent) => 2 ** exponent);

export function add(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= MAX_SMALL) return sum;
  }
  return wrap(BigInt(a) + BigInt(b));
}

export function sub(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    return difference >= 0 ? difference : TWO_256 + BigInt(difference);
  }
  return wrap(BigInt(a) - BigInt(b));
}

export function mul(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (product <= MAX_SMALL) return product;
  }
  return wrap(BigInt(a) * BigInt(b));
}

export function div(a: Word, b: Word): Word {
  if (b === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  return normalize(BigInt(a) / BigInt(b));
}

export function mod(a: Word, b: Word): Word {
  if (b === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a % b;
  return normalize(BigInt(a) % BigInt(b));
}

/** The two's complement value of a word. */
function signed(word: Word): bigint {
  return BigInt.asIntN(256, BigInt(word));
}

export function sdiv(a: Word, b: Word): Word {
  if (b === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  return wrap(signed(a) / signed(b));
}

export function smod(a: Word, b: Word): Word {
  if (b === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a % b;
  return wrap(signed(a) % signed(b));
}

export function addmod(a: Word, b: Word, modulus: Word): Word {
  if (modulus === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number' && typeof modulus === 'number') {
    const sum = a + b;
    if (sum <= MAX_SMALL) return sum % modulus;
  }
  return normalize((BigInt(a) + BigInt(b)) % BigInt(modulus));
}

export function mulmod(a: Word, b: Word, modulus: Word): Word {
  if (modulus === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number' && typeof modulus === 'number') {
    const product = a * b;
    if (product <= MAX_SMALL) return product % modulus;
  }
  return normalize((BigInt(a) * BigInt(b)) % BigInt(modulus));
}

export function exp(base: Word, exponent: Word): Word {
  if (exponent === 0) return 1;
  if (base === 2 && typeof exponent === 'number') return shl(exponent, 1);
  let result = 1n;
  let square = BigInt(base);
  for (let rest = BigInt(exponent); ; ) {
    if (rest & 1n) result = BigInt.asUintN(256, result * square);
    rest >>= 1n;
    if (rest === 0n) return normalize(result);
    square = BigInt.asUintN(256, square * square);
  }
}

/** Extends the sign of the number whose lowest `index + 1` bytes are given. */
export function signextend(index: Word, word: Word): Word {
  if (typeof index !== 'number' || index > 30) return word;
  return wrap(BigInt.asIntN(8 * index + 8, BigInt(word)));
}

export function lt(a: Word, b: Word): Word {
  if (typeof a === 'number') return typeof b === 'number' ? (a < b ? 1 : 0) : 1;
  return typeof b === 'bigint' && a < b ? 1 : 0;
}

export function gt(a: Word, b: Word): Word {
  return lt(b, a);
}

export function slt(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? 1 : 0;
  return signed(a) < signed(b) ? 1 : 0;
}

export function sgt(a: Word, b: Word): Word {
  return slt(b, a);
}

export function eq(a: Word, b: Word): Word {
  return a === b ? 1 : 0;
}

export function isZero(word: Word): Word {
  return word === 0 ? 1 : 0;
}

export function and(a: Word, b: Word): Word {
  if (typeof a === 'number') {
    const low = typeof b === 'number' ? b : Number(BigInt.asUintN(53, b));
    if (a < TWO_32) return (a & low) >>> 0;
    return (Math.floor(a / TWO_32) & Math.floor(low / TWO_32)) * TWO_32 + ((a & low) >>> 0);
  }
  return typeof b === 'number' ? and(b, a) : normalize(a & b);
}

export function or(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a < TWO_32 && b < TWO_32) return (a | b) >>> 0;
    return ((Math.floor(a / TWO_32) | Math.floor(b / TWO_32)) >>> 0) * TWO_32 + ((a | b) >>> 0);
  }
  return BigInt(a) | BigInt(b);
}

export function xor(a: Word, b: Word): Word {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a < TWO_32 && b < TWO_32) return (a ^ b) >>> 0;
    return ((Math.floor(a / TWO_32) ^ Math.floor(b / TWO_32)) >>> 0) * TWO_32 + ((a ^ b) >>> 0);
  }
  return normalize(BigInt(a) ^ BigInt(b));
}

export function not(word: Word): Word {
  return normalize(BigInt(word) ^ ALL_ONES);
}

/** Byte `index` of the word, 0 being the most significant. */
export function byte(index: Word, word: Word): Word {
  if (typeof index !== 'number' || index > 31) return 0;
  return and(shr(8 * (31 - index), word), 0xff);
}

export function shl(shift: Word, word: Word): Word {
  if (typeof shift !== 'number' || shift > 255) return 0;
  if (typeof word === 'number' && shift <= 53) {
    const shifted = word * (POWERS[shift] as number);
    if (shifted <= MAX_SMALL) return shifted;
  }
  return wrap(BigInt(word) << BigInt(shift));
}

export function shr(shift: Word, word: Word): Word {
  if (typeof shift !== 'number' || shift > 255) return 0;
  if (typeof word === 'number') return shift > 53 ? 0 : Math.floor(word / (POWERS[shift] as number));
  return normalize(word >> BigInt(shift));
}

export function sar(shift: Word, word: Word): Word {
  if (typeof word === 'number' || word < SIGN_BIT) return shr(shift, word);
  if (typeof shift !== 'number' || shift > 255) return ALL_ONES;
  return wrap(signed(word) >> BigInt(shift));
}
