/** The ABI as far as the tests need it: words, bytes, strings and arrays of words. */
import { concatBytes, fromHex, toHex } from '@hexapod/protocol/bytes';

/** Numbers and booleans are numbers; addresses, bytesN and bytes are bytes (addresses and bytesN as hex, too). */
export type AbiValue = bigint | number | boolean | string | Uint8Array | readonly AbiValue[];

const WORD = 32;

function isDynamic(type: string): boolean {
  return type === 'bytes' || type === 'string' || type.endsWith('[]');
}

function word(value: bigint): Uint8Array {
  return fromHex(
    BigInt.asUintN(256, value)
      .toString(16)
      .padStart(2 * WORD, '0'),
  );
}

function padRight(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(bytes.length / WORD) * WORD);
  padded.set(bytes);
  return padded;
}

function bytesOf(value: AbiValue): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return fromHex(value);
  throw new TypeError(`wanted bytes, got ${String(value)}`);
}

function encodeValue(type: string, value: AbiValue): Uint8Array {
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) throw new TypeError(`wanted an array, got ${String(value)}`);
    const element = type.slice(0, -2);
    return concatBytes(
      word(BigInt(value.length)),
      encode(
        value.map(() => element),
        value,
      ),
    );
  }
  if (type === 'bytes' || type === 'string') {
    const bytes = type === 'string' ? new TextEncoder().encode(String(value)) : bytesOf(value);
    return concatBytes(word(BigInt(bytes.length)), padRight(bytes));
  }
  if (type === 'address') return word(BigInt(`0x${toHex(bytesOf(value))}`));
  if (type.startsWith('bytes')) return padRight(bytesOf(value));
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean')
    return word(BigInt(value));
  throw new TypeError(`wanted a number for ${type}, got ${String(value)}`);
}

/** Heads, then what they point to. */
export function encode(types: readonly string[], values: readonly AbiValue[]): Uint8Array {
  const heads: Uint8Array[] = [];
  const tails: Uint8Array[] = [];
  let end = types.length * WORD;
  types.forEach((type, i) => {
    const value = values[i];
    if (value === undefined) throw new TypeError(`no value for argument ${i}, a ${type}`);
    const encoded = encodeValue(type, value);
    if (!isDynamic(type)) {
      heads.push(encoded);
      return;
    }
    heads.push(word(BigInt(end)));
    tails.push(encoded);
    end += encoded.length;
  });
  return concatBytes(...heads, ...tails);
}

export type Decoded = bigint | boolean | string | readonly Decoded[];

function readInteger(data: Uint8Array, at: number): bigint {
  if (at + WORD > data.length) throw new RangeError(`${data.length} bytes end before a word at ${at}`);
  return BigInt(`0x${toHex(data.subarray(at, at + WORD))}`);
}

function decodeValue(type: string, data: Uint8Array, at: number): Decoded {
  if (type.endsWith('[]')) {
    const count = Number(readInteger(data, at));
    return decode(new Array<string>(count).fill(type.slice(0, -2)), data.subarray(at + WORD));
  }
  if (type === 'bytes' || type === 'string') {
    const bytes = data.subarray(at + WORD, at + WORD + Number(readInteger(data, at)));
    return type === 'string' ? new TextDecoder().decode(bytes) : toHex(bytes);
  }
  const hex = toHex(data.subarray(at, at + WORD));
  if (type === 'address') return hex.slice(24);
  if (type.startsWith('bytes')) return hex.slice(0, 2 * Number(type.slice(5)));
  const integer = readInteger(data, at);
  if (type === 'bool') return integer !== 0n;
  return type.startsWith('int') ? BigInt.asIntN(256, integer) : integer;
}

/** Addresses and bytes as hex, integers as bigint. */
export function decode(types: readonly string[], data: Uint8Array): Decoded[] {
  return types.map((type, i) =>
    decodeValue(type, data, isDynamic(type) ? Number(readInteger(data, i * WORD)) : i * WORD),
  );
}

/** The types in a signature like `f(address,uint256[])`. */
export function typesOf(signature: string): string[] {
  const list = signature.slice(signature.indexOf('(') + 1, signature.lastIndexOf(')'));
  return list === '' ? [] : list.split(',');
}
