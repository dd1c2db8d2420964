// Bytes of a message that waits in one queue or, for a broadcast, in many: counted once, until the last one lets go.

/** How many bytes some part of the process holds, and how many it may. */
export class Ledger {
  readonly limit: number;
  #used = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  get isOver(): boolean {
    return this.#used > this.limit;
  }

  add(bytes: number): void {
    this.#used += bytes;
  }

  remove(bytes: number): void {
    this.#used -= bytes;
  }
}

export class Payload {
  readonly bytes: Uint8Array;
  readonly #ledger: Ledger;
  #holders = 0;

  constructor(bytes: Uint8Array, ledger: Ledger) {
    this.bytes = bytes;
    this.#ledger = ledger;
  }

  get size(): number {
    return this.bytes.length;
  }

  /** One more holder. */
  hold(): void {
    if (this.#holders === 0) this.#ledger.add(this.size);
    this.#holders += 1;
  }

  /** One holder less. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#ledger.remove(this.size);
  }
}
