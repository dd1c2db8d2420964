/** Random choices that depend on a seed only: what a seed made once it makes again. */

const TWO_32 = 2 ** 32;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed any integer below 2^53. */
  constructor(seed: number) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / TWO_32) >>> 0;
    this.#c = 0x9e3779b9;
    for (let i = 0; i < 16; i++) this.bits();
  }

  /** 32 bits (the generator known as sfc32). */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0;
    return sum;
  }

  /** 0 … limit − 1. */
  below(limit: number): number {
    return Math.floor((this.bits() / TWO_32) * limit);
  }

  /** Both ends included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(probability: number): boolean {
    return this.bits() < probability * TWO_32;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** One of the items, each as likely as its weight says. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T {
    let left = this.below(items.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, item] of items) {
      if (left < weight) return item;
      left -= weight;
    }
    throw new RangeError('nothing to pick from');
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  /** A word, often one beside a border: 0, 2^32, 2^53, 2^64, 2^160, 2^255, 2^256. */
  word(): bigint {
    return this.weighted(WORDS)(this);
  }
}

const BORDERS = [8, 31, 32, 48, 52, 53, 54, 63, 64, 65, 128, 160, 255, 256];

const WORDS: readonly (readonly [number, (random: Random) => bigint])[] = [
  [4, (random) => BigInt(random.below(4))],
  [3, (random) => BigInt(random.below(300))],
  [2, (random) => BigInt(random.bits())],
  [3, (random) => BigInt.asUintN(256, (1n << BigInt(random.pick(BORDERS))) + BigInt(random.between(-2, 2)))],
  [2, (random) => BigInt.asUintN(256, -BigInt(random.between(1, 300)))],
  [1, (random) => 1n << BigInt(random.below(256))],
  [3, (random) => BigInt(`0x${Buffer.from(random.bytes(random.between(1, 32))).toString('hex')}`)],
];
