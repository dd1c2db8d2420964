// The WebAssembly kernel that knows whether a secp256k1 signature is of a key that it has a table of (kernel/README.md): its memory,
// and what it is asked.

import { fromHex } from '@hexapod/protocol/bytes';
import { type Kernel, startKernel } from './kernel.ts';
import type { KeyTable, TableSize } from './key-tables.ts';
import { MESSAGE_LENGTH, PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH } from './secp256k1.ts';

const PAGE_BYTES = 65536;
/** A line of the processor's caches. */
const ALIGNMENT = 64;

/** The names are those of kernel/secp256k1/kernel.ts. */
export interface Secp256k1Exports extends Kernel {
  readonly MESSAGE: WebAssembly.Global;
  readonly SIGNATURE: WebAssembly.Global;
  readonly KEY: WebAssembly.Global;
  readonly SMALL: WebAssembly.Global;
  readonly BIG: WebAssembly.Global;
  readonly SMALL_BYTES: WebAssembly.Global;
  readonly BIG_BYTES: WebAssembly.Global;
  readonly FREE: WebAssembly.Global;
  roundsOnce(): number;
  prepare(): void;
  verify(kind: number, table: number): number;
  build(kind: number, table: number): number;
}

/** Of docs/protocol/crypto.md 9.4. */
const KNOWN = {
  publicKey: fromHex(
    '92df7b245b81aa637ab4e867c8d511008f79161a97d64f2ac709600352f7acbce9bfdf1b13fa0cb1de4521e5386cde3a1cd26c5ab584989d07bbed58a5419f62',
  ),
  message: fromHex('4ba38d48a60f1b29e9eb726eaff08b2e83d8d81e031666fee50e85900d7dc1ef'),
  signature: fromHex(
    '7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea00',
  ),
};

export class Secp256k1Kernel {
  readonly #exports: Secp256k1Exports;
  /** Values of exports: to read one there takes as long as to write a message. */
  readonly #at: { readonly message: number; readonly signature: number; readonly key: number };
  readonly #kinds: Readonly<Record<TableSize, number>>;
  readonly #bytes: Readonly<Record<TableSize, number>>;
  /** All of the memory: made anew when it grows. */
  #memory: Uint8Array;
  /** Where what no table has begins. */
  #free: number;

  /**
   * Makes the generator's table, some 10 ms. Throws if this machine does not compute as the kernel needs it.
   * @param exports a parameter for the tests of what happens elsewhere
   */
  constructor(exports: Secp256k1Exports = startKernel<Secp256k1Exports>('secp256k1')) {
    if (exports.roundsOnce() === 0) {
      throw new Error('the processor has no fused multiply-add for vectors: every public key is recovered');
    }
    exports.prepare();
    this.#exports = exports;
    this.#at = {
      message: exports.MESSAGE.value,
      signature: exports.SIGNATURE.value,
      key: exports.KEY.value,
    };
    this.#kinds = { small: exports.SMALL.value, big: exports.BIG.value };
    this.#bytes = { small: exports.SMALL_BYTES.value, big: exports.BIG_BYTES.value };
    this.#memory = new Uint8Array(exports.memory.buffer);
    this.#free = aligned(exports.FREE.value);
    this.#testItself();
  }

  /**
   * Does the signature recover to the key of the table? Yes is certain. No may also be said of a signature that does, if its
   * numbers were made for that: recovery has the last word.
   * @param message 32 bytes @param signature 65 bytes
   */
  isSignedBy({ size, address }: KeyTable, message: Uint8Array, signature: Uint8Array): boolean {
    expectLength('messages', message, MESSAGE_LENGTH);
    expectLength('signatures', signature, SIGNATURE_LENGTH);
    this.#memory.set(message, this.#at.message);
    this.#memory.set(signature, this.#at.signature);
    return this.#exports.verify(this.#kinds[size], address) !== 0;
  }

  /** Room for a table. Undefined if the system has no more memory. */
  allocate(size: TableSize): KeyTable | undefined {
    const address = this.#free;
    const end = address + aligned(this.#bytes[size]);
    if (end > this.#memory.length) {
      const { memory } = this.#exports;
      try {
        memory.grow(Math.ceil((end - this.#memory.length) / PAGE_BYTES));
      } catch (error) {
        if (error instanceof RangeError) return undefined;
        throw error;
      }
      this.#memory = new Uint8Array(memory.buffer);
    }
    this.#free = end;
    return { size, address };
  }

  /** Fills a table. Throws for a key that is not on the curve. @param publicKey 64 bytes */
  build({ size, address }: KeyTable, publicKey: Uint8Array): void {
    expectLength('public keys', publicKey, PUBLIC_KEY_LENGTH);
    this.#memory.set(publicKey, this.#at.key);
    if (this.#exports.build(this.#kinds[size], address) !== 0) return;
    throw new RangeError('a key that is not on the secp256k1 curve has no table');
  }

  get memoryBytes(): number {
    return this.#memory.length;
  }

  /** What does not compute here must show now. */
  #testItself(): void {
    const { publicKey, message, signature } = KNOWN;
    const address = this.#free;
    const table = this.allocate('small');
    if (table === undefined) throw new Error('there is no memory for a table of a secp256k1 key');
    this.build(table, publicKey);
    const isRight =
      this.isSignedBy(table, message, signature) && !this.isSignedBy(table, message.toReversed(), signature);
    this.#free = address;
    if (!isRight) {
      throw new Error('the secp256k1 kernel gives wrong answers here: every public key is recovered');
    }
  }
}

function aligned(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}

function expectLength(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length === length) return;
  throw new RangeError(`the secp256k1 kernel takes ${what} of ${length} bytes, this one has ${bytes.length}`);
}
