// SM2 signatures (GB/T 32918.2; docs/protocol/crypto.md 5): r(32) ‖ s(32) ‖ public key(64). Signing needs constant time: that is
// OpenSSL's, through node:crypto's streaming form, which leaves the user id to us. Verifying: sm2-verifier.ts.

import { createECDH, createPrivateKey, createSign, type Sign } from 'node:crypto';
import { concatBytes, toHex } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { BoundedCache } from './bounded-cache.ts';
import { checkPrivateKeyLength } from './lengths.ts';
import { N } from './sm2-curve.ts';
import { decodeSignature, privateKeyInfo } from './sm2-der.ts';
import { toBytes, toNumber, zaOf } from './sm2-key.ts';
import { sm2Verifier } from './sm2-verifier.ts';
import { sm3 } from './sm3.ts';

/** SM2 keys that sign in one process: a node's own, or a client's accounts. */
const MAX_CACHED_SIGNERS = 64;
/** About 6 ms of hashing. */
const LONG_PART_BYTES = 1 << 20;

/** Signs with one key, which was checked and prepared. */
export interface Sm2Signer {
  /** 64 bytes */
  readonly publicKey: Uint8Array;
  /** 128 bytes, different each time. @param message of any length */
  sign(message: Uint8Array): Uint8Array;
  /** The same for a long message: `pause` is called after each MiB, so that a caller's other work goes on. */
  signLong(message: Uint8Array, pause: () => Promise<void>): Promise<Uint8Array>;
}

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
  return sm2Verifier().verifyStrict(message, signature);
}

/** Does the original take it for a signature of the message? @param signature 128 bytes, the public key included */
export function verifyAsOriginal(message: Uint8Array, signature: Uint8Array): boolean {
  return sm2Verifier().verifyAsOriginal(message, signature);
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
