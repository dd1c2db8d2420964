/** A set of states by 64-bit fingerprints: at 10^8 states a wrong "seen already" has a chance of less than one in a thousand. */
export class Seen {
  #size = 0;
  #high = new Uint32Array(1 << 16);
  #low = new Uint32Array(1 << 16);

  get size(): number {
    return this.#size;
  }

  /** False when it was there already. */
  add(a: number, b: number, c: number, d: number): boolean {
    // Neither half is 0 both: that marks an empty place.
    const high = (scramble(a, scramble(b, scramble(c, scramble(d, 0x9e3779b9)))) | 1) >>> 0;
    const low = scramble(d, scramble(c, scramble(b, scramble(a, 0x7f4a7c15)))) >>> 0;
    if (!put(this.#high, this.#low, high, low)) return false;
    this.#size += 1;
    if (this.#size * 3 > this.#high.length * 2) this.#grow();
    return true;
  }

  #grow(): void {
    const [high, low] = [this.#high, this.#low];
    this.#high = new Uint32Array(2 * high.length);
    this.#low = new Uint32Array(2 * low.length);
    for (let i = 0; i < high.length; i += 1) {
      const [h, l] = [high[i] ?? 0, low[i] ?? 0];
      if (h !== 0) put(this.#high, this.#low, h, l);
    }
  }
}

function put(highs: Uint32Array, lows: Uint32Array, high: number, low: number): boolean {
  const mask = highs.length - 1;
  for (let at = (low ^ (high >>> 1)) & mask; ; at = (at + 1) & mask) {
    const there = highs[at];
    if (there === 0) {
      highs[at] = high;
      lows[at] = low;
      return true;
    }
    if (there === high && lows[at] === low) return false;
  }
}

function scramble(value: number, seed: number): number {
  let z = Math.imul(value ^ seed, 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16) ^ Math.imul(seed, 0x27d4eb2f)) | 0;
}
