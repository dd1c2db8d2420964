// A chain's suite: its hash, its signatures, its addresses (docs/protocol/crypto.md 4 to 6).

import { Code, StatusError } from '@hexapod/protocol/status-code';
import { keccak256 } from './keccak.ts';
import * as secp256k1 from './secp256k1.ts';
import * as sm2 from './sm2.ts';
import { sm3 } from './sm3.ts';

export type SuiteName = 'sm' | 'eth';

export interface Suite {
  readonly name: SuiteName;
  readonly hashLength: 32;
  readonly signatureLength: 128 | 65;
  readonly addressLength: 20;
  /** 32 bytes, for data of any length. */
  hash(data: Uint8Array): Uint8Array;
  /** X ‖ Y, 64 bytes. Throws RangeError for a private key that is none. */
  publicKey(privateKey: Uint8Array): Uint8Array;
  /** The last 20 bytes of the hash of a public key of 64 bytes. */
  address(publicKey: Uint8Array): Uint8Array;
  /** Throws StatusError: SignError for a message that the suite does not sign (eth: not 32 bytes). */
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** Address of the signer, by the acceptance rule of the original. Throws StatusError: SigLenError, SigCheckError. */
  recover(message: Uint8Array, signature: Uint8Array): Uint8Array;
  /** As `recover`, by the standard's rule. */
  recoverStrict(message: Uint8Array, signature: Uint8Array): Uint8Array;
}

function requireLength(signature: Uint8Array, length: number): void {
  if (signature.length !== length) {
    throw new StatusError(Code.SigLenError, `a signature has ${length} bytes, not ${signature.length}`);
  }
}

const badSignature = (): StatusError =>
  new StatusError(Code.SigCheckError, 'the signature does not belong to the message');

const sm: Suite = {
  name: 'sm',
  hashLength: 32,
  signatureLength: 128,
  addressLength: 20,
  hash: sm3,
  publicKey: sm2.publicKey,
  address: (publicKey) => sm3(publicKey).subarray(12),
  sign: sm2.sign,
  recover(message, signature) {
    requireLength(signature, 128);
    if (!sm2.verifyAsOriginal(message, signature)) throw badSignature();
    return sm.address(signature.subarray(64));
  },
  recoverStrict(message, signature) {
    requireLength(signature, 128);
    if (!sm2.verifyStrict(message, signature)) throw badSignature();
    return sm.address(signature.subarray(64));
  },
};

const eth: Suite = {
  name: 'eth',
  hashLength: 32,
  signatureLength: 65,
  addressLength: 20,
  hash: keccak256,
  publicKey: secp256k1.publicKey,
  address: (publicKey) => keccak256(publicKey).subarray(12),
  sign(privateKey, message) {
    if (message.length !== 32) {
      throw new StatusError(Code.SignError, `secp256k1 signs a hash of 32 bytes, not ${message.length} bytes`);
    }
    return secp256k1.sign(privateKey, message);
  },
  recover(message, signature) {
    requireLength(signature, 65);
    const publicKey = secp256k1.recover(message, signature);
    if (!publicKey) throw badSignature();
    return eth.address(publicKey);
  },
  recoverStrict: (message, signature) => eth.recover(message, signature),
};

/** The suite of that name, ready for use. */
export function loadSuite(name: SuiteName): Promise<Suite> {
  return Promise.resolve(name === 'sm' ? sm : eth);
}
