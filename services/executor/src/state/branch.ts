/**
 * A branch of a Merkle Patricia trie in memory, and as a row. Leaves and extensions are no nodes of their own here:
 * the branch above keeps their paths and their references, so that a changed value costs one row, that of the branch,
 * whatever hangs below it. Values are not kept at all, they are in the flat state.
 *
 * A row: bitmaps of the children there are, of those that are leaves, of those with a path (leaves and extensions), of
 * those whose reference is a hash; then per child the reference (with its length in front unless it is a hash) and
 * the path, with its length in front.
 */
import { RowReader, type RowWriter } from '../store/row-writer.ts';

const CHILDREN = 16;
export const HASH_BYTES = 32;
/** Per child: the length of its reference and up to 32 bytes. */
const REF_STRIDE = 1 + HASH_BYTES;
const REFS_BYTES = CHILDREN * REF_STRIDE;
const SLAB_BRANCHES = 512;
/** A branch object with its arrays; each path adds to that. */
const BRANCH_FOOTPRINT = REFS_BYTES + 600;
const PATH_FOOTPRINT = 160;

/**
 * References of many branches in one piece of memory, used again when a branch leaves: memory by the half kilobyte
 * is what the garbage collector is slowest at.
 */
export class RefPool {
  readonly #free: Uint8Array[] = [];

  take(): Uint8Array {
    const refs = this.#free.pop();
    if (refs !== undefined) return refs.fill(0);
    const slab = new Uint8Array(SLAB_BRANCHES * REFS_BYTES);
    for (let at = REFS_BYTES; at < slab.length; at += REFS_BYTES)
      this.#free.push(slab.subarray(at, at + REFS_BYTES));
    return slab.subarray(0, REFS_BYTES);
  }

  give(refs: Uint8Array): void {
    this.#free.push(refs);
  }
}

/** K of the data, written at an offset. */
export type KeccakInto = (data: Uint8Array, out: Uint8Array, offset: number) => void;

export class Branch {
  /** References of the children: what stands for each in this node's RLP, a hash or an RLP shorter than that. */
  readonly refs: Uint8Array;
  /** Bitmaps over the children: there is one; it is a leaf; its reference has to be made again. */
  present = 0;
  leaves = 0;
  stale = 0;
  /** The row has to be written again. */
  isChanged = false;
  /** Branches in memory. A child that is present, no leaf and not here is on disk. */
  readonly loaded = new Array<Branch | undefined>(CHILDREN).fill(undefined);
  /** Hex-prefix forms: of leaves always, of branches where an extension leads to them. */
  readonly paths = new Array<Uint8Array | undefined>(CHILDREN).fill(undefined);
  /** New values of stale leaves. A stale leaf without one has only moved: its value is as the flat state has it. */
  values: (Uint8Array | undefined)[] | undefined;
  /** There is a row for it. */
  isStored = false;
  /** The last commit that came by. */
  usedAt = 0;

  constructor(refs: Uint8Array) {
    this.refs = refs;
  }

  has(index: number): boolean {
    return (this.present & (1 << index)) !== 0;
  }

  isLeaf(index: number): boolean {
    return (this.leaves & (1 << index)) !== 0;
  }

  putLeaf(index: number, path: Uint8Array, value: Uint8Array | undefined): void {
    this.present |= 1 << index;
    this.leaves |= 1 << index;
    this.paths[index] = path;
    this.loaded[index] = undefined;
    this.setValue(index, value);
  }

  putBranch(index: number, path: Uint8Array | undefined, branch: Branch | undefined): void {
    this.present |= 1 << index;
    this.leaves &= ~(1 << index);
    this.markStale(index);
    this.paths[index] = path;
    this.loaded[index] = branch;
    if (this.values !== undefined) this.values[index] = undefined;
  }

  setValue(index: number, value: Uint8Array | undefined): void {
    this.markStale(index);
    if (value === undefined && this.values === undefined) return;
    this.values ??= new Array<Uint8Array | undefined>(CHILDREN).fill(undefined);
    this.values[index] = value;
  }

  markStale(index: number): void {
    this.stale |= 1 << index;
    this.isChanged = true;
  }

  remove(index: number): void {
    this.isChanged = true;
    this.present &= ~(1 << index);
    this.leaves &= ~(1 << index);
    this.stale &= ~(1 << index);
    this.paths[index] = undefined;
    this.loaded[index] = undefined;
    if (this.values !== undefined) this.values[index] = undefined;
    this.refs[index * REF_STRIDE] = 0;
  }

  /** The only child's index; −1 if there is none or more than one. */
  get onlyChild(): number {
    const { present } = this;
    return present !== 0 && (present & (present - 1)) === 0 ? 31 - Math.clz32(present) : -1;
  }

  /** Refers to a child by its hash, or, if its RLP is shorter than that, by itself. */
  setRef(index: number, rlp: Uint8Array, length: number, keccakInto: KeccakInto): void {
    const at = index * REF_STRIDE;
    if (length < HASH_BYTES) {
      this.refs[at] = length;
      for (let i = 0; i < length; i++) this.refs[at + 1 + i] = rlp[i] as number;
    } else {
      this.refs[at] = HASH_BYTES;
      keccakInto(rlp.subarray(0, length), this.refs, at + 1);
    }
  }

  /** A view. */
  ref(index: number): Uint8Array {
    const at = index * REF_STRIDE;
    return this.refs.subarray(at + 1, at + 1 + (this.refs[at] as number));
  }

  /** Writes the node's RLP at the start of the buffer (at least 600 bytes); returns its length. */
  writeRlp(buffer: Uint8Array): number {
    const { refs } = this;
    // Room for the longest list header; a full branch has 532 bytes.
    let at = 3;
    for (let child = 0; child < REFS_BYTES; child += REF_STRIDE) {
      const length = refs[child] as number;
      if (length === 0) {
        buffer[at++] = 0x80;
        continue;
      }
      if (length === HASH_BYTES) buffer[at++] = 0x80 + HASH_BYTES;
      for (let i = 1; i <= length; i++) buffer[at++] = refs[child + i] as number;
    }
    buffer[at++] = 0x80;
    return addListHeader(buffer, 3, at);
  }

  get footprint(): number {
    let paths = 0;
    for (const path of this.paths) if (path !== undefined) paths++;
    return BRANCH_FOOTPRINT + PATH_FOOTPRINT * paths;
  }

  writeRow(writer: RowWriter): void {
    const { refs, paths, present } = this;
    let withPath = 0;
    let hashed = 0;
    for (let index = 0; index < CHILDREN; index++) {
      if (paths[index] !== undefined) withPath |= 1 << index;
      if (refs[index * REF_STRIDE] === HASH_BYTES) hashed |= 1 << index;
    }
    writer.uint16(present);
    writer.uint16(this.leaves);
    writer.uint16(withPath);
    writer.uint16(hashed);
    for (let index = 0; index < CHILDREN; index++) {
      if (!this.has(index)) continue;
      const at = index * REF_STRIDE;
      const length = refs[at] as number;
      // The length is in front of the reference already.
      writer.range(refs, length === HASH_BYTES ? at + 1 : at, at + 1 + length);
      const path = paths[index];
      if (path === undefined) continue;
      writer.byte(path.length);
      writer.bytes(path);
    }
  }
}

export function readBranch(row: Uint8Array, refs: Uint8Array): Branch {
  const reader = new RowReader(row);
  const branch = new Branch(refs);
  branch.isStored = true;
  branch.present = reader.uint16();
  branch.leaves = reader.uint16();
  const withPath = reader.uint16();
  const hashed = reader.uint16();
  for (let index = 0; index < CHILDREN; index++) {
    if (!branch.has(index)) continue;
    const length = (hashed & (1 << index)) !== 0 ? HASH_BYTES : reader.byte();
    refs[index * REF_STRIDE] = length;
    refs.set(reader.bytes(length), index * REF_STRIDE + 1);
    if ((withPath & (1 << index)) !== 0) branch.paths[index] = reader.bytes(reader.byte());
  }
  return branch;
}

/**
 * Makes a list of the encoded items from `from` (at least 3) to `to`, its header in front of them; moves all to the
 * start of the buffer. Returns the length.
 */
export function addListHeader(buffer: Uint8Array, from: number, to: number): number {
  const length = to - from;
  let start = from;
  if (length <= 55) {
    buffer[--start] = 0xc0 + length;
  } else if (length < 256) {
    buffer[--start] = length;
    buffer[--start] = 0xf8;
  } else {
    buffer[--start] = length & 0xff;
    buffer[--start] = length >> 8;
    buffer[--start] = 0xf9;
  }
  if (start > 0) buffer.copyWithin(0, start, to);
  return to - start;
}
