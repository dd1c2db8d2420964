// Inverses modulo the prime or the order: Bernstein and Yang, "Fast constant-time gcd computation and modular inversion"
// (2019), of which we take the steps but not the constant time. 30 steps at a time look only at the low bits of f and g; what
// they do is a matrix, which then is applied to all of f, g, and to d, e with d x = f, e x = g (mod m), up to powers of 2.

/** A number of up to 270 bits: nine signed limbs of 30 bits. */
const LIMBS: usize = 9;
const LAST: usize = 32;
const ONES_30: i64 = 0x3fffffff;
const STEPS = 30;

/** A modulus: its limbs, then 1 / m mod 2^30. */
export const MOD_P: usize = memory.data<i32>(
  [0x3ffffc2f, 0x3ffffffb, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0xffff, 0x2ddacacf], 16);
export const MOD_N: usize = memory.data<i32>(
  [0x10364141, 0x3f497a33, 0x348a03bb, 0x2bb739ab, 0x3ffffeba, 0x3fffffff, 0x3fffffff, 0x3fffffff, 0xffff, 0x2a774ec1], 16);
const INVERSE_30: usize = 36;

const F: usize = memory.data(36, 16);
const G: usize = memory.data(36, 16);
const D: usize = memory.data(36, 16);
const E: usize = memory.data(36, 16);
const REST: usize = memory.data(36, 16);

/** The matrix of the last 30 steps: 2^30 f' = u f + v g, 2^30 g' = q f + r g. */
let u: i32 = 1;
let v: i32 = 0;
let q: i32 = 0;
let r: i32 = 1;
/** Limbs that f and g still have. */
let length: usize = LIMBS;

/** out = 1 / a modulo m; 0 for 0. Numbers as in number.ts. @param a below m @param m MOD_P or MOD_N */
export function invert(out: usize, a: usize, m: usize): void {
  memory.copy(F, m, 36);
  toLimbs(G, a);
  memory.fill(D, 0, 36);
  memory.fill(E, 0, 36);
  store<i32>(E, 1);
  length = LIMBS;
  let eta = -1;
  while (!isZeroG()) {
    eta = steps(eta, load<i32>(F), load<i32>(G));
    applyModulo(m);
    apply();
    shorten();
  }
  // f is now 1 or -1, and d x = f.
  if (load<i32>(F + 4 * (length - 1)) < 0) addTimes(D, D, -2, D);
  while (load<i32>(D, LAST) < 0) addTimes(D, D, 1, m);
  for (;;) {
    addTimes(REST, D, -1, m);
    if (load<i32>(REST, LAST) < 0) break;
    memory.copy(D, REST, 36);
  }
  fromLimbs(out, D);
}

function toLimbs(out: usize, a: usize): void {
  for (let i: usize = 0; i < LIMBS; i++) {
    const bit = i * 30, word = bit >> 6, shift = bit & 63;
    let limb = load<u64>(a + 8 * word) >> shift;
    if (shift > 34 && word < 3) limb |= load<u64>(a + 8 * word + 8) << (64 - shift);
    store<i32>(out + 4 * i, i32(limb & ONES_30));
  }
}

function fromLimbs(out: usize, a: usize): void {
  memory.fill(out, 0, 32);
  for (let i: usize = 0; i < LIMBS; i++) {
    const bit = i * 30, word = bit >> 6, shift = bit & 63, limb = u64(load<i32>(a + 4 * i)), at = out + 8 * word;
    store<u64>(at, load<u64>(at) | (limb << shift));
    if (shift > 34 && word < 3) store<u64>(at + 8, limb >> (64 - shift));
  }
}

function isZeroG(): bool {
  let bits = 0;
  for (let i: usize = 0; i < length; i++) bits |= load<i32>(G + 4 * i);
  return bits == 0;
}

/** 30 steps with the low bits of f and g: makes the matrix. Answers the next eta, which is -delta of the paper. */
function steps(eta: i32, f: i32, g: i32): i32 {
  let a = 1, b = 0, c = 0, d = 1;
  for (let left = STEPS; ; ) {
    // Steps with an even g halve it.
    const zeros = ctz(g | (-1 << left));
    g >>= zeros, a <<= zeros, b <<= zeros, eta -= zeros, left -= zeros;
    if (left == 0) break;
    if (eta < 0) {
      eta = -eta;
      let kept = f;
      f = g, g = -kept;
      kept = a, a = c, c = -kept;
      kept = b, b = d, d = -kept;
    }
    // As many multiples of f at once as end in zeros and change nothing else: 1 / f = f (2 - f^2) (mod 2^6).
    const times = (g * f * (f * f - 2)) & ((1 << min(min(eta + 1, left), 6)) - 1);
    g += f * times, c += a * times, d += b * times;
  }
  u = a, v = b, q = c, r = d;
  return eta;
}

// @ts-ignore: decorator
@inline
function limb(a: usize, i: usize): i64 {
  return i64(load<i32>(a + 4 * i));
}

/** The matrix to f and g: the low 30 bits of the sums are 0. */
function apply(): void {
  const u64s: i64 = u, v64: i64 = v, q64: i64 = q, r64: i64 = r;
  let f = u64s * limb(F, 0) + v64 * limb(G, 0), g = q64 * limb(F, 0) + r64 * limb(G, 0);
  f >>= 30, g >>= 30;
  for (let i: usize = 1; i < length; i++) {
    const fi = limb(F, i), gi = limb(G, i);
    f += u64s * fi + v64 * gi, g += q64 * fi + r64 * gi;
    store<i32>(F + 4 * i - 4, i32(f & ONES_30));
    store<i32>(G + 4 * i - 4, i32(g & ONES_30));
    f >>= 30, g >>= 30;
  }
  store<i32>(F + 4 * length - 4, i32(f));
  store<i32>(G + 4 * length - 4, i32(g));
}

/** Drops a last limb of f and g that is nothing but their signs. */
function shorten(): void {
  if (length < 2) return;
  const top = length * 4 - 4, f = load<i32>(F + top), g = load<i32>(G + top);
  if (f != f >> 31 || g != g >> 31) return;
  store<i32>(F + top - 4, load<i32>(F + top - 4) | (f << 30));
  store<i32>(G + top - 4, load<i32>(G + top - 4) | (g << 30));
  length--;
}

/** The matrix to d and e, which stay between -2 m and m: plus the multiples of m that make the low 30 bits 0. */
function applyModulo(m: usize): void {
  const u64s: i64 = u, v64: i64 = v, q64: i64 = q, r64: i64 = r, inverse: i64 = load<i32>(m, INVERSE_30);
  const isMinusD = load<i32>(D, LAST) >> 31, isMinusE = load<i32>(E, LAST) >> 31;
  let timesD: i64 = (u & isMinusD) + (v & isMinusE), timesE: i64 = (q & isMinusD) + (r & isMinusE);
  let d = u64s * limb(D, 0) + v64 * limb(E, 0), e = q64 * limb(D, 0) + r64 * limb(E, 0);
  timesD -= (inverse * d + timesD) & ONES_30;
  timesE -= (inverse * e + timesE) & ONES_30;
  d += timesD * limb(m, 0), e += timesE * limb(m, 0);
  d >>= 30, e >>= 30;
  for (let i: usize = 1; i < LIMBS; i++) {
    const di = limb(D, i), ei = limb(E, i), mi = limb(m, i);
    d += u64s * di + v64 * ei + timesD * mi, e += q64 * di + r64 * ei + timesE * mi;
    store<i32>(D + 4 * i - 4, i32(d & ONES_30));
    store<i32>(E + 4 * i - 4, i32(e & ONES_30));
    d >>= 30, e >>= 30;
  }
  store<i32>(D, i32(d), LAST);
  store<i32>(E, i32(e), LAST);
}

/** out = a + times * b. */
function addTimes(out: usize, a: usize, times: i64, b: usize): void {
  let sum: i64 = 0;
  for (let i: usize = 0; i < LIMBS - 1; i++) {
    sum += limb(a, i) + times * limb(b, i);
    store<i32>(out + 4 * i, i32(sum & ONES_30));
    sum >>= 30;
  }
  store<i32>(out, i32(sum + limb(a, 8) + times * limb(b, 8)), LAST);
}
