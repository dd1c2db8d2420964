/**
 * Memory of one frame: a byte array that grows in words of 32 bytes (docs/protocol/executor.md 5.4).
 * Offsets and lengths given to read and write are numbers inside the size: `expansionCost` and `grow` come first.
 */
import { readWord, toNumber, type Word, writeWord } from './word.ts';

/** Beyond 1 GiB every access is out of gas. */
export const MEMORY_CEILING = 2 ** 30;
const INITIAL_CAPACITY = 1024;

export class Memory {
  /** Bytes in use, a multiple of 32: what MSIZE answers. */
  size = 0;
  #bytes = new Uint8Array(INITIAL_CAPACITY);
  #view = new DataView(this.#bytes.buffer);

  /**
   * Gas for making offset … offset + length usable; Infinity beyond the ceiling. Length 0 costs nothing, whatever the
   * offset.
   */
  expansionCost(offset: Word, length: Word): number {
    if (length === 0) return 0;
    const end = toNumber(offset) + toNumber(length);
    if (end <= this.size) return 0;
    if (end > MEMORY_CEILING) return Number.POSITIVE_INFINITY;
    return costOfWords(Math.ceil(end / 32)) - costOfWords(this.size / 32);
  }

  /** Makes offset … offset + length usable; new bytes are zero. */
  grow(offset: number, length: number): void {
    const end = offset + length;
    if (length === 0 || end <= this.size) return;
    this.size = Math.ceil(end / 32) * 32;
    if (this.size <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.min(MEMORY_CEILING, Math.max(this.size, this.#bytes.length * 2)));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  readWord(offset: number): Word {
    return readWord(this.#view, offset);
  }

  writeWord(offset: number, word: Word): void {
    writeWord(this.#view, offset, word);
  }

  writeByte(offset: number, value: number): void {
    this.#bytes[offset] = value;
  }

  /** A view: valid until the next write or growth. */
  view(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }

  /** A copy. */
  slice(offset: number, length: number): Uint8Array {
    return this.#bytes.slice(offset, offset + length);
  }

  write(offset: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, offset);
  }

  /** Copies `length` bytes of a source from a source offset; what lies beyond its end reads as zeros. */
  copyPadded(offset: number, source: Uint8Array, sourceOffset: Word, length: number): void {
    const from = toNumber(sourceOffset);
    const part =
      from < source.length ? source.subarray(from, Math.min(source.length, from + length)) : undefined;
    if (part !== undefined) this.#bytes.set(part, offset);
    this.#bytes.fill(0, offset + (part?.length ?? 0), offset + length);
  }

  /** Empties the memory so that another frame can use it. */
  reset(): void {
    // A big buffer is given back to the system; a small one is cheaper to clear than to allocate.
    if (this.#bytes.length > 64 * INITIAL_CAPACITY) {
      this.#bytes = new Uint8Array(INITIAL_CAPACITY);
      this.#view = new DataView(this.#bytes.buffer);
    } else {
      this.#bytes.fill(0, 0, this.size);
    }
    this.size = 0;
  }
}

function costOfWords(words: number): number {
  return 3 * words + Math.floor((words * words) / 512);
}
