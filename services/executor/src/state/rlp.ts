/**
 * RLP: strings of bytes and lists of them. Trie nodes, accounts, receipts and the internal header are RLP before they
 * are hashed.
 */

/** A decoded item. */
export type RlpItem = Uint8Array | RlpItem[];

const SHORT = 55;

/** The encoding of one byte string. */
export function encodeString(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 1 && (bytes[0] as number) < 0x80) return bytes.slice();
  return withHeader(0x80, [bytes]);
}

/** The encoding of a list whose items are encoded already. */
export function encodeList(encodedItems: readonly Uint8Array[]): Uint8Array {
  return withHeader(0xc0, encodedItems);
}

/** An integer: big-endian without leading zeros, zero is the empty string. */
export function encodeInteger(value: number | bigint): Uint8Array {
  return encodeString(integerBytes(value));
}

export function decodeInteger(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function integerBytes(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  if (typeof value === 'number') {
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  } else {
    for (let rest = value; rest > 0n; rest >>= 8n) bytes.push(Number(rest & 0xffn));
  }
  return Uint8Array.from(bytes.reverse());
}

function withHeader(base: 0x80 | 0xc0, parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const lengthBytes = length <= SHORT ? 0 : bytesFor(length);
  const encoded = new Uint8Array(1 + lengthBytes + length);
  if (lengthBytes === 0) {
    encoded[0] = base + length;
  } else {
    encoded[0] = base + SHORT + lengthBytes;
    for (let at = lengthBytes, rest = length; at > 0; at--, rest = Math.floor(rest / 256))
      encoded[at] = rest % 256;
  }
  let at = 1 + lengthBytes;
  for (const part of parts) {
    encoded.set(part, at);
    at += part.length;
  }
  return encoded;
}

function bytesFor(length: number): number {
  return length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
}

/** Decodes exactly one item; strings are views into the input. Throws RangeError on anything that is not RLP. */
export function decode(bytes: Uint8Array): RlpItem {
  const { item, end } = decodeAt(bytes, 0);
  if (end !== bytes.length) throw new RangeError(`RLP item ends at ${end} of ${bytes.length} bytes`);
  return item;
}

/** Decodes one list of strings; throws if it is anything else or has another number of items. */
export function decodeStrings(bytes: Uint8Array, count: number): Uint8Array[] {
  const item = decode(bytes);
  if (!Array.isArray(item) || item.length !== count)
    throw new RangeError(`wanted an RLP list of ${count} items`);
  return item.map(asString);
}

export function asString(item: RlpItem | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new RangeError('wanted an RLP string');
  return item;
}

export function asList(item: RlpItem | undefined): RlpItem[] {
  if (!Array.isArray(item)) throw new RangeError('wanted an RLP list');
  return item;
}

function decodeAt(bytes: Uint8Array, start: number): { item: RlpItem; end: number } {
  const { isList, from, end } = headerAt(bytes, start);
  if (!isList) return { item: bytes.subarray(from, end), end };
  const items: RlpItem[] = [];
  for (let at = from; at < end; ) {
    const next = decodeAt(bytes, at);
    if (next.end > end) throw new RangeError(`RLP item at ${at} crosses the end of its list`);
    items.push(next.item);
    at = next.end;
  }
  return { item: items, end };
}

function headerAt(bytes: Uint8Array, start: number): { isList: boolean; from: number; end: number } {
  const first = bytes[start];
  if (first === undefined) throw new RangeError(`RLP ends at ${start}, an item was due`);
  if (first < 0x80) return { isList: false, from: start, end: start + 1 };
  const isList = first >= 0xc0;
  const short = first - (isList ? 0xc0 : 0x80);
  let from = start + 1;
  let length = short;
  if (short > SHORT) {
    from += short - SHORT;
    length = 0;
    for (let at = start + 1; at < from; at++) length = length * 256 + (bytes[at] ?? 0);
  }
  const end = from + length;
  if (end > bytes.length) throw new RangeError(`RLP item at ${start} wants ${end - bytes.length} bytes more`);
  return { isList, from, end };
}
