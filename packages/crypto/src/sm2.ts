// SM2 signatures (GB/T 32918.2; docs/protocol/crypto.md 5): r(32) ‖ s(32) ‖ public key(64). OpenSSL does the arithmetic,
// through node:crypto's streaming form, which leaves the user id to us.

import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  type KeyObject,
  type Sign,
} from 'node:crypto';
import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { BoundedCache } from './bounded-cache.ts';
import { checkPrivateKeyLength } from './lengths.ts';
import { isAcceptedByOriginal, isInStandardRange, type SignatureNumbers } from './sm2-acceptance.ts';
import { A, B, G, N, P } from './sm2-curve.ts';
import { decodeSignature, encodeSignature, privateKeyInfo, publicKeyInfo } from './sm2-der.ts';
import { sm3 } from './sm3.ts';

export const SIGNATURE_LENGTH = 128;
const PUBLIC_KEY_LENGTH = 64;
/** Senders repeat: importing a key costs a tenth of a verification. A key takes about 2 KiB. */
const MAX_CACHED_KEYS = 1024;
/** SM2 keys that sign in one process: a node's own, or a client's accounts. */
const MAX_CACHED_SIGNERS = 64;
/** About 6 ms of hashing. */
const LONG_PART_BYTES = 1 << 20;

/** ENTL ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy: what ZA hashes before the public key. */
const ZA_HEAD = concatBytes(
  Uint8Array.of(0x00, 0x80),
  new TextEncoder().encode('1234567812345678'),
  ...[A, B, G.x, G.y].map(toBytes),
);

/** Signs with one key, which was checked and prepared. */
export interface Sm2Signer {
  /** 64 bytes */
  readonly publicKey: Uint8Array;
  /** 128 bytes, different each time. @param message of any length */
  sign(message: Uint8Array): Uint8Array;
  /** The same for a long message: `pause` is called after each MiB, so that a caller's other work goes on. */
  signLong(message: Uint8Array, pause: () => Promise<void>): Promise<Uint8Array>;
}

interface VerificationKey {
  readonly key: KeyObject;
  readonly za: Uint8Array;
}

const verificationKeys = new BoundedCache<string, VerificationKey>(MAX_CACHED_KEYS);
const signers = new BoundedCache<string, Sm2Signer>(MAX_CACHED_SIGNERS);

/**
 * The public key, 64 bytes. A private key from the order on is taken modulo the order, as the original does.
 * Throws ConstructKeyPairError for 0 and multiples of the order.
 */
export function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const ecdh = createECDH('SM2');
  ecdh.setPrivateKey(reducedPrivateKey(privateKey));
  return new Uint8Array(ecdh.getPublicKey().subarray(1));
}

/** Throws ConstructKeyPairError for a key that cannot sign: also order - 1, for which 1 + d has no inverse. */
export function signerOf(privateKey: Uint8Array): Sm2Signer {
  const name = toHex(sm3(privateKey));
  return signers.get(name) ?? signers.set(name, newSigner(privateKey));
}

function newSigner(privateKey: Uint8Array): Sm2Signer {
  const reduced = reducedPrivateKey(privateKey);
  if (toNumber(reduced) === N - 1n) {
    throw new StatusError(
      Code.ConstructKeyPairError,
      'the private key is order - 1, with which SM2 cannot sign',
    );
  }
  const publicKey = publicKeyOf(privateKey);
  const key = createPrivateKey({ key: privateKeyInfo(reduced, publicKey), format: 'der', type: 'pkcs8' });
  const za = zaOf(publicKey);
  const finish = (sign: Sign): Uint8Array => concatBytes(decodeSignature(sign.sign(key)), publicKey);
  return {
    publicKey,
    sign: (message) => finish(createSign('sm3').update(za).update(message)),
    async signLong(message, pause) {
      const sign = createSign('sm3').update(za);
      for (let start = 0; start < message.length; start += LONG_PART_BYTES) {
        sign.update(message.subarray(start, start + LONG_PART_BYTES));
        await pause();
      }
      return finish(sign);
    },
  };
}

/** Is this a signature of the message by the standard? @param signature 128 bytes, the public key included */
export function verifyStrict(message: Uint8Array, signature: Uint8Array): boolean {
  return isInStandardRange(numbersOf(signature)) && verifyByOpenSsl(message, signature);
}

/** Does the original take it for a signature of the message? @param signature 128 bytes, the public key included */
export function verifyAsOriginal(message: Uint8Array, signature: Uint8Array): boolean {
  const numbers = numbersOf(signature);
  if (isInStandardRange(numbers)) return verifyByOpenSsl(message, signature);
  return isAcceptedByOriginal(digestByOriginal(message, numbers), numbers);
}

/** e, from the coordinates reduced, though the address is a hash of the coordinates as sent (docs/protocol/crypto.md 8). */
export function digestByOriginal(message: Uint8Array, { x, y }: Pick<SignatureNumbers, 'x' | 'y'>): bigint {
  const za = zaOf(concatBytes(toBytes(x % P), toBytes(y % P)));
  return toNumber(sm3(concatBytes(za, message)));
}

/** @param signature all of its numbers are in the standard's ranges */
function verifyByOpenSsl(message: Uint8Array, signature: Uint8Array): boolean {
  const { key, za } = verificationKey(publicKeyIn(signature));
  return createVerify('sm3').update(za).update(message).verify(key, encodeSignature(signature));
}

function verificationKey(publicKey: Uint8Array): VerificationKey {
  const name = toHex(publicKey);
  const known = verificationKeys.get(name);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: publicKeyInfo(publicKey), format: 'der', type: 'spki' });
  return verificationKeys.set(name, { key, za: zaOf(publicKey) });
}

export function publicKeyIn(signature: Uint8Array): Uint8Array {
  return signature.subarray(SIGNATURE_LENGTH - PUBLIC_KEY_LENGTH);
}

/** The hash of signer and curve that stands before every message. @param publicKey 64 bytes */
export function zaOf(publicKey: Uint8Array): Uint8Array {
  return sm3(concatBytes(ZA_HEAD, publicKey));
}

function numbersOf(signature: Uint8Array): SignatureNumbers {
  const number = (index: number) => toNumber(signature.subarray(32 * index, 32 * index + 32));
  return { r: number(0), s: number(1), x: number(2), y: number(3) };
}

function reducedPrivateKey(privateKey: Uint8Array): Uint8Array {
  checkPrivateKeyLength(privateKey);
  const reduced = toNumber(privateKey) % N;
  if (reduced === 0n) {
    throw new StatusError(
      Code.ConstructKeyPairError,
      'the private key is 0 or a multiple of the order of the SM2 curve',
    );
  }
  return toBytes(reduced);
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function toBytes(number: bigint): Uint8Array {
  return Uint8Array.fromHex(number.toString(16).padStart(64, '0'));
}
