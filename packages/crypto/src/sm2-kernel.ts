// The WebAssembly kernel that verifies SM2 signatures (kernel/README.md): its memory, and what it is asked.

import { fromHex } from '@hexapod/protocol/bytes';
import { type Kernel, startKernel } from './kernel.ts';
import type { KeyTable, TableSize } from './key-tables.ts';
import { SIGNATURE_LENGTH } from './sm2-key.ts';

const PAGE_BYTES = 65536;
const ALIGNMENT = 16;
export const MESSAGE_LENGTH = 32;

export interface Judgement {
  /** By the standard, instead of as the original does (docs/protocol/crypto.md 8). */
  readonly isStrict: boolean;
  /** The message is the digest e. */
  readonly isDigest?: boolean;
  /** Of the public key in the signature, to the bit. */
  readonly table?: KeyTable | undefined;
}

/** The names are those of kernel/sm2/kernel.ts. */
export interface Sm2Exports extends Kernel {
  readonly MESSAGE: WebAssembly.Global;
  readonly SIGNATURE: WebAssembly.Global;
  readonly STRICT: WebAssembly.Global;
  readonly IS_DIGEST: WebAssembly.Global;
  readonly COLD: WebAssembly.Global;
  readonly SMALL: WebAssembly.Global;
  readonly BIG: WebAssembly.Global;
  readonly SMALL_BYTES: WebAssembly.Global;
  readonly BIG_BYTES: WebAssembly.Global;
  readonly FREE: WebAssembly.Global;
  roundsOnce(): number;
  prepare(): void;
  verify(how: number, kind: number, table: number): number;
  build(kind: number, table: number): number;
  digestOfKey(): number;
}

/** V2 of docs/protocol/crypto.md 9.3. */
const KNOWN = {
  message: fromHex('39ad9832dad1e615faf8eebe25459392c75e449ac9b9616edf2d721649bad247'),
  signature: fromHex(
    '11974fa6ea35eb4b1188ef7c1e02f31138576ae1a23733d07dbfa72e7b0eafba48842565b2a608bcbf08c9bf571a75354a37e779291761e49974682d6c35aaac' +
      'ec1a47985dec9762d22b69b2406acefa5e5b9c07408b78b6164b0295c9177639c9d3cce3cbb3fa45d5b8fff5252dee10f66b3967bdb37ddaecbb99ec417e2f3a',
  ),
};

export class Sm2Kernel {
  readonly #exports: Sm2Exports;
  /** Values of exports: to read one there takes as long as to write a message. */
  readonly #at: { readonly message: number; readonly signature: number };
  readonly #how: { readonly strict: number; readonly digest: number };
  readonly #kinds: Readonly<Record<TableSize | 'none', number>>;
  /** All of the memory: made anew when it grows. */
  #memory: Uint8Array;
  /** Where what no table has begins. */
  #free: number;

  /**
   * Makes the generator's table, some 6 ms. Throws if this machine does not compute as the kernel needs it.
   * @param exports a parameter for the tests of what happens elsewhere
   */
  constructor(exports: Sm2Exports = startKernel<Sm2Exports>('sm2')) {
    if (exports.roundsOnce() === 0) {
      throw new Error('the processor has no fused multiply-add for vectors: SM2 is verified by OpenSSL');
    }
    exports.prepare();
    this.#exports = exports;
    this.#at = { message: exports.MESSAGE.value, signature: exports.SIGNATURE.value };
    this.#how = { strict: exports.STRICT.value, digest: exports.IS_DIGEST.value };
    this.#kinds = { none: exports.COLD.value, small: exports.SMALL.value, big: exports.BIG.value };
    this.#memory = new Uint8Array(exports.memory.buffer);
    this.#free = exports.FREE.value;
    this.#testItself();
  }

  /** Does the signature count? @param message 32 bytes @param signature 128 bytes */
  verify(message: Uint8Array, signature: Uint8Array, { isStrict, isDigest, table }: Judgement): boolean {
    if (message.length !== MESSAGE_LENGTH) {
      throw new RangeError(`the SM2 kernel takes messages of 32 bytes, this one has ${message.length}`);
    }
    this.#takeSignature(signature);
    this.#memory.set(message, this.#at.message);
    const how = (isStrict ? this.#how.strict : 0) + (isDigest === true ? this.#how.digest : 0);
    const kind = this.#kinds[table?.size ?? 'none'];
    return this.#exports.verify(how, kind, table?.address ?? 0) !== 0;
  }

  /** ZA of the public key in the signature, in memory of its own. Its coordinates count modulo the prime. */
  digestOfKey(signature: Uint8Array): Uint8Array {
    this.#takeSignature(signature);
    const address = this.#exports.digestOfKey();
    return this.#memory.slice(address, address + MESSAGE_LENGTH);
  }

  /** Room for a table. Undefined if the system has no more memory. */
  allocate(size: TableSize): KeyTable | undefined {
    const { memory, SMALL_BYTES, BIG_BYTES } = this.#exports;
    const address = this.#free;
    const end =
      address + Math.ceil((size === 'small' ? SMALL_BYTES : BIG_BYTES).value / ALIGNMENT) * ALIGNMENT;
    if (end > this.#memory.length) {
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

  /** Fills a table for the public key in the signature. Throws if that is not on the curve. */
  build({ size, address }: KeyTable, signature: Uint8Array): void {
    this.#takeSignature(signature);
    if (this.#exports.build(this.#kinds[size], address) === 0) {
      throw new RangeError('a key that is not on the curve has no table');
    }
  }

  get memoryBytes(): number {
    return this.#memory.length;
  }

  #takeSignature(signature: Uint8Array): void {
    if (signature.length !== SIGNATURE_LENGTH) {
      throw new RangeError(`the SM2 kernel takes signatures of 128 bytes, this one has ${signature.length}`);
    }
    this.#memory.set(signature, this.#at.signature);
  }

  /** What does not compute here must show now. */
  #testItself(): void {
    const { message, signature } = KNOWN;
    const other = message.toReversed();
    const isRight =
      this.verify(message, signature, { isStrict: true }) &&
      this.verify(message, signature, { isStrict: false }) &&
      !this.verify(other, signature, { isStrict: true }) &&
      !this.verify(other, signature, { isStrict: false });
    if (!isRight) throw new Error('the SM2 kernel gives wrong answers here: SM2 is verified by OpenSSL');
  }
}
