// Puts messages that came in parts together again, within bounds (docs/link.md 5).

import type { Chunk } from '@hexapod/protocol/link';
import { LinkViolation } from './frame.ts';
import { LIMITS } from './limits.ts';
import type { Ledger } from './payload.ts';
import { LANES } from './priority.ts';

interface Assembly {
  readonly bytes: Uint8Array;
  filled: number;
}

export class Assembler {
  readonly #ledger: Ledger;
  readonly #assemblies = new Map<number, Assembly>();
  #reserved = 0;

  /** @param ledger what all links of the process hold together. */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** Bytes set aside for messages that are not complete. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Takes a part; returns the message when it is complete. Throws LinkViolation. */
  accept(chunk: Chunk): Uint8Array | undefined {
    const assembly = this.#assemblies.get(chunk.stream) ?? this.#begin(chunk);
    if (assembly.filled > 0 && chunk.total !== 0) {
      throw new LinkViolation(`stream ${chunk.stream}: a new message begins before the last one is complete`);
    }
    if (chunk.data.length === 0 || assembly.filled + chunk.data.length > assembly.bytes.length) {
      throw new LinkViolation(
        `stream ${chunk.stream}: a part of ${chunk.data.length} bytes after ${assembly.filled} of ${assembly.bytes.length}`,
      );
    }
    assembly.bytes.set(chunk.data, assembly.filled);
    assembly.filled += chunk.data.length;
    if (assembly.filled < assembly.bytes.length) return undefined;
    this.#end(chunk.stream, assembly);
    return assembly.bytes;
  }

  /** Forgets everything. */
  clear(): void {
    for (const [stream, assembly] of this.#assemblies) this.#end(stream, assembly);
  }

  #begin({ stream, total }: Chunk): Assembly {
    if (stream >= LANES) throw new LinkViolation(`stream ${stream}: there are ${LANES}, from 0`);
    if (total === 0 || total > LIMITS.messageBytes) {
      throw new LinkViolation(
        `stream ${stream}: a message of ${total} bytes, wanted 1..${LIMITS.messageBytes}`,
      );
    }
    if (this.#reserved + total > LIMITS.assemblyBytesPerLink) {
      throw new LinkViolation(
        `stream ${stream}: a message of ${total} bytes beside ${this.#reserved} unfinished ones, at most ${LIMITS.assemblyBytesPerLink} together`,
      );
    }
    // Not zeroed: the system gives the pages only as they are filled, so what is announced costs nothing yet.
    const assembly = { bytes: new Uint8Array(Buffer.allocUnsafeSlow(total).buffer), filled: 0 };
    this.#assemblies.set(stream, assembly);
    this.#reserved += total;
    this.#ledger.add(total);
    return assembly;
  }

  #end(stream: number, { bytes }: Assembly): void {
    this.#assemblies.delete(stream);
    this.#reserved -= bytes.length;
    this.#ledger.remove(bytes.length);
  }
}
