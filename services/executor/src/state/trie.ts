/**
 * A Merkle Patricia trie that stays in memory from block to block as far as its budget goes.
 *
 * Changes are made one by one to the branches in memory and only marked; `commit` then comes by each changed branch
 * once, makes its children's references, hashes it and writes its row, whatever the number of changes below. Rows are
 * under their path, not under their hash: the database holds the newest trie and nothing else, so what disappears is
 * deleted at once and no two parts of a trie can share a row (the original's pruning fails on both,
 * docs/protocol/executor.md 12.2). Reads of state never come here, they have the flat snapshot; history is kept
 * beside the flat rows.
 */
import { RowWriter } from '../store/row-writer.ts';
import { addListHeader, Branch, HASH_BYTES, type KeccakInto, type RefPool, readBranch } from './branch.ts';
import {
  commonPrefix,
  fromHexPrefix,
  hexPrefix,
  isLeafOf,
  joinPaths,
  leafPath,
  nibbleAt,
} from './nibbles.ts';

/** Rows of the branches of one trie, by the first `depth` nibbles of a key; depth −1: the row of the root. */
export interface NodeStore {
  get(key: Uint8Array, depth: number): Uint8Array | undefined;
  put(key: Uint8Array, depth: number, row: Uint8Array): void;
  delete(key: Uint8Array, depth: number): void;
  /** The value of a key that has one and was not changed since the last commit. */
  value(key: Uint8Array): Uint8Array;
}

export interface TrieModules {
  readonly keccakInto: KeccakInto;
  readonly pool: RefPool;
}

/** K(0x80), on chains of both kinds. */
export const EMPTY_ROOT_HEX = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

const ROOT_DEPTH = -1;
/** A node and what is beside it while it is encoded: the longest is a branch with its header. */
const SCRATCH_BYTES = 1024;
const scratch = new Uint8Array(SCRATCH_BYTES);
const rows = new RowWriter();

/** Where a change goes down: branches and the child taken in each. */
interface Step {
  readonly branch: Branch;
  readonly index: number;
}

export class Trie {
  readonly #modules: TrieModules;
  /** A branch with one child, the trie's top node: so that nothing is special about it. */
  readonly #root: Branch;
  readonly #keyBytes: number;
  /** Branches that are gone and have rows. */
  #gone: { readonly key: Uint8Array; readonly depth: number }[] = [];
  #steps: Step[] = [];
  /** Bytes of memory, roughly. */
  footprint = 0;

  /** @param row of the root, if the trie is in the database. */
  constructor(keyBytes: number, row: Uint8Array | undefined, modules: TrieModules) {
    this.#modules = modules;
    this.#keyBytes = keyBytes;
    const refs = modules.pool.take();
    this.#root = row === undefined ? new Branch(refs) : readBranch(row, refs);
    this.footprint += this.#root.footprint;
  }

  /** Sets the value of a key, or removes it. The key is not copied. */
  set(key: Uint8Array, value: Uint8Array | undefined, store: NodeStore): void {
    this.#steps.length = 0;
    let branch = this.#root;
    let index = 0;
    let depth = 0;
    for (;;) {
      const path = branch.paths[index];
      if (!branch.has(index)) {
        if (value === undefined) return;
        branch.putLeaf(index, leafPath(key, depth), value);
        break;
      }
      if (branch.isLeaf(index)) {
        if (path === undefined) throw new Error('state trie: a leaf without a path');
        if (!isLeafOf(path, key, depth)) {
          if (value === undefined) return;
          this.#split({ branch, index }, fromHexPrefix(path), key, depth, value);
        } else if (value === undefined) {
          this.#remove(branch, index, key, depth);
        } else {
          branch.setValue(index, value);
        }
        break;
      }
      if (path !== undefined) {
        const nibbles = fromHexPrefix(path);
        const shared = commonPrefix(nibbles, key, depth);
        if (shared < nibbles.length) {
          if (value === undefined) return;
          this.#split({ branch, index }, nibbles, key, depth, value);
          break;
        }
        depth += nibbles.length;
      }
      this.#steps.push({ branch, index });
      branch = branch.loaded[index] ?? this.#load(branch, index, key, depth, store);
      index = nibbleAt(key, depth);
      depth++;
    }
    for (const step of this.#steps) step.branch.markStale(step.index);
  }

  /** Writes the rows of all that changed. Returns the root's 32 bytes. `serial` numbers the commits. */
  commit(serial: number, store: NodeStore): Uint8Array {
    for (const { key, depth } of this.#gone) store.delete(key, depth);
    this.#gone = [];
    const root = this.#root;
    if (root.present === 0) {
      if (root.isStored) store.delete(scratch, ROOT_DEPTH);
      root.isStored = false;
      root.isChanged = false;
      return this.#hash(Uint8Array.of(0x80));
    }
    const key = new Uint8Array(this.#keyBytes);
    this.#refresh(root, ROOT_DEPTH, key, serial, store);
    const ref = root.ref(0);
    return ref.length === HASH_BYTES ? ref.slice() : this.#hash(ref);
  }

  /**
   * Forgets branches that no commit since `serial` came by; on request only those at the bottom, with nothing but leaves.
   * Not between `set` and `commit`.
   */
  prune(serial: number, onlyBottom = false): void {
    const { pool } = this.#modules;
    const release = (branch: Branch): void => {
      for (const child of branch.loaded) if (child !== undefined) release(child);
      pool.give(branch.refs);
    };
    const keep = (branch: Branch): number => {
      let bytes = branch.footprint;
      branch.loaded.forEach((child, index) => {
        if (child === undefined) return;
        if (child.usedAt >= serial || (onlyBottom && child.leaves !== child.present)) {
          bytes += keep(child);
          return;
        }
        release(child);
        branch.loaded[index] = undefined;
      });
      return bytes;
    };
    this.footprint = keep(this.#root);
  }

  /** Gives the memory back; the trie is not used any more. */
  close(): void {
    this.prune(Number.POSITIVE_INFINITY);
    this.#modules.pool.give(this.#root.refs);
  }

  #load(parent: Branch, index: number, key: Uint8Array, depth: number, store: NodeStore): Branch {
    const row = store.get(key, depth);
    if (row === undefined) throw new Error(`state trie: no row for the branch at depth ${depth}`);
    const branch = readBranch(row, this.#modules.pool.take());
    parent.loaded[index] = branch;
    this.footprint += branch.footprint;
    return branch;
  }

  #newBranch(): Branch {
    const branch = new Branch(this.#modules.pool.take());
    this.footprint += branch.footprint;
    return branch;
  }

  /** Puts a branch where a child's path (`nibbles`) and a key part; both go below it. */
  #split(at: Step, nibbles: Uint8Array, key: Uint8Array, depth: number, value: Uint8Array): void {
    const { branch, index } = at;
    const shared = commonPrefix(nibbles, key, depth);
    const fork = this.#newBranch();
    const old = nibbles[shared] as number;
    const rest = nibbles.subarray(shared + 1);
    if (branch.isLeaf(index)) fork.putLeaf(old, hexPrefix(rest, true), branch.values?.[index]);
    else fork.putBranch(old, extensionPath(rest), branch.loaded[index]);
    fork.putLeaf(nibbleAt(key, depth + shared), leafPath(key, depth + shared + 1), value);
    branch.putBranch(index, extensionPath(nibbles.subarray(0, shared)), fork);
  }

  /** Removes a leaf. A branch with one child left becomes that child, with the nibbles of both in front. */
  #remove(branch: Branch, index: number, key: Uint8Array, depth: number): void {
    branch.remove(index);
    const above = this.#steps.at(-1);
    if (above === undefined) return;
    const left = branch.onlyChild;
    if (left < 0) return;
    this.#steps.pop();
    const path = branch.paths[left];
    const nibbles = joinPaths(
      extensionNibbles(above.branch.paths[above.index]),
      Uint8Array.of(left),
      path === undefined ? NO_NIBBLES : fromHexPrefix(path),
    );
    if (branch.isLeaf(left)) {
      above.branch.putLeaf(above.index, hexPrefix(nibbles, true), branch.values?.[left]);
    } else {
      const child = branch.loaded[left];
      above.branch.putBranch(above.index, extensionPath(nibbles), child);
    }
    if (branch.isStored) this.#gone.push({ key, depth: depth - 1 });
    this.footprint -= branch.footprint;
    this.#modules.pool.give(branch.refs);
  }

  /** Makes the references of stale children, then the row. `key` holds the first `depth` nibbles, the branch's path. */
  #refresh(branch: Branch, depth: number, key: Uint8Array, serial: number, store: NodeStore): void {
    branch.usedAt = serial;
    if (!branch.isChanged) return;
    for (let stale = branch.stale; stale !== 0; stale &= stale - 1) {
      const index = 31 - Math.clz32(stale & -stale);
      const below = depth + 1;
      if (depth >= 0) setNibble(key, depth, index);
      if (branch.isLeaf(index)) this.#refreshLeaf(branch, index, below, key, store);
      else this.#refreshBranch(branch, index, below, key, serial, store);
    }
    branch.stale = 0;
    branch.values = undefined;
    branch.isChanged = false;
    branch.writeRow(rows);
    store.put(key, depth, rows.take());
    branch.isStored = true;
  }

  #refreshLeaf(branch: Branch, index: number, depth: number, key: Uint8Array, store: NodeStore): void {
    const path = branch.paths[index];
    if (path === undefined) throw new Error('state trie: a leaf without a path');
    let value = branch.values?.[index];
    if (value === undefined) {
      const whole = key.slice();
      const nibbles = fromHexPrefix(path);
      for (let i = 0; i < nibbles.length; i++) setNibble(whole, depth + i, nibbles[i] as number);
      value = store.value(whole);
    }
    let at = writeString(path, 3);
    at = writeString(value, at);
    branch.setRef(index, scratch, addListHeader(scratch, 3, at), this.#modules.keccakInto);
  }

  #refreshBranch(
    branch: Branch,
    index: number,
    depth: number,
    key: Uint8Array,
    serial: number,
    store: NodeStore,
  ): void {
    const path = branch.paths[index];
    const nibbles = extensionNibbles(path);
    for (let i = 0; i < nibbles.length; i++) setNibble(key, depth + i, nibbles[i] as number);
    const childDepth = depth + nibbles.length;
    const child = branch.loaded[index] ?? this.#load(branch, index, key, childDepth, store);
    this.#refresh(child, childDepth, key, serial, store);
    branch.setRef(index, scratch, child.writeRlp(scratch), this.#modules.keccakInto);
    if (path === undefined) return;
    // An extension: what refers to it is made of what refers to the branch.
    const ref = branch.ref(index);
    let at = writeString(path, 3);
    if (ref.length === HASH_BYTES) scratch[at++] = 0x80 + HASH_BYTES;
    scratch.set(ref, at);
    at += ref.length;
    branch.setRef(index, scratch, addListHeader(scratch, 3, at), this.#modules.keccakInto);
  }

  #hash(data: Uint8Array): Uint8Array {
    const hash = new Uint8Array(HASH_BYTES);
    this.#modules.keccakInto(data, hash, 0);
    return hash;
  }
}

const NO_NIBBLES = new Uint8Array(0);

function extensionPath(nibbles: Uint8Array): Uint8Array | undefined {
  return nibbles.length === 0 ? undefined : hexPrefix(nibbles, false);
}

function extensionNibbles(path: Uint8Array | undefined): Uint8Array {
  return path === undefined ? NO_NIBBLES : fromHexPrefix(path);
}

function setNibble(key: Uint8Array, index: number, nibble: number): void {
  const at = index >> 1;
  const byte = key[at] as number;
  key[at] = (index & 1) === 0 ? (byte & 0x0f) | (nibble << 4) : (byte & 0xf0) | nibble;
}

/** An RLP string of at most 255 bytes into the scratch memory; returns where it ends. */
function writeString(bytes: Uint8Array, start: number): number {
  let at = start;
  const { length } = bytes;
  if (length > 55) {
    scratch[at++] = 0xb8;
    scratch[at++] = length;
  } else if (length !== 1 || (bytes[0] as number) >= 0x80) {
    scratch[at++] = 0x80 + length;
  }
  for (let i = 0; i < length; i++) scratch[at++] = bytes[i] as number;
  return at;
}
