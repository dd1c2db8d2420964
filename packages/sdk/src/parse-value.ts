// The forms in which a person writes addresses, hashes, amounts and heights on a command line (docs/protocol/cldi.md 6).

import { fromHex } from '@hexapod/protocol/bytes';
import { ClientError } from './client-error.ts';

const MAX_U64 = 2n ** 64n - 1n;

/** Bytes from an even number of hex digits, with or without `0x`; `0x` alone is no bytes. */
export function parseData(text: string): Uint8Array {
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) {
    const shown = text.length > 90 ? `${text.slice(0, 90)}… (${text.length} characters)` : text;
    throw new ClientError(`invalid hex input: \`${shown}\``, {
      hint: 'give an even number of the digits 0-9 a-f, with or without 0x in front',
    });
  }
  return fromHex(digits);
}

function parseFixed(text: string, length: number): Uint8Array {
  const bytes = parseData(text);
  if (bytes.length === length) return bytes;
  throw new ClientError(`length mismatched, expected: \`${length}\`, got: \`${bytes.length}\``, {
    hint: `\`${text}\` should have ${length} bytes, which are ${2 * length} hex digits`,
  });
}

export function parseAddress(text: string): Uint8Array {
  return parseFixed(text, 20);
}

export function parseHash(text: string): Uint8Array {
  return parseFixed(text, 32);
}

/** 20 bytes, or 48: the BLS public key that is a validator's address under overlord. */
export function parseValidatorAddress(text: string): Uint8Array {
  const bytes = parseData(text);
  if (bytes.length === 20 || bytes.length === 48) return bytes;
  throw new ClientError(`Invalid length of validator address: ${bytes.length}`, {
    hint: `\`${text}\` should have 20 bytes (bft, raft) or 48 bytes (overlord)`,
  });
}

/** 32 bytes from up to 64 hex digits, padded on the left. */
export function parseAmount(text: string): Uint8Array {
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (digits.length > 64) {
    throw new ClientError(`can't parse value, the given str is too long: \`${text}\``, {
      hint: 'a value has at most 64 hex digits',
    });
  }
  return parseData(digits.padStart(64, '0'));
}

/** A decimal number from 0 to 2^64 − 1, or to `max`. */
export function parseUnsigned(text: string, what: string, max: bigint = MAX_U64): bigint {
  const value = /^\d+$/.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value > max) {
    throw new ClientError(`invalid ${what}: \`${text}\``, { hint: `give a whole number from 0 to ${max}` });
  }
  return value;
}
