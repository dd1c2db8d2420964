// Hashing and signature recovery with the chain's suite: in this process where we know the suite, by the crypto process where
// somebody runs one of his own. The node's key never leaves the crypto process, so signing is always a call.

import type { Suite } from '@hexapod/crypto/suite';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import type { FormRules } from './admission.ts';
import type { Crypto, CryptoInfo } from './neighbours.ts';

export class ChainSuite {
  /** For the checks of single transactions. */
  readonly form: FormRules;
  readonly #crypto: Crypto;
  readonly #suite: Suite | undefined;

  /** @param suite absent: `info.name` is not a suite of ours. */
  constructor(info: CryptoInfo, crypto: Crypto, suite: Suite | undefined) {
    this.#crypto = crypto;
    this.#suite = suite;
    const { hashLength, signatureLength } = info;
    this.form = suite
      ? { hashLength, signatureLength, hash: (data) => suite.hash(data) }
      : { hashLength, signatureLength };
  }

  /** Throws StatusError when the crypto process fails. */
  async hash(data: Uint8Array): Promise<Uint8Array> {
    if (this.#suite !== undefined) return this.#suite.hash(data);
    const { code, hash } = await this.#crypto.hash(data);
    requireSuccess(code, 'hashing');
    return hash;
  }

  /** The address of whoever signed `message`. Throws StatusError: nobody did, or the crypto process fails. */
  async recover(message: Uint8Array, signature: Uint8Array): Promise<Uint8Array> {
    if (this.#suite !== undefined) return this.#suite.recover(message, signature);
    const { code, address } = await this.#crypto.recover(message, signature);
    requireSuccess(code, 'recovering a signer');
    return address;
  }

  /** With the node's key. Throws StatusError. */
  async sign(message: Uint8Array): Promise<Uint8Array> {
    const { code, signature } = await this.#crypto.sign(message);
    requireSuccess(code, 'signing');
    return signature;
  }
}

function requireSuccess(code: Code, what: string): void {
  if (code !== Code.Success)
    throw new StatusError(code, `${what} failed in the crypto process: ${codeName(code)}`);
}
