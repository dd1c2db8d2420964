// Call data of a contract's function: its selector and arguments of fixed size. Strings, bytes, arrays and tuples need an
// ABI encoder; what a first contract needs does not.

import { keccak256 } from '@hexapod/crypto/keccak';
import { concatBytes } from '@hexapod/protocol/bytes';
import { ClientError } from './client-error.ts';

export type StaticArgument = bigint | number | boolean | Uint8Array;

const WORD = 32;

/**
 * Call data for `transfer(address,uint256)`, say. Types: `uintN`, `intN` (bigint or number), `bool`, `address` and `bytesN`
 * (Uint8Array of exactly that length). The selector is Keccak's on every chain. Throws ClientError.
 */
export function encodeCall(signature: string, args: readonly StaticArgument[] = []): Uint8Array {
  const match = /^[A-Za-z_$][\w$]*\(([^()]*)\)$/.exec(signature);
  if (!match) throw new ClientError(`\`${signature}\` is not a signature such as transfer(address,uint256)`);
  const types = match[1] === '' ? [] : (match[1]?.split(',') ?? []);
  if (types.length !== args.length) {
    throw new ClientError(`\`${signature}\` takes ${types.length} arguments, ${args.length} are given`);
  }
  const words = args.map((argument, index) => encodeWord(types[index] ?? '', argument));
  return concatBytes(selectorOf(signature), ...words);
}

/** The first four bytes of call data. */
export function selectorOf(signature: string): Uint8Array {
  return keccak256(new TextEncoder().encode(signature)).slice(0, 4);
}

function encodeWord(type: string, argument: StaticArgument): Uint8Array {
  const [, kind = '', digits = ''] = /^(uint|int|address|bool|bytes)(\d*)$/.exec(type) ?? [];
  const size = digits === '' ? undefined : Number(digits);
  if (kind === 'bool' && size === undefined && typeof argument === 'boolean')
    return wordOf(argument ? 1n : 0n);
  if (kind === 'address' && size === undefined) return bytesWord(type, 20, argument, 'left');
  if (kind === 'bytes' && size !== undefined && size >= 1 && size <= WORD) {
    return bytesWord(type, size, argument, 'right');
  }
  if ((kind === 'uint' || kind === 'int') && isBitSize(size ?? 256))
    return integerWord(kind, size ?? 256, argument);
  throw new ClientError(`cannot encode ${String(argument)} as \`${type}\``, {
    hint: 'types of fixed size are uintN, intN, bool, address and bytesN; N in full bytes, up to 256 bits or 32 bytes',
  });
}

function isBitSize(bits: number): boolean {
  return bits >= 8 && bits <= 256 && bits % 8 === 0;
}

function integerWord(kind: 'uint' | 'int', bits: number, argument: StaticArgument): Uint8Array {
  if (typeof argument !== 'bigint' && !(typeof argument === 'number' && Number.isSafeInteger(argument))) {
    throw new ClientError(
      `\`${kind}${bits}\` wants a whole number as bigint or number, not ${String(argument)}`,
    );
  }
  const value = BigInt(argument);
  const least = kind === 'uint' ? 0n : -(2n ** BigInt(bits - 1));
  const most = kind === 'uint' ? 2n ** BigInt(bits) - 1n : 2n ** BigInt(bits - 1) - 1n;
  if (value < least || value > most) throw new ClientError(`${value} does not fit into \`${kind}${bits}\``);
  return wordOf(BigInt.asUintN(256, value));
}

function bytesWord(
  type: string,
  length: number,
  argument: StaticArgument,
  pad: 'left' | 'right',
): Uint8Array {
  if (!(argument instanceof Uint8Array) || argument.length !== length) {
    throw new ClientError(`\`${type}\` wants ${length} bytes as Uint8Array`);
  }
  const word = new Uint8Array(WORD);
  word.set(argument, pad === 'left' ? WORD - length : 0);
  return word;
}

function wordOf(value: bigint): Uint8Array {
  const word = new Uint8Array(WORD);
  const view = new DataView(word.buffer);
  for (let part = 0; part < 4; part++)
    view.setBigUint64(24 - 8 * part, BigInt.asUintN(64, value >> BigInt(64 * part)));
  return word;
}
