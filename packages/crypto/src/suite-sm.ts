// The suite of SM chains: SM3 and SM2.

import { Code, StatusError } from '@hexapod/protocol/status-code';
import { addressOf } from './address.ts';
import { checkSignatureLength } from './lengths.ts';
import * as sm2 from './sm2.ts';
import { publicKeyIn, SIGNATURE_LENGTH } from './sm2-key.ts';
import { sm2Verifier } from './sm2-verifier.ts';
import { sm3, sm3SlowBecause } from './sm3.ts';
import type { Signer, Suite } from './suite.ts';

const address = (publicKey: Uint8Array): Uint8Array => addressOf(sm3, publicKey);

function signer(privateKey: Uint8Array): Signer {
  const signer = sm2.signerOf(privateKey);
  return { ...signer, address: address(signer.publicKey) };
}

/** SM2 recovers nothing: the public key stands in the signature, and counts if the signature verifies with it. */
function recoverWith(
  verify: typeof sm2.verifyStrict,
  message: Uint8Array,
  signature: Uint8Array,
): Uint8Array {
  checkSignatureLength(signature, SIGNATURE_LENGTH);
  if (!verify(message, signature)) {
    throw new StatusError(
      Code.SigCheckError,
      'the signature does not verify with the public key that stands in it',
    );
  }
  return address(publicKeyIn(signature));
}

export const smSuite: Suite = {
  name: 'sm',
  hashLength: 32,
  signatureLength: SIGNATURE_LENGTH,
  addressLength: 20,
  get slowBecause() {
    return sm2Verifier().slowBecause ?? sm3SlowBecause;
  },
  hash: sm3,
  publicKey: sm2.publicKeyOf,
  address,
  signer,
  sign: (privateKey, message) => sm2.signerOf(privateKey).sign(message),
  recover: (message, signature) => recoverWith(sm2.verifyAsOriginal, message, signature),
  recoverStrict: (message, signature) => recoverWith(sm2.verifyStrict, message, signature),
};
