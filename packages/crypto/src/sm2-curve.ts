// The curve of SM2, sm2p256v1 (GB/T 32918.5; docs/protocol/crypto.md 5), and as much arithmetic on it as a verification
// needs that OpenSSL refuses to do. Not constant-time: nothing secret comes here.

/** The prime of the field. */
export const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
/** y^2 = x^3 + A x + B, with A = P - 3. */
export const A = P - 3n;
export const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
/** The order of the group. */
export const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

const GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n;
const GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n;

/** A point in Jacobian coordinates: x = X / Z^2, y = Y / Z^3; infinity where Z is 0. */
interface Point {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
}

const INFINITY: Point = { X: 1n, Y: 1n, Z: 0n };
/** The affine coordinates of the generator. */
export const G = { x: GX, y: GY } as const;

/** Bits of a scalar that one table look-up covers. */
const WINDOW = 4;
const SCALAR_BITS = 256;

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

/** Are these the coordinates, below P, of a point other than infinity? */
export function isOnCurve(x: bigint, y: bigint): boolean {
  return x < P && y < P && mod(y * y) === mod((x * x + A) * x + B);
}

/** "dbl-2001-b": 3 multiplications, 5 squarings, for A = -3. */
function double({ X, Y, Z }: Point): Point {
  const delta = mod(Z * Z);
  const gamma = mod(Y * Y);
  const beta = mod(X * gamma);
  const alpha = mod(3n * (X - delta) * (X + delta));
  const doubleX = mod(alpha * alpha - 8n * beta);
  const sum = Y + Z;
  return {
    X: doubleX,
    Y: mod(alpha * (4n * beta - doubleX) - 8n * gamma * gamma),
    Z: mod(sum * sum - gamma - delta),
  };
}

/** Any two points, equal, opposite and infinity included. */
function add(one: Point, other: Point): Point {
  if (one.Z === 0n) return other;
  if (other.Z === 0n) return one;
  const z1 = mod(one.Z * one.Z);
  const z2 = mod(other.Z * other.Z);
  const u1 = mod(one.X * z2);
  const s1 = mod(one.Y * other.Z * z2);
  const h = mod(other.X * z1 - u1);
  const r = mod(other.Y * one.Z * z1 - s1);
  if (h === 0n) return r === 0n ? double(one) : INFINITY;
  const hh = mod(h * h);
  const hhh = mod(h * hh);
  const v = mod(u1 * hh);
  const X = mod(r * r - hhh - 2n * v);
  return { X, Y: mod(r * (v - X) - s1 * hhh), Z: mod(one.Z * other.Z * h) };
}

/** 0, 1, 2 ... 15 times the point. */
function multiples(x: bigint, y: bigint): readonly Point[] {
  const point: Point = { X: x, Y: y, Z: 1n };
  const table: Point[] = [INFINITY];
  for (let last = INFINITY; table.length < 1 << WINDOW; ) {
    last = add(last, point);
    table.push(last);
  }
  return table;
}

let multiplesOfG: readonly Point[] | undefined;

/**
 * Is R = s·G + t·Q a point with x(R) ≡ x (mod P)? False if R is infinity.
 * @param s 0 <= s < 2^256, as is `t`: not reduced modulo N
 * @param q affine coordinates of a point on the curve
 */
export function sumHasX(
  s: bigint,
  t: bigint,
  q: { readonly x: bigint; readonly y: bigint },
  x: bigint,
): boolean {
  multiplesOfG ??= multiples(G.x, G.y);
  const multiplesOfQ = multiples(q.x, q.y);
  let sum = INFINITY;
  for (let shift = SCALAR_BITS - WINDOW; shift >= 0; shift -= WINDOW) {
    for (let bit = 0; bit < WINDOW; bit++) sum = double(sum);
    sum = add(sum, multiplesOfG[digit(s, shift)] ?? INFINITY);
    sum = add(sum, multiplesOfQ[digit(t, shift)] ?? INFINITY);
  }
  return sum.Z !== 0n && sum.X === mod(x * sum.Z * sum.Z);
}

function digit(scalar: bigint, shift: number): number {
  return Number((scalar >> BigInt(shift)) & 0xfn);
}
