// Parsers of a command line's arguments and options, in the form commander wants them.

import { ClientError } from '@hexapod/sdk/client-error';
import { parseUnsigned } from '@hexapod/sdk/parse-value';
import { InvalidArgumentError } from 'commander';

/** The parser, whose refusal becomes a usage error that names the argument. */
export function parsedBy<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      throw new InvalidArgumentError(
        error.hint === undefined ? error.message : `${error.message}: ${error.hint}`,
      );
    }
  };
}

/** A decimal number of 64 bits. */
export function u64(what: string): (text: string) => bigint {
  return parsedBy((text) => parseUnsigned(text, what));
}

/** A decimal number of at most `bits` bits. */
export function unsigned(what: string, bits: 16 | 32): (text: string) => number {
  return parsedBy((text) => Number(parseUnsigned(text, what, 2n ** BigInt(bits) - 1n)));
}

/** One of some words, in either case. */
export function oneOf<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const word = words.find((candidate) => candidate === text.toUpperCase());
    if (word === undefined) throw new InvalidArgumentError(`wanted one of ${words.join(', ')}`);
    return word;
  };
}
