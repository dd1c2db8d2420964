// The hash of a block: computed here with the suite that the crypto process names; a suite nobody knows here is asked to
// compute it itself (docs/design.md 3).

import type { ServiceClient } from '@hexapod/common/grpc-client';
import { RpcError } from '@hexapod/common/rpc-error';
import { isSuiteName, loadSuite, type Suite } from '@hexapod/crypto/suite';
import type { CryptoService } from '@hexapod/protocol/crypto';
import { Code, isKnownCode, StatusError } from '@hexapod/protocol/status-code';
import type { BlockHasher } from './storage.ts';

type Crypto = Pick<ServiceClient<typeof CryptoService>, 'getCryptoInfo' | 'hashData'>;
type Hash = (data: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** The crypto process is asked what it is at the first block, so that storage may start before it. */
export function blockHasher(crypto: Crypto): BlockHasher {
  let hash: Hash | undefined;
  return async (header) => {
    hash ??= await learnHash(crypto);
    return hash(header);
  };
}

async function learnHash(crypto: Crypto): Promise<Hash> {
  const { status, name, hashLen } = await answerOf(crypto.getCryptoInfo({}));
  requireSuccess(status);
  if (isSuiteName(name)) {
    const suite: Suite = await loadSuite(name);
    if (hashLen === suite.hashLength) return suite.hash;
  }
  return async (data) => {
    const answer = await answerOf(crypto.hashData({ data }));
    requireSuccess(answer.status);
    if (answer.hash) return answer.hash.hash;
    throw new StatusError(Code.NoneHashResult, 'the crypto process answered without a hash');
  };
}

async function answerOf<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    if (!(cause instanceof RpcError)) throw cause;
    const text = `the crypto process does not answer: ${cause.message}`;
    throw new StatusError(Code.CryptoServerNotReady, text, { cause });
  }
}

function requireSuccess(status: { readonly code: number } | undefined): void {
  if (!status) throw new StatusError(Code.NoneStatusCode, 'the crypto process answered without a status');
  if (status.code === Code.Success) return;
  // A number outside the table must not go on: an original would end at it.
  const code = isKnownCode(status.code) ? status.code : Code.CryptoServerNotReady;
  throw new StatusError(code, `the crypto process answered with code ${status.code}`);
}
