/**
 * A seeded source of chance: the same seed gives the same run, on every machine. The n-th draw is a function of seed and n
 * (SplitMix32), so a source costs nothing to make, and a run can have one for everything that happens in it.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, n). */
  below(n: number): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

const GOLDEN = 0x9e3779b9;

/** 32 well mixed bits of two numbers; `b` and what `a` has above 32 bits count, too. */
export function mix(a: number, b: number): number {
  let z = (Math.imul(a | 0, GOLDEN) + Math.imul(Math.floor(a / 2 ** 32) | 0, 0x85ebca6b) + (b | 0)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** The n-th number of the source `base`, in [0, 1). */
export function unit(base: number, n: number): number {
  return mix(n, base) / 2 ** 32;
}

class Source implements Random {
  private readonly base: number;
  private drawn = 0;

  constructor(base: number) {
    this.base = base;
  }

  next(): number {
    this.drawn += 1;
    return unit(this.base, this.drawn);
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  between(low: number, high: number): number {
    return low === high ? low : low + this.next() * (high - low);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

export function seeded(seed: number, purpose = 0): Random {
  return new Source(mix(seed, mix(purpose, 0x51ed270b)));
}
