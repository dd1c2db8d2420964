/**
 * Where older values of a flat row are, so that Call works at every height of an archive.
 *
 * A block that replaces rows keeps what they were, one after the other, in rows of its own: they lie where blocks lie,
 * are never touched again, and are found by (height, index). A flat row counts how often it was set, its version n,
 * and remembers the places of the versions n, n with its lowest bit cleared, and so on down to 0: whoever looks for an
 * older value goes to the last of them that is too young, finds the version before it there, and after as many steps
 * as n has bits is where they want to be. A change adds one small entry, whatever the number of versions.
 */
import { RowReader, RowWriter } from '../store/row-writer.ts';

/** Height and index of version n, of n with its lowest bit cleared, …, of version 0 (whose index means nothing). */
export type Trail = readonly number[];

/** Of a row that is not in the database. */
export const NO_VERSION = -1;
export const NO_TRAIL: Trail = [];

/** Entries of one row of replaced rows. */
const PAGE_ENTRIES = 32;

/** The trail of the version after `version`, which is set at this place. */
export function nextTrail(version: number, trail: Trail, height: number, index: number): Trail {
  if (version === NO_VERSION) return [height, 0];
  // n + 1 with its lowest bit cleared is n without the ones at its end; those are the first steps of n's trail.
  let skip = 0;
  for (let rest = version; (rest & 1) === 1; rest >>>= 1) skip += 2;
  const next = [height, index];
  for (let at = skip; at < trail.length; at++) next.push(trail[at] as number);
  return next;
}

export function writeTrail(writer: RowWriter, version: number, trail: Trail): void {
  writer.varint(version);
  let height = trail[0] as number;
  writer.varint(height);
  for (let at = 2; at < trail.length; at += 2) {
    // The index belongs to the place before; that of version 0 is not kept.
    writer.varint(trail[at - 1] as number);
    const next = trail[at] as number;
    writer.varint(height - next);
    height = next;
  }
}

export function readTrail(reader: RowReader): { readonly version: number; readonly trail: Trail } {
  const version = reader.varint();
  let height = reader.varint();
  const trail = [height];
  for (let rest = version; rest !== 0; rest &= rest - 1) {
    trail.push(reader.varint());
    height -= reader.varint();
    trail.push(height);
  }
  trail.push(0);
  return { version, trail };
}

/** The place to look at for the value at a height below that of the newest version; undefined: there was none yet. */
export function placeAfter(
  trail: Trail,
  height: number,
): { readonly height: number; readonly index: number } | undefined {
  for (let at = 2; at < trail.length; at += 2) {
    if ((trail[at] as number) <= height) {
      return { height: trail[at - 2] as number, index: trail[at - 1] as number };
    }
  }
  return undefined;
}

/** Collects what a block replaces. */
export class ReplacedRows {
  readonly #writer = new RowWriter();
  readonly #put: (page: number, row: Uint8Array) => void;
  #count = 0;

  /** @param put writes one page. */
  constructor(put: (page: number, row: Uint8Array) => void) {
    this.#put = put;
  }

  /** Keeps what `write` writes; returns its index. */
  add(write: (writer: RowWriter) => void): number {
    const position = this.#writer.length;
    this.#writer.uint16(0);
    write(this.#writer);
    this.#writer.patchLength(position);
    const index = this.#count++;
    if (this.#count % PAGE_ENTRIES === 0) this.#finishPage(index);
    return index;
  }

  finish(): void {
    if (this.#count % PAGE_ENTRIES !== 0) this.#finishPage(this.#count);
  }

  #finishPage(index: number): void {
    this.#put(Math.floor(index / PAGE_ENTRIES), this.#writer.take());
  }
}

export function pageOf(index: number): number {
  return Math.floor(index / PAGE_ENTRIES);
}

/** An entry of its page. */
export function replacedRow(page: Uint8Array, index: number): Uint8Array {
  const reader = new RowReader(page);
  for (let skip = index % PAGE_ENTRIES; skip > 0; skip--) reader.bytes(reader.uint16());
  return reader.bytes(reader.uint16());
}
