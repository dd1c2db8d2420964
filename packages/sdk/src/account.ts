// An account: a key pair of one suite, and its address.

import { randomBytes } from 'node:crypto';
import type { Signer, Suite } from '@hexapod/crypto/suite';
import { StatusError } from '@hexapod/protocol/status-code';
import { ClientError } from './client-error.ts';

export interface Account extends Signer {
  readonly suite: Suite;
  /** 32 bytes. */
  readonly privateKey: Uint8Array;
}

/** The account of a private key. Throws ClientError when the key is none of the suite's curve. */
export function accountOf(suite: Suite, privateKey: Uint8Array): Account {
  if (privateKey.length !== 32) {
    throw new ClientError(`length mismatched, expected: \`32\`, got: \`${privateKey.length}\``, {
      hint: 'a secret key has 32 bytes, which are 64 hex digits',
    });
  }
  try {
    return { ...suite.signer(privateKey), suite, privateKey };
  } catch (cause) {
    if (!(cause instanceof StatusError)) throw cause;
    throw new ClientError(`the secret key is not a key of the ${suite.name} curve`, {
      hint: 'it must be above 0 and below the order of the curve',
      cause,
    });
  }
}

/** Draws until the key lies on the suite's curve: all but one draw in 2^32 do. */
export function generateAccount(suite: Suite): Account {
  for (let draw = 1; ; draw++) {
    try {
      return accountOf(suite, new Uint8Array(randomBytes(32)));
    } catch (error) {
      if (draw === 4) throw error;
    }
  }
}
