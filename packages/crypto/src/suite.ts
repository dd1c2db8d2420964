// The two suites of algorithms a chain can be made with (docs/protocol/crypto.md 3 to 6).

export type SuiteName = 'sm' | 'eth';

/** Signs with one private key, which was checked. */
export interface Signer {
  /** 64 bytes */
  readonly publicKey: Uint8Array;
  readonly address: Uint8Array;
  /** Throws SignError: eth signs only messages of 32 bytes. */
  sign(message: Uint8Array): Uint8Array;
  /** The same for a long message: `pause` is called now and then, so that a caller's other work goes on. */
  signLong(message: Uint8Array, pause: () => Promise<void>): Promise<Uint8Array>;
}

export interface Suite {
  readonly name: SuiteName;
  readonly hashLength: 32;
  readonly signatureLength: 128 | 65;
  readonly addressLength: 20;
  /** Why the suite computes more slowly than it could on this machine. */
  readonly slowBecause?: Error | undefined;

  hash(data: Uint8Array): Uint8Array;

  /** 64 bytes: X ‖ Y. Throws ConstructKeyPairError for a private key that has none. @param privateKey 32 bytes */
  publicKey(privateKey: Uint8Array): Uint8Array;

  /** 20 bytes. @param publicKey 64 bytes */
  address(publicKey: Uint8Array): Uint8Array;

  /** Throws ConstructKeyPairError for a private key that cannot sign. @param privateKey 32 bytes */
  signer(privateKey: Uint8Array): Signer;

  /** Throws ConstructKeyPairError, or SignError: eth signs only messages of 32 bytes. */
  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;

  /**
   * The address of who signed the message, by the rule of the original: for what may stand in a block.
   * Throws StatusError with SigLenError or SigCheckError.
   * @param expected whose signature it should be. The answer is the same without it; with it, if it is right and that one signs
   * often, eth has it sooner
   */
  recover(message: Uint8Array, signature: Uint8Array, expected?: Uint8Array): Uint8Array;

  /** The same by the rule of the standard, which is stricter for SM2 (docs/protocol/crypto.md 8): for what enters a pool. */
  recoverStrict(message: Uint8Array, signature: Uint8Array, expected?: Uint8Array): Uint8Array;
}

export function isSuiteName(name: string): name is SuiteName {
  return name === 'sm' || name === 'eth';
}

/** Loads only what the suite needs. */
export async function loadSuite(name: SuiteName): Promise<Suite> {
  switch (name) {
    case 'sm':
      return (await import('./suite-sm.ts')).smSuite;
    case 'eth':
      return (await import('./suite-eth.ts')).loadEthSuite();
  }
}
