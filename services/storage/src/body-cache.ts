// Bodies of blocks that were read lately: a user who asks for the transactions of a block reads it once, not once for each.

export class BodyCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Uint8Array>();
  #bytes = 0;

  /** @param maxBytes of the bodies together; a larger body is not kept */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(name: string): Uint8Array | undefined {
    const body = this.#entries.get(name);
    if (body === undefined) return undefined;
    // A Map keeps the order of insertion: the first entry is the one that was not used for the longest.
    this.#entries.delete(name);
    this.#entries.set(name, body);
    return body;
  }

  /** @param body of a name never seen, or the same bytes: bodies do not change */
  set(name: string, body: Uint8Array): void {
    if (body.length > this.#maxBytes || this.#entries.has(name)) return;
    this.#entries.set(name, body);
    this.#bytes += body.length;
    for (const [oldest, { length }] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#entries.delete(oldest);
      this.#bytes -= length;
    }
  }
}
