/**
 * The root of a Merkle Patricia trie, computed from all its entries at once (docs/protocol/executor.md 7.1): keys are
 * not hashed, nodes under 32 bytes are embedded in their parent, the root is always hashed, the hash is K.
 */
import { keccak } from './hashing.ts';
import { rlpList, rlpString } from './rlp.ts';

/** Key as nibbles. */
interface Entry {
  readonly path: readonly number[];
  readonly value: Uint8Array;
}

const NOTHING = rlpString(new Uint8Array(0));

/** Entries have distinct keys of one length, so none ends inside another. */
export function trieRoot(entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>): Uint8Array {
  const all: Entry[] = [];
  for (const [key, value] of entries) all.push({ path: nibblesOf(key), value });
  return keccak(all.length === 0 ? NOTHING : encodeNode(all, 0));
}

/** The node over entries that agree in the first `depth` nibbles. */
function encodeNode(entries: readonly Entry[], depth: number): Uint8Array {
  const [first] = entries;
  if (first === undefined) return NOTHING;
  if (entries.length === 1) {
    return rlpList([rlpString(hexPrefix(first.path.slice(depth), true)), rlpString(first.value)]);
  }
  const shared = sharedNibbles(entries, depth);
  if (shared > 0) {
    const path = hexPrefix(first.path.slice(depth, depth + shared), false);
    return rlpList([rlpString(path), reference(encodeNode(entries, depth + shared))]);
  }
  const groups: Entry[][] = Array.from({ length: 16 }, () => []);
  for (const entry of entries) groups[entry.path[depth] ?? 0]?.push(entry);
  const children = groups.map((group) => reference(encodeNode(group, depth + 1)));
  return rlpList([...children, NOTHING]);
}

/** How a parent holds a node. */
function reference(node: Uint8Array): Uint8Array {
  return node.length < 32 ? node : rlpString(keccak(node));
}

function sharedNibbles(entries: readonly Entry[], depth: number): number {
  const path = entries[0]?.path ?? [];
  let shared = 0;
  while (entries.every((entry) => entry.path[depth + shared] === path[depth + shared])) shared++;
  return shared;
}

/** Two nibbles in each byte, before them a flag: 2 for a leaf, 1 for an odd number of nibbles. */
function hexPrefix(nibbles: readonly number[], isLeaf: boolean): Uint8Array {
  const flag = (isLeaf ? 2 : 0) + (nibbles.length % 2);
  const all = nibbles.length % 2 === 1 ? [flag, ...nibbles] : [flag, 0, ...nibbles];
  return Uint8Array.from(
    { length: all.length / 2 },
    (_, i) => (all[2 * i] ?? 0) * 16 + (all[2 * i + 1] ?? 0),
  );
}

function nibblesOf(key: Uint8Array): number[] {
  const nibbles: number[] = [];
  for (const byte of key) nibbles.push(byte >> 4, byte & 15);
  return nibbles;
}
