// The suite of eth chains: Keccak-256 and secp256k1.

import { equalBytes } from '@hexapod/protocol/bytes';
import { Code, StatusError } from '@hexapod/protocol/status-code';
import { addressOf } from './address.ts';
import { type HotSigners, hotSigners } from './hot-signers.ts';
import { keccak256, keccakSlowBecause } from './keccak.ts';
import { checkPrivateKeyLength, checkSignatureLength } from './lengths.ts';
import {
  loadSecp256k1,
  MESSAGE_LENGTH,
  recoverPublicKey,
  type Secp256k1,
  SIGNATURE_LENGTH,
} from './secp256k1.ts';
import type { Suite } from './suite.ts';

const address = (publicKey: Uint8Array): Uint8Array => addressOf(keccak256, publicKey);

export async function loadEthSuite(): Promise<Suite> {
  const { curve, slowBecause = keccakSlowBecause } = await loadSecp256k1();
  return ethSuite(curve, {
    hotSigners: () => hotSigners().signers,
    slowBecause: () => slowBecause ?? hotSigners().slowBecause,
  });
}

export interface EthSuiteModules {
  /** Who signs often. Starts a kernel: asked for only by a caller who says whom he expects. */
  hotSigners(): HotSigners | undefined;
  slowBecause(): Error | undefined;
}

const NOTHING_HOT: EthSuiteModules = { hotSigners: () => undefined, slowBecause: () => undefined };

export function ethSuite(curve: Secp256k1, modules: EthSuiteModules = NOTHING_HOT): Suite {
  const checkPrivateKey = (privateKey: Uint8Array): void => {
    checkPrivateKeyLength(privateKey);
    if (curve.isPrivateKey(privateKey)) return;
    const text = 'the private key is 0 or not below the order of the secp256k1 curve';
    throw new StatusError(Code.ConstructKeyPairError, text);
  };
  const publicKey = (privateKey: Uint8Array): Uint8Array => {
    checkPrivateKey(privateKey);
    return curve.publicKeyOf(privateKey);
  };
  const sign = (privateKey: Uint8Array, message: Uint8Array): Uint8Array => {
    if (message.length === MESSAGE_LENGTH) return curve.sign(privateKey, message);
    const text = `secp256k1 signs a message of ${MESSAGE_LENGTH} bytes, this one has ${message.length}`;
    throw new StatusError(Code.SignError, text);
  };
  const recover = (message: Uint8Array, signature: Uint8Array, expected?: Uint8Array): Uint8Array => {
    checkSignatureLength(signature, SIGNATURE_LENGTH);
    const hot = expected && modules.hotSigners();
    if (expected && hot?.isSignedBy(expected, message, signature)) return expected.slice();
    const key = recoverPublicKey(curve, message, signature);
    if (key === undefined) {
      throw new StatusError(Code.SigCheckError, 'no public key can be recovered from the signature');
    }
    const signer = address(key);
    if (expected && equalBytes(signer, expected)) hot?.recovered(signer, key);
    return signer;
  };
  return {
    name: 'eth',
    hashLength: 32,
    signatureLength: SIGNATURE_LENGTH,
    addressLength: 20,
    get slowBecause() {
      return modules.slowBecause();
    },
    hash: keccak256,
    publicKey,
    address,
    signer: (privateKey) => {
      const key = publicKey(privateKey);
      return {
        publicKey: key,
        address: address(key),
        sign: (message) => sign(privateKey, message),
        signLong: async (message) => sign(privateKey, message),
      };
    },
    sign: (privateKey, message) => {
      checkPrivateKey(privateKey);
      return sign(privateKey, message);
    },
    recover,
    // Recovery has no gap between the original and the standard (docs/protocol/crypto.md 8).
    recoverStrict: recover,
  };
}
