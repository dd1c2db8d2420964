/** Nodes of a Merkle Patricia trie and their RLP (docs/protocol/executor.md 7.1): exactly Ethereum's, for keys of one fixed length. */
import { fromHexPrefix, hexPrefix } from './nibbles.ts';
import { asString, decode, encodeList, encodeString, type RlpItem } from './rlp.ts';

export interface Leaf {
  readonly kind: 'leaf';
  readonly path: Uint8Array;
  readonly value: Uint8Array;
}

export interface Extension {
  readonly kind: 'extension';
  readonly path: Uint8Array;
  readonly child: Ref;
}

export interface Branch {
  readonly kind: 'branch';
  readonly children: readonly (Ref | undefined)[];
}

export type Node = Leaf | Extension | Branch;

/** A child: the hash of a node stored elsewhere, or the node itself (new, loaded, or shorter than 32 bytes and embedded). */
export type Ref = Uint8Array | Node;

const EMPTY_STRING = Uint8Array.of(0x80);

export function decodeNode(bytes: Uint8Array): Node {
  return nodeOf(decode(bytes));
}

function nodeOf(item: RlpItem): Node {
  if (!Array.isArray(item)) throw new RangeError('a trie node is an RLP list');
  if (item.length === 17) {
    return {
      kind: 'branch',
      children: item.slice(0, 16).map((child) => (child.length === 0 ? undefined : refOf(child))),
    };
  }
  if (item.length !== 2) throw new RangeError(`a trie node has 2 or 17 items, not ${item.length}`);
  const { path, isLeaf } = fromHexPrefix(asString(item[0]));
  const second = item[1] as RlpItem;
  return isLeaf
    ? { kind: 'leaf', path, value: asString(second) }
    : { kind: 'extension', path, child: refOf(second) };
}

function refOf(item: RlpItem): Ref {
  if (Array.isArray(item)) return nodeOf(item);
  if (item.length !== 32) throw new RangeError(`a trie reference has 32 bytes, not ${item.length}`);
  return item;
}

/** The RLP of a node. `encodedChild` gives the RLP that stands for a child in its parent. */
export function encodeNode(
  node: Node,
  encodedChild: (child: Ref, path: Uint8Array | number) => Uint8Array,
): Uint8Array {
  switch (node.kind) {
    case 'leaf':
      return encodeList([encodeString(hexPrefix(node.path, true)), encodeString(node.value)]);
    case 'extension':
      return encodeList([encodeString(hexPrefix(node.path, false)), encodedChild(node.child, node.path)]);
    case 'branch': {
      const items = node.children.map((child, nibble) =>
        child === undefined ? EMPTY_STRING : encodedChild(child, nibble),
      );
      items.push(EMPTY_STRING);
      return encodeList(items);
    }
  }
}
