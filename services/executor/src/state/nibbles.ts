/**
 * Paths in a trie: one array element per half byte; and the hex-prefix form in which nodes keep them: a flag nibble
 * (2 = leaf, 1 = odd length), a zero nibble if even, then the path.
 */

export function nibbleAt(key: Uint8Array, index: number): number {
  const byte = key[index >> 1] as number;
  return (index & 1) === 0 ? byte >> 4 : byte & 15;
}

export function toNibbles(bytes: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < nibbles.length; i++) nibbles[i] = nibbleAt(bytes, i);
  return nibbles;
}

export function hexPrefix(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length & 1;
  const flag = (isLeaf ? 2 : 0) + odd;
  const bytes = new Uint8Array((path.length >> 1) + 1);
  bytes[0] = odd === 1 ? flag * 16 + (path[0] as number) : flag * 16;
  for (let at = odd, i = 1; at < path.length; at += 2, i++) {
    bytes[i] = (path[at] as number) * 16 + (path[at + 1] as number);
  }
  return bytes;
}

/** The path of a hex-prefix form. */
export function fromHexPrefix(bytes: Uint8Array): Uint8Array {
  const nibbles = toNibbles(bytes);
  return nibbles.subarray(((nibbles[0] ?? 0) & 1) === 1 ? 1 : 2);
}

/** The leaf's hex-prefix form of what of a key comes after its first `depth` nibbles. */
export function leafPath(key: Uint8Array, depth: number): Uint8Array {
  const from = (depth + 1) >> 1;
  const bytes = new Uint8Array(1 + key.length - from);
  bytes[0] = (depth & 1) === 0 ? 0x20 : 0x30 + ((key[depth >> 1] as number) & 15);
  for (let i = 1; i < bytes.length; i++) bytes[i] = key[from + i - 1] as number;
  return bytes;
}

/** Whether the path of a leaf at `depth` is the rest of this key. */
export function isLeafOf(path: Uint8Array, key: Uint8Array, depth: number): boolean {
  if ((depth & 1) === 1 && ((path[0] as number) & 15) !== ((key[depth >> 1] as number) & 15)) return false;
  const from = (depth + 1) >> 1;
  for (let i = 1; i < path.length; i++) if (path[i] !== key[from + i - 1]) return false;
  return true;
}

/** How many nibbles of a path agree with those of a key from `depth` on. */
export function commonPrefix(path: Uint8Array, key: Uint8Array, depth: number): number {
  let length = 0;
  while (length < path.length && path[length] === nibbleAt(key, depth + length)) length++;
  return length;
}

export function joinPaths(...paths: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(paths.reduce((length, path) => length + path.length, 0));
  let at = 0;
  for (const path of paths) {
    joined.set(path, at);
    at += path.length;
  }
  return joined;
}
