/**
 * Applies a block's changes to a Merkle Patricia trie and returns the new root.
 *
 * All changes of a block go down the trie together, sorted by key: each node is read, changed, encoded and hashed
 * once, whatever the number of changes below it, and the order in which they were made cannot matter. Nodes are
 * stored under their path, not under their hash: the store holds the newest trie and nothing else, so a node that
 * disappears is deleted at once and no two parts of a trie can share a row (the original's pruning fails on both,
 * docs/protocol/executor.md 12.2). Reads of state never come here, they have the flat snapshot; history is kept by
 * the versions of the flat records.
 */
import { commonPrefix, joinPaths } from './nibbles.ts';
import {
  type Branch,
  decodeNode,
  type Extension,
  encodeNode,
  type Leaf,
  type Node,
  type Ref,
} from './trie-node.ts';

/** Where the nodes of one trie are, by path (one nibble per byte). */
export interface NodeStore {
  get(path: Uint8Array): Uint8Array | undefined;
  put(path: Uint8Array, node: Uint8Array): void;
  delete(path: Uint8Array): void;
}

/** A key (nibbles) and its new value; undefined removes it. All keys of a trie have one length. */
export interface TrieChange {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** K(0x80), on chains of both kinds. */
export const EMPTY_ROOT_HEX = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

type Keccak = (data: Uint8Array) => Uint8Array;

/** Changes sorted by key without duplicates. Returns the 32-byte root. */
export function updateTrie(store: NodeStore, changes: readonly TrieChange[], keccak: Keccak): Uint8Array {
  return new TrieUpdate(store, changes, keccak).run();
}

class TrieUpdate {
  readonly #store: NodeStore;
  readonly #changes: readonly TrieChange[];
  readonly #keccak: Keccak;
  /** Paths of stored nodes that were changed: deleted at the end unless a node is written there again. */
  readonly #stale = new Map<string, Uint8Array>();

  constructor(store: NodeStore, changes: readonly TrieChange[], keccak: Keccak) {
    this.#store = store;
    this.#changes = changes;
    this.#keccak = keccak;
  }

  run(): Uint8Array {
    const top = new Uint8Array(0);
    const stored = this.#store.get(top);
    const before = stored === undefined ? undefined : decodeNode(stored);
    if (before !== undefined) this.#stale.set('', top);
    const after = this.#update(before, 0, 0, this.#changes.length);
    const root =
      after === undefined || after instanceof Uint8Array
        ? this.#keccak(Uint8Array.of(0x80))
        : this.#write(this.#encode(after, top), top);
    for (const path of this.#stale.values()) this.#store.delete(path);
    return root;
  }

  /**
   * The subtree at `depth` after the changes from … to; they agree in their first `depth` nibbles, which are its
   * path.
   */
  #update(ref: Ref | undefined, depth: number, from: number, to: number): Ref | undefined {
    if (from === to) return ref;
    if (ref === undefined) return build(this.#changes.slice(from, to).filter(isWrite), depth);
    const node = ref instanceof Uint8Array ? this.#take(this.#key(from).subarray(0, depth)) : ref;
    switch (node.kind) {
      case 'leaf':
        return this.#updateLeaf(node, depth, from, to);
      case 'extension':
        return this.#updateExtension(node, depth, from, to);
      case 'branch':
        return this.#updateBranch(node, depth, from, to);
    }
  }

  #updateLeaf(leaf: Leaf, depth: number, from: number, to: number): Ref | undefined {
    const key = joinPaths(this.#key(from).subarray(0, depth), leaf.path);
    const items: Write[] = [];
    let placed = false;
    for (const change of this.#changes.slice(from, to)) {
      const order = placed ? -1 : compare(key, change.key);
      if (order < 0 && !placed) items.push({ key, value: leaf.value });
      if (order <= 0) placed = true;
      if (isWrite(change)) items.push(change);
    }
    if (!placed) items.push({ key, value: leaf.value });
    return build(items, depth);
  }

  #updateExtension(node: Extension, depth: number, from: number, to: number): Ref | undefined {
    const { path, child } = node;
    // The keys are sorted: what the first and the last share with the path, all share.
    const shared = Math.min(
      commonPrefix(path, this.#key(from), depth),
      commonPrefix(path, this.#key(to - 1), depth),
    );
    if (shared === path.length) return this.#join(path, this.#update(child, depth + shared, from, to));
    const children = new Array<Ref | undefined>(16).fill(undefined);
    const rest = path.subarray(shared + 1);
    children[path[shared] as number] = rest.length === 0 ? child : { kind: 'extension', path: rest, child };
    const branch = this.#updateBranch({ kind: 'branch', children }, depth + shared, from, to);
    return this.#join(path.subarray(0, shared), branch);
  }

  #updateBranch(node: Branch, depth: number, from: number, to: number): Ref | undefined {
    const path = this.#key(from).subarray(0, depth);
    const children = [...node.children];
    for (let start = from; start < to; ) {
      const nibble = this.#key(start)[depth] as number;
      let end = start + 1;
      while (end < to && this.#key(end)[depth] === nibble) end++;
      children[nibble] = this.#update(children[nibble], depth + 1, start, end);
      start = end;
    }
    const present = children.flatMap((child, nibble) => (child === undefined ? [] : [{ child, nibble }]));
    const [first, second] = present;
    if (first === undefined) return undefined;
    if (second !== undefined) return { kind: 'branch', children };
    return this.#collapse(joinPaths(path, Uint8Array.of(first.nibble)), first.child, first.nibble);
  }

  /** A branch with one child left becomes that child with one more nibble in front. */
  #collapse(childPath: Uint8Array, child: Ref, nibble: number): Ref | undefined {
    const prefix = Uint8Array.of(nibble);
    if (!(child instanceof Uint8Array)) return this.#join(prefix, child);
    const node = this.#load(childPath);
    if (node.kind === 'branch') return { kind: 'extension', path: prefix, child };
    this.#stale.set(pathKey(childPath), childPath);
    return this.#join(prefix, node);
  }

  #join(prefix: Uint8Array, ref: Ref | undefined): Ref | undefined {
    if (ref === undefined || prefix.length === 0) return ref;
    // Only a branch is ever left as a hash below an extension.
    if (ref instanceof Uint8Array || ref.kind === 'branch')
      return { kind: 'extension', path: prefix, child: ref };
    return { ...ref, path: joinPaths(prefix, ref.path) };
  }

  #key(index: number): Uint8Array {
    return (this.#changes[index] as TrieChange).key;
  }

  #load(path: Uint8Array): Node {
    const bytes = this.#store.get(path);
    if (bytes === undefined) throw new Error(`state trie: no node at path ${pathKey(path)}`);
    return decodeNode(bytes);
  }

  #take(path: Uint8Array): Node {
    this.#stale.set(pathKey(path), path);
    return this.#load(path);
  }

  #encode(node: Node, path: Uint8Array): Uint8Array {
    return encodeNode(node, (child, step) => {
      if (child instanceof Uint8Array) return child;
      const childPath = joinPaths(path, typeof step === 'number' ? Uint8Array.of(step) : step);
      const encoded = this.#encode(child, childPath);
      return encoded.length < 32 ? encoded : this.#write(encoded, childPath);
    });
  }

  #write(encoded: Uint8Array, path: Uint8Array): Uint8Array {
    this.#stale.delete(pathKey(path));
    this.#store.put(path, encoded);
    return this.#keccak(encoded);
  }
}

interface Write {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

function isWrite(change: TrieChange): change is Write {
  return change.value !== undefined;
}

/** A subtree of nothing but these keys (sorted, different, equal up to `depth`). */
function build(items: readonly Write[], depth: number): Node | undefined {
  const first = items[0];
  const last = items.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (items.length === 1) return { kind: 'leaf', path: first.key.slice(depth), value: first.value };
  const shared = commonPrefix(first.key.subarray(depth), last.key, depth);
  const fork = depth + shared;
  const children: (Node | undefined)[] = [];
  for (let nibble = 0, start = 0; nibble < 16; nibble++) {
    let end = start;
    while (end < items.length && (items[end] as Write).key[fork] === nibble) end++;
    children.push(build(items.slice(start, end), fork + 1));
    start = end;
  }
  const branch: Branch = { kind: 'branch', children };
  return shared === 0 ? branch : { kind: 'extension', path: first.key.slice(depth, fork), child: branch };
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function pathKey(path: Uint8Array): string {
  return String.fromCharCode(...path);
}
