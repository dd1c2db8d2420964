// The proof of a block under consensus overlord: RLP [height, round, block_hash, [signature, address_bitmap]]
// (docs/protocol/wire.md 7.4, docs/protocol/cldi.md 11).

import { compareBytes } from '@hexapod/protocol/bytes';
import { ClientError } from './client-error.ts';

export interface OverlordProof {
  readonly height: bigint;
  readonly round: bigint;
  readonly proposalHash: Uint8Array;
  /** The aggregate of the voters' BLS signatures. */
  readonly signature: Uint8Array;
  /** Bit i, most significant first, is the validator i in ascending order of the addresses. */
  readonly addressBitmap: Uint8Array;
}

/** Throws ClientError when the bytes are not such a proof. */
export function decodeOverlordProof(bytes: Uint8Array): OverlordProof {
  const [item, rest] = readItem(bytes);
  if (rest.length > 0) throw notProof(`${rest.length} bytes too many at its end`);
  const [height, round, proposalHash, aggregate, ...more] = listOf(item);
  const [signature, addressBitmap, ...evenMore] = listOf(aggregate);
  if (more.length > 0 || evenMore.length > 0) throw notProof('a list has too many items');
  return {
    height: unsigned(height),
    round: unsigned(round),
    proposalHash: bytesOf(proposalHash),
    signature: bytesOf(signature),
    addressBitmap: bytesOf(addressBitmap),
  };
}

/** Which of the validators voted. */
export function overlordVoters(
  { addressBitmap }: Pick<OverlordProof, 'addressBitmap'>,
  validators: readonly Uint8Array[],
): readonly Uint8Array[] {
  const sorted = [...validators].sort(compareBytes);
  return sorted.filter((_, index) => ((addressBitmap[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0);
}

type Item = Uint8Array | readonly Item[];

/** Deep enough for a proof; a bound for what is none. */
const MAX_DEPTH = 4;

function readItem(bytes: Uint8Array, depth = 0): [item: Item, rest: Uint8Array] {
  const [first] = bytes;
  if (first === undefined || depth > MAX_DEPTH)
    throw notProof(depth > MAX_DEPTH ? 'nested too deep' : 'it ends too early');
  if (first < 0x80) return [bytes.subarray(0, 1), bytes.subarray(1)];
  const isList = first >= 0xc0;
  const short = first - (isList ? 0xc0 : 0x80);
  const lengthBytes = short > 55 ? short - 55 : 0;
  const start = 1 + lengthBytes;
  const length = lengthBytes === 0 ? BigInt(short) : unsigned(cut(bytes, 1, start));
  if (length > BigInt(bytes.length)) throw notProof('it ends too early');
  const end = start + Number(length);
  const content = cut(bytes, start, end);
  return [isList ? readList(content, depth + 1) : content, bytes.subarray(end)];
}

function readList(bytes: Uint8Array, depth: number): readonly Item[] {
  const items: Item[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const [item, after] = readItem(rest, depth);
    items.push(item);
    rest = after;
  }
  return items;
}

function cut(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (end > bytes.length) throw notProof('it ends too early');
  return bytes.subarray(start, end);
}

function listOf(item: Item | undefined): readonly Item[] {
  if (item === undefined || item instanceof Uint8Array) throw notProof('a list is missing');
  return item;
}

function bytesOf(item: Item | undefined): Uint8Array {
  if (!(item instanceof Uint8Array)) throw notProof('a value is missing');
  return item;
}

function unsigned(item: Item | undefined): bigint {
  const bytes = bytesOf(item);
  if (bytes.length > 8) throw notProof('a number has more than 64 bits');
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function notProof(what: string): ClientError {
  return new ClientError(`not a proof of consensus overlord: ${what}`, {
    hint: "choose the chain's consensus with --consensus; the proof of the genesis block is empty and cannot be read",
  });
}
