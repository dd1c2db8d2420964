// SM2 digital signatures on sm2p256v1, GB/T 32918.2 and .5, with the user id 1234567812345678.
//
// A signature is r ‖ s ‖ X ‖ Y, 128 bytes: the public key travels with it. Two verifiers: the standard's, through
// OpenSSL, and the original's, which leaves out the tests of ranges (docs/protocol/crypto.md 8).

import { createECDH, createPrivateKey, createPublicKey, createSign, createVerify, type KeyObject } from 'node:crypto';
import { concatBytes, fromHex, toHex } from '@hexapod/protocol/bytes';
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { sm3 } from './sm3.ts';

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const GX = 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n;
const GY = 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n;
const TWO_256 = 1n << 256n;

const Point = weierstrass({ p: P, n: N, h: 1n, a: A, b: B, Gx: GX, Gy: GY });

export const SIGNATURE_LENGTH = 128;

const bigint = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes) || '0'}`);
const bytes32 = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0'));

/** ENTL ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy: what ZA hashes in front of the public key. */
const ZA_PREFIX = concatBytes(
  fromHex('0080'),
  new TextEncoder().encode('1234567812345678'),
  ...[A, B, GX, GY].map(bytes32),
);

/** ZA of a public key of 64 bytes. */
export function za(publicKey: Uint8Array): Uint8Array {
  return sm3(concatBytes(ZA_PREFIX, publicKey));
}

/** True for a private key that can sign: 1 … n − 2, 32 bytes. Of n − 1 no signature can be made. */
export function isPrivateKey(privateKey: Uint8Array): boolean {
  const d = bigint(privateKey);
  return privateKey.length === 32 && d > 0n && d < N - 1n;
}

/** The public key X ‖ Y, 64 bytes, of a private key of 32 bytes. Throws RangeError for a key that cannot sign. */
export function publicKey(privateKey: Uint8Array): Uint8Array {
  if (!isPrivateKey(privateKey)) throw new RangeError('an SM2 private key is 32 bytes, from 1 to the order − 2');
  const ecdh = createECDH('SM2');
  ecdh.setPrivateKey(privateKey);
  return new Uint8Array(ecdh.getPublicKey().subarray(1));
}

/** SubjectPublicKeyInfo of an uncompressed SM2 key: id-ecPublicKey, curve 1.2.156.10197.1.301, bit string. */
const SPKI_PREFIX = fromHex('3059301306072a8648ce3d020106082a811ccf5501822d03420004');

/** ECPrivateKey in PKCS#8, without the public key. */
const PKCS8_PREFIX = fromHex('3041020100301306072a8648ce3d020106082a811ccf5501822d042730250201010420');

const signingKeys = new WeakMap<Uint8Array, { key: KeyObject; publicKey: Uint8Array; za: Uint8Array }>();

function signingKey(privateKey: Uint8Array) {
  const known = signingKeys.get(privateKey);
  if (known) return known;
  const point = publicKey(privateKey);
  const der = concatBytes(PKCS8_PREFIX, privateKey);
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });
  const made = { key, publicKey: point, za: za(point) };
  signingKeys.set(privateKey, made);
  return made;
}

/** The two integers of a DER signature, 32 bytes each. */
function fromDer(der: Uint8Array): [Uint8Array, Uint8Array] {
  const integer = (at: number): [Uint8Array, number] => {
    const end = at + 2 + (der[at + 1] ?? 0);
    const digits = der.subarray(at + 2, end);
    const significant = digits.length > 32 ? digits.subarray(digits.length - 32) : digits;
    const padded = new Uint8Array(32);
    padded.set(significant, 32 - significant.length);
    return [padded, end];
  };
  const [r, next] = integer(2);
  return [r, integer(next)[0]];
}

function derInteger(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < 31 && value[start] === 0) start++;
  const digits = value.subarray(start);
  const isNegative = (digits[0] ?? 0) > 0x7f;
  return concatBytes(Uint8Array.of(2, digits.length + (isNegative ? 1 : 0), ...(isNegative ? [0] : [])), digits);
}

function toDer(r: Uint8Array, s: Uint8Array): Uint8Array {
  const body = concatBytes(derInteger(r), derInteger(s));
  return concatBytes(Uint8Array.of(0x30, body.length), body);
}

/** Signs a message of any length; 128 bytes, different ones each time. Throws RangeError for a key that cannot sign. */
export function sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  const { key, publicKey: point, za: prefix } = signingKey(privateKey);
  const [r, s] = fromDer(createSign('sm3').update(prefix).update(message).sign(key));
  return concatBytes(r, s, point);
}

/** The standard's verification of a signature of 128 bytes. */
export function verifyStrict(message: Uint8Array, signature: Uint8Array): boolean {
  const point = signature.subarray(64, 128);
  let key: KeyObject;
  try {
    const der = concatBytes(SPKI_PREFIX, point);
    key = createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    // OpenSSL refuses to read a key that is not on the curve: so does the standard.
    return false;
  }
  const der = toDer(signature.subarray(0, 32), signature.subarray(32, 64));
  return createVerify('sm3').update(za(point)).update(message).verify(key, der);
}

/** True when an integer lies where the standard refuses and the original does not look. */
function isOutOfRange(signature: Uint8Array): boolean {
  const part = (at: number): bigint => bigint(signature.subarray(at, at + 32));
  const [r, s] = [part(0), part(32)];
  return r === 0n || s === 0n || r >= N || s >= N || r + s === N || part(64) >= P || part(96) >= P;
}

/** The original's acceptance rule to the letter (docs/protocol/crypto.md 8), in plain arithmetic. */
export function verifyOriginalRule(message: Uint8Array, signature: Uint8Array): boolean {
  const part = (at: number): bigint => bigint(signature.subarray(at, at + 32));
  const [r, s, x, y] = [part(0), part(32), part(64) % P, part(96) % P];
  if ((y * y - (x * x * x + A * x + B)) % P !== 0n || (x === 0n && y === 0n)) return false;
  const key = Point.fromAffine({ x, y });
  const e = bigint(sm3(concatBytes(za(concatBytes(bytes32(x), bytes32(y))), message))) % N;
  const sum = r + s;
  const u = sum >= TWO_256 || sum >= N ? (((sum - N) % TWO_256) + TWO_256) % TWO_256 : sum;
  const R = Point.BASE.multiplyUnsafe(s % N).add(key.multiplyUnsafe(u % N));
  if (R.is0()) return false;
  const w = r >= e ? r - e : r - e + N;
  return (R.toAffine().x - w) % P === 0n;
}

/** What the original accepts: the standard's set, and what its missing tests of ranges let through. */
export function verifyAsOriginal(message: Uint8Array, signature: Uint8Array): boolean {
  return isOutOfRange(signature) ? verifyOriginalRule(message, signature) : verifyStrict(message, signature);
}

