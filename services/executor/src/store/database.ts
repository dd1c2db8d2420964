/** The key/value store under everything the executor keeps. Reads are synchronous: the interpreter cannot wait. */
import type { KeyRange } from './keys.ts';

export interface Reader {
  /** undefined: no such key. */
  get(key: Uint8Array): Uint8Array | undefined;
}

export interface Snapshot extends Reader {
  close(): Promise<void>;
}

export interface Database extends Reader {
  /** Writes all of it, or, if the process or the machine dies on the way, nothing; durable when the promise resolves. */
  write(batch: Batch): Promise<void>;
  /** The first `limit` keys of a range, in order. */
  keys(range: KeyRange, limit: number): Promise<Uint8Array[]>;
  /** A view that later writes do not change. */
  snapshot(): Snapshot;
  close(): Promise<void>;
}

export type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** What one block changes. */
export class Batch {
  readonly operations: Operation[] = [];

  put(key: Uint8Array, value: Uint8Array): void {
    this.operations.push({ type: 'put', key, value });
  }

  delete(key: Uint8Array): void {
    this.operations.push({ type: 'del', key });
  }
}
