// The hash of a block: computed here with the suite that the crypto process names; a suite nobody knows here is asked to
// compute it itself (docs/design.md 3).

import type { ServiceClient } from '@hexapod/common/grpc-client';
import { RpcError } from '@hexapod/common/rpc-error';
import { loadSuite, type Suite } from '@hexapod/crypto/suite';
import type { CryptoService } from '@hexapod/protocol/crypto';
import { Code, isKnownCode, StatusError } from '@hexapod/protocol/status-code';
import type { BlockHasher } from './storage.ts';

type Crypto = Pick<ServiceClient<typeof CryptoService>, 'getCryptoInfo' | 'hashData'>;

async function call<T>(rpc: () => Promise<T>): Promise<T> {
  try {
    return await rpc();
  } catch (cause) {
    if (!(cause instanceof RpcError)) throw cause;
    throw new StatusError(Code.CryptoServerNotReady, `the crypto process does not answer: ${cause.message}`, {
      cause,
    });
  }
}

function requireSuccess(status: { readonly code: number } | undefined): void {
  if (!status) throw new StatusError(Code.NoneStatusCode, 'the crypto process answered without a status');
  if (status.code === Code.Success) return;
  const code = isKnownCode(status.code) ? status.code : Code.CryptoServerNotReady;
  throw new StatusError(code, `the crypto process answered with code ${status.code}`);
}

export function blockHasher(crypto: Crypto): BlockHasher {
  /** Undefined until the crypto process has answered; null when its suite is unknown here. */
  let suite: Suite | null | undefined;

  async function learnSuite(): Promise<Suite | null> {
    const { status, name } = await call(() => crypto.getCryptoInfo({}));
    requireSuccess(status);
    return name === 'sm' || name === 'eth' ? loadSuite(name) : null;
  }

  return async (header) => {
    suite ??= await learnSuite();
    if (suite) return suite.hash(header);
    const answer = await call(() => crypto.hashData({ data: header }));
    requireSuccess(answer.status);
    if (!answer.hash)
      throw new StatusError(Code.NoneHashResult, 'the crypto process answered without a hash');
    return answer.hash.hash;
  };
}
