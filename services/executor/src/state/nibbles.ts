/** Paths in a trie: one array element per half byte; and the hex-prefix form in which nodes keep them. */

export function toNibbles(bytes: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    nibbles[2 * i] = byte >> 4;
    nibbles[2 * i + 1] = byte & 15;
  }
  return nibbles;
}

/** Flag nibble (2 = leaf, 1 = odd length), a zero nibble if even, then the path. */
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

export function fromHexPrefix(bytes: Uint8Array): { path: Uint8Array; isLeaf: boolean } {
  const nibbles = toNibbles(bytes);
  const flag = nibbles[0] ?? 0;
  return { path: nibbles.slice(flag & 1 ? 1 : 2), isLeaf: (flag & 2) !== 0 };
}

/** How many nibbles from `depth` on of a key agree with a path. */
export function commonPrefix(path: Uint8Array, key: Uint8Array, depth: number): number {
  let length = 0;
  while (length < path.length && path[length] === key[depth + length]) length++;
  return length;
}

export function joinPaths(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
