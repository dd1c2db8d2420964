// Recoverable ECDSA signatures over secp256k1 (SEC 1, SEC 2; RFC 6979; docs/protocol/crypto.md 6): r(32) ‖ s(32) ‖ v(1).
// libsecp256k1 through the secp256k1 package; where that has no binary for the machine, @noble/curves.

import { concatBytes } from '@hexapod/protocol/bytes';

export const SIGNATURE_LENGTH = 65;
export const MESSAGE_LENGTH = 32;
const MAX_RECOVERY_ID = 3;
export const PUBLIC_KEY_LENGTH = 64;

/** The arithmetic. Keys and messages have their lengths, recovery ids are 0 to 3; whatever else is wrong is refused. */
export interface Secp256k1 {
  /** Neither 0 nor from the order on? @param privateKey 32 bytes */
  isPrivateKey(privateKey: Uint8Array): boolean;
  /** 64 bytes. Throws for what is no private key. */
  publicKeyOf(privateKey: Uint8Array): Uint8Array;
  /** 65 bytes, deterministic, low s. Throws for what is no private key. @param message 32 bytes */
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  /** 64 bytes; undefined if no key fits. @param numbers r ‖ s, 64 bytes */
  recover(message: Uint8Array, numbers: Uint8Array, recoveryId: number): Uint8Array | undefined;
}

export async function loadNative(): Promise<Secp256k1> {
  const { default: native } = await import('secp256k1/bindings.js');
  // The package makes a result of 65 bytes outside of V8's heap, which costs more than to copy it from here.
  const prefixed = new Uint8Array(1 + PUBLIC_KEY_LENGTH);
  const recovered = prefixed.subarray(1);
  return {
    isPrivateKey: (privateKey) => native.privateKeyVerify(privateKey),
    publicKeyOf: (privateKey) => native.publicKeyCreate(privateKey, false).subarray(1),
    sign(privateKey, message) {
      const { signature, recid } = native.ecdsaSign(message, privateKey);
      return concatBytes(signature, Uint8Array.of(recid));
    },
    recover: (message, numbers, recoveryId) =>
      orUndefined(() => {
        native.ecdsaRecover(numbers, recoveryId, message, false, prefixed);
        return new Uint8Array(recovered);
      }),
  };
}

export async function loadPortable(): Promise<Secp256k1> {
  const { secp256k1 } = await import('@noble/curves/secp256k1.js');
  return {
    isPrivateKey: (privateKey) => secp256k1.utils.isValidSecretKey(privateKey),
    publicKeyOf: (privateKey) => secp256k1.getPublicKey(privateKey, false).subarray(1),
    sign(privateKey, message) {
      const signature = secp256k1.sign(message, privateKey, { prehash: false, format: 'recovered' });
      return concatBytes(signature.subarray(1), signature.subarray(0, 1));
    },
    recover: (message, numbers, recoveryId) =>
      orUndefined(() => {
        const signature = concatBytes(Uint8Array.of(recoveryId), numbers);
        const compressed = secp256k1.recoverPublicKey(signature, message, { prehash: false });
        return secp256k1.Point.fromBytes(compressed).toBytes(false).subarray(1);
      }),
  };
}

/** Both libraries tell a signature without a key by an error: the one way in which these calls can fail. */
function orUndefined(recover: () => Uint8Array): Uint8Array | undefined {
  try {
    return recover();
  } catch {
    return undefined;
  }
}

/** The curve, and why it is the slow one if it is. @param native a parameter for the tests of what happens without it */
export async function loadSecp256k1(
  native: () => Promise<Secp256k1> = loadNative,
): Promise<{ readonly curve: Secp256k1; readonly slowBecause?: Error }> {
  try {
    return { curve: await native() };
  } catch (error) {
    const slowBecause = error instanceof Error ? error : new Error(String(error));
    return { curve: await loadPortable(), slowBecause };
  }
}

/** The public key that a signature belongs to, 64 bytes; undefined for a signature or message that has none. */
export function recoverPublicKey(
  curve: Secp256k1,
  message: Uint8Array,
  signature: Uint8Array,
): Uint8Array | undefined {
  const recoveryId = signature[SIGNATURE_LENGTH - 1] ?? MAX_RECOVERY_ID + 1;
  if (message.length !== MESSAGE_LENGTH || recoveryId > MAX_RECOVERY_ID) return undefined;
  return curve.recover(message, signature.subarray(0, SIGNATURE_LENGTH - 1), recoveryId);
}
