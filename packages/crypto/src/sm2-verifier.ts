// Verifies SM2 signatures as fast as this machine can: by the kernel, with tables for the keys that repeat, or by OpenSSL.

import { createHash, getRandomValues } from 'node:crypto';
import { asError } from './kernel.ts';
import { KeyTables, type KeyTablesOptions } from './key-tables.ts';
import { MESSAGE_LENGTH, Sm2Kernel } from './sm2-kernel.ts';
import { publicKeyIn, SIGNATURE_LENGTH } from './sm2-key.ts';
import * as openSsl from './sm2-openssl.ts';
import { UseCounter } from './use-counter.ts';

export interface Sm2Verifier {
  /** Why it takes longer than it could, if so. */
  readonly slowBecause?: Error | undefined;
  /** Is this a signature of the message by the standard? @param signature 128 bytes, the public key included */
  verifyStrict(message: Uint8Array, signature: Uint8Array): boolean;
  /** Does the original take it for a signature of the message? @param signature 128 bytes, the public key included */
  verifyAsOriginal(message: Uint8Array, signature: Uint8Array): boolean;
}

/**
 * 21 MiB at most: 2.5 KiB and 40 KiB each. Building takes 0.9 and 4.3 cold verifications; a small table saves 0.6 of one with
 * every use, a big one 0.13 more.
 */
const TABLES: KeyTablesOptions = {
  small: { capacity: 4096, minUses: 3, price: 1 },
  big: { capacity: 256, minUses: 32, price: 4.5 },
  share: 1 / 8,
  maxSavings: 64,
};
/** 128 KiB. A key is known by its uses among the last 32,768 of all. */
const COUNTERS = { rowLength: 1 << 15, window: 1 << 15 };

export class KernelVerifier implements Sm2Verifier {
  readonly #kernel: Sm2Kernel;
  readonly #uses: UseCounter;
  readonly #tables: KeyTables;

  constructor(kernel: Sm2Kernel, options: KeyTablesOptions = TABLES) {
    this.#kernel = kernel;
    this.#uses = new UseCounter({ ...COUNTERS, seeds: getRandomValues(new Uint32Array(6)) });
    this.#tables = new KeyTables(options, { uses: this.#uses, allocate: (size) => kernel.allocate(size) });
  }

  /** Tables that were built so far. */
  get tablesBuilt(): number {
    return this.#tables.built;
  }

  verifyStrict(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#verify(message, signature, true);
  }

  verifyAsOriginal(message: Uint8Array, signature: Uint8Array): boolean {
    return this.#verify(message, signature, false);
  }

  #verify(message: Uint8Array, signature: Uint8Array, isStrict: boolean): boolean {
    if (signature.length !== SIGNATURE_LENGTH) return false;
    const publicKey = publicKeyIn(signature);
    const hash = this.#uses.hash(publicKey);
    const table = this.#tables.find(publicKey, hash);
    const isValid =
      message.length === MESSAGE_LENGTH
        ? this.#kernel.verify(message, signature, { isStrict, table })
        : this.#kernel.verify(this.#digest(message, signature), signature, {
            isStrict,
            table,
            isDigest: true,
          });
    // What does not verify earns nothing: anybody could send it under anybody's key.
    if (!isValid) return false;
    const toBuild = this.#tables.used(publicKey, hash);
    if (toBuild !== undefined) this.#kernel.build(toBuild, signature);
    return true;
  }

  #digest(message: Uint8Array, signature: Uint8Array): Uint8Array {
    return createHash('sm3').update(this.#kernel.digestOfKey(signature)).update(message).digest();
  }
}

/** @param startKernel a parameter for the tests of what happens without it */
export function newVerifier(startKernel: () => Sm2Kernel = () => new Sm2Kernel()): Sm2Verifier {
  try {
    return new KernelVerifier(startKernel());
  } catch (error) {
    const { verifyStrict, verifyAsOriginal } = openSsl;
    return { verifyStrict, verifyAsOriginal, slowBecause: asError(error) };
  }
}

let verifier: Sm2Verifier | undefined;

/** This thread's: starts the kernel when it is asked for first, some 8 ms. */
export function sm2Verifier(): Sm2Verifier {
  verifier ??= newVerifier();
  return verifier;
}
