// The proposals of the next height that passed every check, own ones included: known by their bytes, so that a second body
// under the same header is a proposal of its own (docs/protocol/controller.md 18, weakness 13). Pure.

import { hash } from 'node:crypto';
import type { BlockContent } from './block.ts';

/** More proposals of one height than rounds that any consensus reaches before a sync clears them. */
const MAX_COUNT = 64;

/** Which proposal bytes are the same: SHA-256, whatever the chain's hash is. Stays inside this process. */
function identity(proposal: Uint8Array): string {
  return hash('sha256', proposal, 'base64');
}

export class Candidates {
  readonly #blocks = new Map<string, BlockContent>();
  readonly #maxBytes: number;
  #bytes = 0;

  /** @param maxBytes of the blocks kept; the oldest go first, they are checked again when needed. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#blocks.size === 0;
  }

  add(proposal: Uint8Array, block: BlockContent): void {
    const key = identity(proposal);
    if (this.#blocks.has(key)) return;
    this.#blocks.set(key, block);
    this.#bytes += block.body.length;
    for (const [oldest, { body }] of this.#blocks) {
      if (this.#bytes <= this.#maxBytes && this.#blocks.size <= MAX_COUNT) break;
      if (oldest === key) break;
      this.#blocks.delete(oldest);
      this.#bytes -= body.length;
    }
  }

  get(proposal: Uint8Array): BlockContent | undefined {
    return this.#blocks.size === 0 ? undefined : this.#blocks.get(identity(proposal));
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }
}
