// Counts how often each public key was used lately, in memory of a fixed size whoever sends: a count-min sketch. It may
// count too much where keys share counters, never too little; which keys do, nobody can know beforehand.

const ROWS = 4;
const MAX_COUNT = 255;

/** A key, hashed: where in the rows it is counted, at start + row * step. */
export interface HashedKey {
  /** 32 bits, signed. */
  readonly start: number;
  readonly step: number;
}

export interface UseCounterOptions {
  /** Counters of each of four rows, one byte each: a power of two. */
  readonly rowLength: number;
  /** After so many uses all counts are halved: what was is forgotten. */
  readonly window: number;
  /** Six secret random 32-bit numbers. */
  readonly seeds: Uint32Array;
}

export class UseCounter {
  readonly #counts: Uint8Array;
  readonly #mask: number;
  readonly #window: number;
  readonly #seeds: Uint32Array;
  #uses = 0;

  constructor({ rowLength, window, seeds }: UseCounterOptions) {
    this.#counts = new Uint8Array(ROWS * rowLength);
    this.#mask = rowLength - 1;
    this.#window = window;
    this.#seeds = seeds;
  }

  /** @param publicKey 64 bytes */
  hash(publicKey: Uint8Array): HashedKey {
    return { start: this.#half(publicKey, 0), step: this.#half(publicKey, 3) | 1 };
  }

  /** Counts a use. The count with it, 255 at most. */
  add({ start, step }: HashedKey): number {
    this.#uses++;
    if (this.#uses === this.#window) this.#halve();
    const count = Math.min(this.count({ start, step }) + 1, MAX_COUNT);
    // Only counters that are not ahead already: so that keys that share some disturb each other less.
    for (let row = 0; row < ROWS; row++) {
      const position = this.#position(start, step, row);
      if ((this.#counts[position] ?? 0) < count) this.#counts[position] = count;
    }
    return count;
  }

  count({ start, step }: HashedKey): number {
    let least = MAX_COUNT;
    for (let row = 0; row < ROWS; row++) {
      least = Math.min(least, this.#counts[this.#position(start, step, row)] ?? 0);
    }
    return least;
  }

  #position(start: number, step: number, row: number): number {
    return row * (this.#mask + 1) + ((start + row * step) & this.#mask);
  }

  #halve(): void {
    this.#uses = 0;
    for (let index = 0; index < this.#counts.length; index++) {
      this.#counts[index] = (this.#counts[index] ?? 0) >>> 1;
    }
  }

  /** Of 12 bytes, 8 of x and 4 of y: who makes keys that share them all has found a needle in 2^96. */
  #half(publicKey: Uint8Array, firstSeed: number): number {
    let hash = 0;
    for (let index = 0; index < 3; index++) {
      const at = 20 + 12 * index;
      const word =
        ((publicKey[at] ?? 0) << 24) |
        ((publicKey[at + 1] ?? 0) << 16) |
        ((publicKey[at + 2] ?? 0) << 8) |
        (publicKey[at + 3] ?? 0);
      hash = Math.imul(hash ^ word ^ (this.#seeds[firstSeed + index] ?? 0), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return hash;
  }
}
