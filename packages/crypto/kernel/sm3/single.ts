// SM3 (GB/T 32905-2016) of one message. The words of a block and the state stay in variables, of which a machine keeps as many
// as it can in registers: the names change places instead of the values.

/** The state; in the end, as bytes, the digest. */
export const STATE: usize = memory.data(32, 16);
const STATE_BYTES: usize = 32;
const BLOCK: usize = 64;

const INITIAL: usize = memory.data<u32>([
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
], 16);

/** T of each round, turned by its number. */
const CONSTANTS: usize = memory.data<u32>([
  0x79cc4519, 0xf3988a32, 0xe7311465, 0xce6228cb, 0x9cc45197, 0x3988a32f, 0x7311465e, 0xe6228cbc,
  0xcc451979, 0x988a32f3, 0x311465e7, 0x6228cbce, 0xc451979c, 0x88a32f39, 0x11465e73, 0x228cbce6,
  0x9d8a7a87, 0x3b14f50f, 0x7629ea1e, 0xec53d43c, 0xd8a7a879, 0xb14f50f3, 0x629ea1e7, 0xc53d43ce,
  0x8a7a879d, 0x14f50f3b, 0x29ea1e76, 0x53d43cec, 0xa7a879d8, 0x4f50f3b1, 0x9ea1e762, 0x3d43cec5,
  0x7a879d8a, 0xf50f3b14, 0xea1e7629, 0xd43cec53, 0xa879d8a7, 0x50f3b14f, 0xa1e7629e, 0x43cec53d,
  0x879d8a7a, 0x0f3b14f5, 0x1e7629ea, 0x3cec53d4, 0x79d8a7a8, 0xf3b14f50, 0xe7629ea1, 0xcec53d43,
  0x9d8a7a87, 0x3b14f50f, 0x7629ea1e, 0xec53d43c, 0xd8a7a879, 0xb14f50f3, 0x629ea1e7, 0xc53d43ce,
  0x8a7a879d, 0x14f50f3b, 0x29ea1e76, 0x53d43cec, 0xa7a879d8, 0x4f50f3b1, 0x9ea1e762, 0x3d43cec5,
], 16);

// @ts-ignore: decorator
@inline
function word(block: usize, index: usize): u32 {
  return bswap<u32>(load<u32>(block + 4 * index));
}
/** The word of the block 16 words on, from those 16, 9, 3, 13 and 6 before it. */
// @ts-ignore: decorator
@inline
function expanded(w16: u32, w9: u32, w3: u32, w13: u32, w6: u32): u32 {
  const x = w16 ^ w9 ^ rotl(w3, 15);
  return x ^ rotl(x, 15) ^ rotl(x, 23) ^ rotl(w13, 7) ^ w6;
}
/** SS1. */
// @ts-ignore: decorator
@inline
function mixed(a: u32, e: u32, round: usize): u32 {
  return rotl(rotl(a, 12) + load<u32>(CONSTANTS + 4 * round) + e, 7);
}
// The new value of D (TT1) and of H (P0 of TT2), with the functions FF and GG of the first 16 rounds and of the others.
// @ts-ignore: decorator
@inline
function earlyD(a: u32, b: u32, c: u32, d: u32, ss1: u32, w: u32, w4: u32): u32 {
  return d + (w ^ w4) + (a ^ b ^ c) + (ss1 ^ rotl(a, 12));
}
// @ts-ignore: decorator
@inline
function lateD(a: u32, b: u32, c: u32, d: u32, ss1: u32, w: u32, w4: u32): u32 {
  return d + (w ^ w4) + ((a & b) | ((a | b) & c)) + (ss1 ^ rotl(a, 12));
}
// @ts-ignore: decorator
@inline
function earlyH(e: u32, f: u32, g: u32, h: u32, ss1: u32, w: u32): u32 {
  return p0(h + w + (e ^ f ^ g) + ss1);
}
// @ts-ignore: decorator
@inline
function lateH(e: u32, f: u32, g: u32, h: u32, ss1: u32, w: u32): u32 {
  return p0(h + w + ((e & f) + (~e & g)) + ss1);
}
// @ts-ignore: decorator
@inline
function p0(x: u32): u32 {
  return x ^ rotl(x, 9) ^ rotl(x, 17);
}
// @ts-ignore: decorator
@inline
function added(index: usize, value: u32): void {
  const at = STATE + 4 * index;
  store<u32>(at, load<u32>(at) ^ value);
}

function compress(block: usize): void {
  let w0 = word(block, 0), w1 = word(block, 1), w2 = word(block, 2), w3 = word(block, 3);
  let w4 = word(block, 4), w5 = word(block, 5), w6 = word(block, 6), w7 = word(block, 7);
  let w8 = word(block, 8), w9 = word(block, 9), w10 = word(block, 10), w11 = word(block, 11);
  let w12 = word(block, 12), w13 = word(block, 13), w14 = word(block, 14), w15 = word(block, 15);
  let a = load<u32>(STATE, 0), b = load<u32>(STATE, 4), c = load<u32>(STATE, 8), d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16), f = load<u32>(STATE, 20), g = load<u32>(STATE, 24), h = load<u32>(STATE, 28);
  let t: u32;
  t = mixed(a, e, 0), d = earlyD(a, b, c, d, t, w0, w4), h = earlyH(e, f, g, h, t, w0), b = rotl(b, 9), f = rotl(f, 19);
  t = mixed(d, h, 1), c = earlyD(d, a, b, c, t, w1, w5), g = earlyH(h, e, f, g, t, w1), a = rotl(a, 9), e = rotl(e, 19);
  t = mixed(c, g, 2), b = earlyD(c, d, a, b, t, w2, w6), f = earlyH(g, h, e, f, t, w2), d = rotl(d, 9), h = rotl(h, 19);
  t = mixed(b, f, 3), a = earlyD(b, c, d, a, t, w3, w7), e = earlyH(f, g, h, e, t, w3), c = rotl(c, 9), g = rotl(g, 19);
  t = mixed(a, e, 4), d = earlyD(a, b, c, d, t, w4, w8), h = earlyH(e, f, g, h, t, w4), b = rotl(b, 9), f = rotl(f, 19);
  t = mixed(d, h, 5), c = earlyD(d, a, b, c, t, w5, w9), g = earlyH(h, e, f, g, t, w5), a = rotl(a, 9), e = rotl(e, 19);
  t = mixed(c, g, 6), b = earlyD(c, d, a, b, t, w6, w10), f = earlyH(g, h, e, f, t, w6), d = rotl(d, 9), h = rotl(h, 19);
  t = mixed(b, f, 7), a = earlyD(b, c, d, a, t, w7, w11), e = earlyH(f, g, h, e, t, w7), c = rotl(c, 9), g = rotl(g, 19);
  t = mixed(a, e, 8), d = earlyD(a, b, c, d, t, w8, w12), h = earlyH(e, f, g, h, t, w8), b = rotl(b, 9), f = rotl(f, 19);
  t = mixed(d, h, 9), c = earlyD(d, a, b, c, t, w9, w13), g = earlyH(h, e, f, g, t, w9), a = rotl(a, 9), e = rotl(e, 19);
  t = mixed(c, g, 10), b = earlyD(c, d, a, b, t, w10, w14), f = earlyH(g, h, e, f, t, w10), d = rotl(d, 9), h = rotl(h, 19);
  t = mixed(b, f, 11), a = earlyD(b, c, d, a, t, w11, w15), e = earlyH(f, g, h, e, t, w11), c = rotl(c, 9), g = rotl(g, 19);
  w0 = expanded(w0, w7, w13, w3, w10);
  t = mixed(a, e, 12), d = earlyD(a, b, c, d, t, w12, w0), h = earlyH(e, f, g, h, t, w12), b = rotl(b, 9), f = rotl(f, 19);
  w1 = expanded(w1, w8, w14, w4, w11);
  t = mixed(d, h, 13), c = earlyD(d, a, b, c, t, w13, w1), g = earlyH(h, e, f, g, t, w13), a = rotl(a, 9), e = rotl(e, 19);
  w2 = expanded(w2, w9, w15, w5, w12);
  t = mixed(c, g, 14), b = earlyD(c, d, a, b, t, w14, w2), f = earlyH(g, h, e, f, t, w14), d = rotl(d, 9), h = rotl(h, 19);
  w3 = expanded(w3, w10, w0, w6, w13);
  t = mixed(b, f, 15), a = earlyD(b, c, d, a, t, w15, w3), e = earlyH(f, g, h, e, t, w15), c = rotl(c, 9), g = rotl(g, 19);
  for (let i: usize = 16; i < 64; i += 16) {
    w4 = expanded(w4, w11, w1, w7, w14);
    t = mixed(a, e, i), d = lateD(a, b, c, d, t, w0, w4), h = lateH(e, f, g, h, t, w0), b = rotl(b, 9), f = rotl(f, 19);
    w5 = expanded(w5, w12, w2, w8, w15);
    t = mixed(d, h, i + 1), c = lateD(d, a, b, c, t, w1, w5), g = lateH(h, e, f, g, t, w1), a = rotl(a, 9), e = rotl(e, 19);
    w6 = expanded(w6, w13, w3, w9, w0);
    t = mixed(c, g, i + 2), b = lateD(c, d, a, b, t, w2, w6), f = lateH(g, h, e, f, t, w2), d = rotl(d, 9), h = rotl(h, 19);
    w7 = expanded(w7, w14, w4, w10, w1);
    t = mixed(b, f, i + 3), a = lateD(b, c, d, a, t, w3, w7), e = lateH(f, g, h, e, t, w3), c = rotl(c, 9), g = rotl(g, 19);
    w8 = expanded(w8, w15, w5, w11, w2);
    t = mixed(a, e, i + 4), d = lateD(a, b, c, d, t, w4, w8), h = lateH(e, f, g, h, t, w4), b = rotl(b, 9), f = rotl(f, 19);
    w9 = expanded(w9, w0, w6, w12, w3);
    t = mixed(d, h, i + 5), c = lateD(d, a, b, c, t, w5, w9), g = lateH(h, e, f, g, t, w5), a = rotl(a, 9), e = rotl(e, 19);
    w10 = expanded(w10, w1, w7, w13, w4);
    t = mixed(c, g, i + 6), b = lateD(c, d, a, b, t, w6, w10), f = lateH(g, h, e, f, t, w6), d = rotl(d, 9), h = rotl(h, 19);
    w11 = expanded(w11, w2, w8, w14, w5);
    t = mixed(b, f, i + 7), a = lateD(b, c, d, a, t, w7, w11), e = lateH(f, g, h, e, t, w7), c = rotl(c, 9), g = rotl(g, 19);
    w12 = expanded(w12, w3, w9, w15, w6);
    t = mixed(a, e, i + 8), d = lateD(a, b, c, d, t, w8, w12), h = lateH(e, f, g, h, t, w8), b = rotl(b, 9), f = rotl(f, 19);
    w13 = expanded(w13, w4, w10, w0, w7);
    t = mixed(d, h, i + 9), c = lateD(d, a, b, c, t, w9, w13), g = lateH(h, e, f, g, t, w9), a = rotl(a, 9), e = rotl(e, 19);
    w14 = expanded(w14, w5, w11, w1, w8);
    t = mixed(c, g, i + 10), b = lateD(c, d, a, b, t, w10, w14), f = lateH(g, h, e, f, t, w10), d = rotl(d, 9), h = rotl(h, 19);
    w15 = expanded(w15, w6, w12, w2, w9);
    t = mixed(b, f, i + 11), a = lateD(b, c, d, a, t, w11, w15), e = lateH(f, g, h, e, t, w11), c = rotl(c, 9), g = rotl(g, 19);
    w0 = expanded(w0, w7, w13, w3, w10);
    t = mixed(a, e, i + 12), d = lateD(a, b, c, d, t, w12, w0), h = lateH(e, f, g, h, t, w12), b = rotl(b, 9), f = rotl(f, 19);
    w1 = expanded(w1, w8, w14, w4, w11);
    t = mixed(d, h, i + 13), c = lateD(d, a, b, c, t, w13, w1), g = lateH(h, e, f, g, t, w13), a = rotl(a, 9), e = rotl(e, 19);
    w2 = expanded(w2, w9, w15, w5, w12);
    t = mixed(c, g, i + 14), b = lateD(c, d, a, b, t, w14, w2), f = lateH(g, h, e, f, t, w14), d = rotl(d, 9), h = rotl(h, 19);
    w3 = expanded(w3, w10, w0, w6, w13);
    t = mixed(b, f, i + 15), a = lateD(b, c, d, a, t, w15, w3), e = lateH(f, g, h, e, t, w15), c = rotl(c, 9), g = rotl(g, 19);
  }
  added(0, a), added(1, b), added(2, c), added(3, d);
  added(4, e), added(5, f), added(6, g), added(7, h);
}

/** The digest is then at STATE. There must be room for the padding, up to 72 bytes. */
export function hashMessage(message: usize, length: usize): void {
  memory.copy(STATE, INITIAL, STATE_BYTES);
  const end = pad(message, length);
  for (let block = message; block < end; block += BLOCK) compress(block);
  for (let i: usize = 0; i < STATE_BYTES; i += 4) store<u32>(STATE + i, bswap<u32>(load<u32>(STATE + i)));
}

/** A 1 bit, zeros, and the length in bits. Answers where the padded message ends. */
function pad(message: usize, length: usize): usize {
  const padded = (length + 1 + 8 + BLOCK - 1) & ~(BLOCK - 1);
  memory.fill(message + length, 0, padded - length);
  store<u8>(message + length, 0x80);
  store<u64>(message + padded - 8, bswap<u64>(8 * <u64>length));
  return message + padded;
}
