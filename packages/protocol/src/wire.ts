// The wire format by itself: reading and writing fields, and slicing messages without decoding them
// (docs/protocol/wire.md 6).

import { DecodeError, type FieldNames, Reader, WireType } from './reader.ts';
import { Writer, written } from './writer.ts';

export { DecodeError, Reader, Writer };

/**
 * The content of the bytes, string or message field `number`, a view; undefined if it is absent. Throws DecodeError if it
 * occurs twice: no canonical encoding has that, and whether the last one counts or all are merged only a codec knows.
 */
export function fieldBytes(message: Uint8Array, number: number): Uint8Array | undefined {
  const found = repeatedFields(message, number);
  if (found.length > 1) throw new DecodeError(`field ${number} occurs ${found.length} times instead of once`);
  return found[0];
}

/** The contents of all elements of the repeated bytes, string or message field `number`, in order; views. */
export function repeatedFields(message: Uint8Array, number: number): Uint8Array[] {
  const reader = new Reader(message, `a message with field ${number}`);
  const wanted = number * 8 + WireType.delimited;
  const names: FieldNames = { [number]: 'to be sliced' };
  const found: Uint8Array[] = [];
  while (reader.more()) {
    const key = reader.key();
    if (key === wanted) found.push(reader.bytesElement());
    else reader.skip(key, names);
  }
  return found;
}

/** The bytes, string or message field `number` with this content, as it stands in a message; also if it is empty. */
export function delimited(number: number, content: Uint8Array): Uint8Array {
  const key = number * 8 + WireType.delimited;
  return written((writer) => writer.bytesElement(key, content), undefined);
}
