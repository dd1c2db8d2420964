// SM3 (GB/T 32905-2016), one block at a time.

/** Bytes of a state, and of a digest. */
export const STATE: usize = 32;

const INITIAL: usize = memory.data<u32>(
  [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e], 16);
/** The 68 expanded words of a block. */
const WORDS: usize = memory.data(272, 16);

export function start(state: usize): void {
  memory.copy(state, INITIAL, STATE);
}

// @ts-ignore: decorator
@inline
function word(index: usize): u32 {
  return load<u32>(WORDS + 4 * index);
}
// @ts-ignore: decorator
@inline
function p0(x: u32): u32 {
  return x ^ rotl(x, 9) ^ rotl(x, 17);
}
// @ts-ignore: decorator
@inline
function p1(x: u32): u32 {
  return x ^ rotl(x, 15) ^ rotl(x, 23);
}

/** @param block 64 bytes */
export function compress(state: usize, block: usize): void {
  for (let i: usize = 0; i < 16; i++) store<u32>(WORDS + 4 * i, bswap<u32>(load<u32>(block + 4 * i)));
  for (let i: usize = 16; i < 68; i++) {
    const x = p1(word(i - 16) ^ word(i - 9) ^ rotl(word(i - 3), 15)) ^ rotl(word(i - 13), 7) ^ word(i - 6);
    store<u32>(WORDS + 4 * i, x);
  }
  let a = load<u32>(state, 0), b = load<u32>(state, 4), c = load<u32>(state, 8), d = load<u32>(state, 12);
  let e = load<u32>(state, 16), f = load<u32>(state, 20), g = load<u32>(state, 24), h = load<u32>(state, 28);
  let t: u32 = 0x79cc4519;
  for (let j: usize = 0; j < 64; j++) {
    if (j == 16) t = 0x9d8a7a87; // 7a879d8a, turned by 16
    const a12 = rotl(a, 12), ss1 = rotl(a12 + e + t, 7), w = word(j);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = ff + d + (ss1 ^ a12) + (w ^ word(j + 4)), tt2 = gg + h + ss1 + w;
    d = c, c = rotl(b, 9), b = a, a = tt1;
    h = g, g = rotl(f, 19), f = e, e = p0(tt2);
    t = rotl(t, 1);
  }
  store<u32>(state, load<u32>(state, 0) ^ a, 0);
  store<u32>(state, load<u32>(state, 4) ^ b, 4);
  store<u32>(state, load<u32>(state, 8) ^ c, 8);
  store<u32>(state, load<u32>(state, 12) ^ d, 12);
  store<u32>(state, load<u32>(state, 16) ^ e, 16);
  store<u32>(state, load<u32>(state, 20) ^ f, 20);
  store<u32>(state, load<u32>(state, 24) ^ g, 24);
  store<u32>(state, load<u32>(state, 28) ^ h, 28);
}

/** The state as 32 bytes. */
export function writeState(out: usize, state: usize): void {
  for (let i: usize = 0; i < STATE; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(state + i)));
}
