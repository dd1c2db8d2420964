// PB(RawTransactions) as places in its bytes: no transaction is decoded here, and no object made for it.

import { MAX_ELEMENTS } from '@hexapod/protocol/reader';
import { repeatedFields } from '@hexapod/protocol/wire';

const BODY_FIELD = 1;
/** Of the field: number 1, bytes. */
const BODY_KEY = 0x0a;

/** Where each PB(RawTransaction) begins and ends. */
export interface Places {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Throws DecodeError for bytes that are no list. */
export function placesIn(list: Uint8Array): Places {
  return usualPlaces(list) ?? anyPlaces(list);
}

/** Undefined for a list with anything in it but transactions, or with too many. */
function usualPlaces(list: Uint8Array): Places | undefined {
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  while (at < list.length) {
    if (list[at] !== BODY_KEY || starts.length === MAX_ELEMENTS) return undefined;
    let length = 0;
    let shift = 0;
    let byte = 0x80;
    for (at++; byte >= 0x80; shift += 7) {
      if (at >= list.length || shift > 21) return undefined;
      byte = list[at++] as number;
      length |= (byte & 0x7f) << shift;
    }
    if (length > list.length - at) return undefined;
    starts.push(at);
    at += length;
    ends.push(at);
  }
  return { starts, ends };
}

/** By the reader of all messages, which knows unknown fields, and says what is wrong. */
function anyPlaces(list: Uint8Array): Places {
  const elements = repeatedFields(list, BODY_FIELD);
  // An empty element has no place of its own.
  const starts = elements.map((element) => (element.length > 0 ? element.byteOffset - list.byteOffset : 0));
  return { starts, ends: elements.map((element, index) => (starts[index] ?? 0) + element.length) };
}
