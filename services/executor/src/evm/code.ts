/**
 * Byte code made ready to run. Jumps into push data are legal here (docs/protocol/executor.md 5.5), so every offset
 * can be the start of an instruction: constants are decoded when they are first met, once per code.
 */
import type { Profile } from './compiler/profile.ts';
import { MAX_SMALL, type Word, wordFromBytes } from './word.ts';

/** Zeros behind the code: it ends in STOP, and a PUSH at its end reads inside the array. */
const PADDING = 33;

export class Code {
  /** Length of the code itself. */
  readonly length: number;
  /** The code followed by zeros. */
  readonly padded: Uint8Array;
  /** Of the compiler that last ran it. */
  profile: Profile | undefined;
  #constants: (Word | undefined)[] | undefined;

  constructor(bytes: Uint8Array) {
    this.length = bytes.length;
    this.padded = new Uint8Array(bytes.length + PADDING);
    this.padded.set(bytes);
  }

  get bytes(): Uint8Array {
    return this.padded.subarray(0, this.length);
  }

  /** The `size` bytes at an offset as a constant, 5 ≤ size ≤ 32. Always asked with the same size for one offset. */
  constant(offset: number, size: number): Word {
    this.#constants ??= new Array<Word | undefined>(this.length);
    const known = this.#constants[offset];
    if (known !== undefined) return known;
    const value = wordFromBytes(this.padded.subarray(offset, offset + size));
    this.#constants[offset] = value;
    return value;
  }

  isJumpTarget(offset: Word): offset is number {
    return typeof offset === 'number' && offset < this.length && this.padded[offset] === 0x5b;
  }

  /** Roughly what the object costs in memory, in bytes. */
  get footprint(): number {
    return this.padded.length * 11 + 200;
  }
}

export const NO_CODE = new Code(new Uint8Array(0));

/** Code objects by code hash, the least recently used ones leave when the byte budget is spent. */
export class CodeCache {
  readonly #maxBytes: number;
  readonly #codes = new Map<string, Code>();
  #bytes = 0;

  constructor(maxBytes: number) {
    if (maxBytes > MAX_SMALL) throw new RangeError(`code cache of ${maxBytes} bytes`);
    this.#maxBytes = maxBytes;
  }

  get(hash: string, load: () => Uint8Array): Code {
    const known = this.#codes.get(hash);
    if (known !== undefined) {
      this.#codes.delete(hash);
      this.#codes.set(hash, known);
      return known;
    }
    const code = new Code(load());
    this.#codes.set(hash, code);
    this.#bytes += code.footprint;
    for (const [oldest, old] of this.#codes) {
      if (this.#bytes <= this.#maxBytes || oldest === hash) break;
      this.#codes.delete(oldest);
      this.#bytes -= old.footprint;
    }
    return code;
  }
}
