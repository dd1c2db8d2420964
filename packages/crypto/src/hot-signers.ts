// Who signs often, on a chain whose signatures do not carry their key (docs/protocol/crypto.md 6). Recovering a key costs what it costs;
// but a transaction says who its sender is. If that one's key has tables, it takes a third of the time to see that the signature
// recovers to it: then it is his address, and nothing needs to be recovered. Whatever else is seen here proves nothing.

import { getRandomValues } from 'node:crypto';
import { BoundedCache } from './bounded-cache.ts';
import { asError } from './kernel.ts';
import { KeyTables, type KeyTablesOptions } from './key-tables.ts';
import { MESSAGE_LENGTH } from './secp256k1.ts';
import { Secp256k1Kernel } from './secp256k1-kernel.ts';
import { type HashedKey, UseCounter } from './use-counter.ts';

const ADDRESS_LENGTH = 20;

/**
 * 13.75 MiB at most: 2.5 KiB and 20 KiB each. Building takes 1.3 and 2.4 recoveries; a small table saves 0.63 of one with every use,
 * a big one 0.08 more.
 */
const TABLES: KeyTablesOptions = {
  small: { capacity: 2560, minUses: 3, price: 1.5 },
  big: { capacity: 384, minUses: 40, price: 2.5 },
  share: 1 / 8,
  maxSavings: 64,
};
/** 128 KiB. A key is known by its uses among the last 32,768 of all. */
const COUNTERS = { rowLength: 1 << 15, window: 1 << 15 };

interface KnownKey {
  readonly publicKey: Uint8Array;
  readonly hash: HashedKey;
}

export class HotSigners {
  readonly #kernel: Secp256k1Kernel;
  readonly #uses: UseCounter;
  readonly #tables: KeyTables;
  /** By their addresses, keys that have tables, or had when they were used last: who wants an entry must earn a table. */
  readonly #known: BoundedCache<string, KnownKey>;

  constructor(kernel: Secp256k1Kernel, options: KeyTablesOptions = TABLES) {
    this.#kernel = kernel;
    this.#uses = new UseCounter({ ...COUNTERS, seeds: getRandomValues(new Uint32Array(6)) });
    this.#tables = new KeyTables(options, { uses: this.#uses, allocate: (size) => kernel.allocate(size) });
    this.#known = new BoundedCache(options.small.capacity + options.big.capacity);
  }

  /** Tables that were built so far. */
  get tablesBuilt(): number {
    return this.#tables.built;
  }

  /**
   * True if the signature recovers to the address for sure. If it is false it may, too.
   * @param signature 65 bytes
   */
  isSignedBy(address: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (address.length !== ADDRESS_LENGTH || message.length !== MESSAGE_LENGTH) return false;
    const known = this.#known.get(nameOf(address));
    if (known === undefined) return false;
    const table = this.#tables.find(known.publicKey, known.hash);
    // What is not signed earns nothing: anybody could send it under anybody's address.
    if (table === undefined || !this.#kernel.isSignedBy(table, message, signature)) return false;
    this.#used(known);
    return true;
  }

  /** Takes note that a signature recovered to the address that it was said to be of. @param publicKey that has the address */
  recovered(address: Uint8Array, publicKey: Uint8Array): void {
    const key = { publicKey, hash: this.#uses.hash(publicKey) };
    this.#used(key);
    if (this.#tables.find(publicKey, key.hash) !== undefined) this.#known.set(nameOf(address), key);
  }

  #used({ publicKey, hash }: KnownKey): void {
    const toBuild = this.#tables.used(publicKey, hash);
    if (toBuild !== undefined) this.#kernel.build(toBuild, publicKey);
  }
}

/** As many characters as bytes: the shortest key that a Map takes by its content. */
function nameOf(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, address.length).toString('latin1');
}

/** The signers, or why there are none. @param startKernel a parameter for the tests of what happens without it */
export function newHotSigners(startKernel: () => Secp256k1Kernel = () => new Secp256k1Kernel()): {
  readonly signers?: HotSigners;
  readonly slowBecause?: Error;
} {
  try {
    return { signers: new HotSigners(startKernel()) };
  } catch (error) {
    return { slowBecause: asError(error) };
  }
}

let started: ReturnType<typeof newHotSigners> | undefined;

/** This thread's: starts the kernel when they are asked for first, some 10 ms. */
export function hotSigners(): ReturnType<typeof newHotSigners> {
  started ??= newHotSigners();
  return started;
}
