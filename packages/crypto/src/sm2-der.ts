// The DER forms in which OpenSSL takes SM2 keys and signatures (X.690; RFC 5480, 5208, 5915; curve 1.2.156.10197.1.301).

import { concatBytes, fromHex } from '@hexapod/protocol/bytes';

const INTEGER = 0x02;
const SEQUENCE = 0x30;
const NUMBER_BYTES = 32;

/** SEQUENCE { SEQUENCE { ecPublicKey, SM2 curve }, BIT STRING 04 ‖ …: the 64 bytes of the key follow. */
const SPKI_HEAD = fromHex('3059301306072a8648ce3d020106082a811ccf5501822d03420004');
/** Version 0, the same algorithm, and an ECPrivateKey of version 1: the 32 bytes of the key follow, then the tail. */
const PKCS8_HEAD = fromHex('308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420');
/** [1] BIT STRING 04 ‖ …: the 64 bytes of the public key follow. */
const PKCS8_TAIL = fromHex('a14403420004');

/** SubjectPublicKeyInfo. @param publicKey 64 bytes */
export function publicKeyInfo(publicKey: Uint8Array): Buffer {
  return Buffer.concat([SPKI_HEAD, publicKey]);
}

/** PrivateKeyInfo (PKCS #8). @param privateKey 32 bytes @param publicKey 64 bytes */
export function privateKeyInfo(privateKey: Uint8Array, publicKey: Uint8Array): Buffer {
  return Buffer.concat([PKCS8_HEAD, privateKey, PKCS8_TAIL, publicKey]);
}

/** SEQUENCE { INTEGER r, INTEGER s }. @param numbers r ‖ s, 64 bytes */
export function encodeSignature(numbers: Uint8Array): Uint8Array {
  const r = encodeInteger(numbers.subarray(0, NUMBER_BYTES));
  const s = encodeInteger(numbers.subarray(NUMBER_BYTES, 2 * NUMBER_BYTES));
  return concatBytes(Uint8Array.of(SEQUENCE, r.length + s.length), r, s);
}

/** r ‖ s, 64 bytes, of what OpenSSL made. */
export function decodeSignature(der: Uint8Array): Uint8Array {
  const numbers = new Uint8Array(2 * NUMBER_BYTES);
  let position = 2;
  for (let end = NUMBER_BYTES; end <= numbers.length; end += NUMBER_BYTES) {
    const length = der[position + 1];
    if (der[position] !== INTEGER || length === undefined) {
      throw new Error(`OpenSSL gave a signature that is not DER of two integers: ${der.toHex()}`);
    }
    position += 2 + length;
    const digits = der.subarray(Math.max(position - length, position - NUMBER_BYTES), position);
    numbers.set(digits, end - digits.length);
  }
  return numbers;
}

/** Without leading zero bytes, except where the sign bit needs one. @param number unsigned, big-endian */
function encodeInteger(number: Uint8Array): Uint8Array {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start++;
  const digits = number.subarray(start);
  const isPadded = (digits[0] ?? 0) >= 0x80;
  const head = isPadded
    ? Uint8Array.of(INTEGER, digits.length + 1, 0)
    : Uint8Array.of(INTEGER, digits.length);
  return concatBytes(head, digits);
}
