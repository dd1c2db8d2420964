/**
 * Nodes of a Merkle Patricia trie and their RLP (docs/protocol/executor.md 7.1): exactly Ethereum's, for keys of one
 * fixed length.
 */
import { fromHexPrefix, hexPrefix } from './nibbles.ts';
import { asString, decode, type RlpItem } from './rlp.ts';
import { RlpWriter } from './rlp-writer.ts';

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

/**
 * A child: the hash of a node stored elsewhere, or the node itself (new, loaded, or shorter than 32 bytes and
 * embedded).
 */
export type Ref = Uint8Array | Node;

const HASH_BYTES = 32;

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
  if (item.length !== HASH_BYTES)
    throw new RangeError(`a trie reference has ${HASH_BYTES} bytes, not ${item.length}`);
  return item;
}

const writer = new RlpWriter();
const EMPTY_STRING = 0x80;

/**
 * The RLP of a node. `encodedChild` gives what stands for a child in its parent: the 32 bytes of its hash, or, if its
 * RLP is shorter than 32 bytes, that.
 */
export function encodeNode(
  node: Node,
  encodedChild: (child: Ref, path: Uint8Array | number) => Uint8Array,
): Uint8Array {
  switch (node.kind) {
    case 'leaf':
      writer.string(node.value);
      writer.string(hexPrefix(node.path, true));
      break;
    case 'extension': {
      const child = encodedChild(node.child, node.path);
      writeChild(child);
      writer.string(hexPrefix(node.path, false));
      break;
    }
    case 'branch': {
      // All children first: encoding them uses the same writer.
      const children = node.children.map((child, nibble) => child && encodedChild(child, nibble));
      writer.byte(EMPTY_STRING);
      for (let nibble = 15; nibble >= 0; nibble--) writeChild(children[nibble]);
      break;
    }
  }
  writer.list(0);
  return writer.finish();
}

function writeChild(child: Uint8Array | undefined): void {
  if (child === undefined) writer.byte(EMPTY_STRING);
  else if (child.length === HASH_BYTES) writer.string(child);
  else writer.raw(child);
}
