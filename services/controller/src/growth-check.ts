// When to introduce ourselves again because the chain stands still: after 1, 1, 2, 4, 8, … ticks without growth
// (docs/protocol/controller.md 14.2). Pure.

export class GrowthCheck {
  #height: bigint | undefined;
  #ticks = 0;
  #limit = 0;

  /** To be called once per interval with the own height. True: the chain has stalled long enough to act. */
  tick(height: bigint): boolean {
    if (this.#height === undefined || height > this.#height) {
      this.#height = height;
      this.#ticks = 0;
      this.#limit = 0;
      return false;
    }
    this.#ticks += 1;
    if (this.#ticks < this.#limit) return false;
    this.#limit = Math.max(1, this.#limit + this.#ticks);
    this.#ticks = 0;
    return true;
  }
}
