/**
 * The chain's hash and signatures. A suite we know is computed here; one we do not know is asked of the crypto process.
 * Only the crypto process has the key, so signing is always a call (docs/protocol/consensus.md 7.2 no. 5).
 */
import type { Suite } from '@hexapod/crypto/suite';
import { loadSuite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import type { Address } from '../core/types.ts';
import type { CallLimits, CryptoCalls } from './calls.ts';

export interface ChainCrypto {
  readonly name: string;
  hash(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Who signed the 32-byte hash; null when the signature is nobody's. Throws when that cannot be found out. */
  recover(hash: Uint8Array, signature: Uint8Array): Address | null | Promise<Address | null>;
  /** Throws when the crypto process does not sign. */
  sign(hash: Uint8Array): Promise<Uint8Array>;
}

const HASH_BYTES = 32;
const LIMITS: CallLimits = { deadlineMs: 10_000 };

/** The chain's crypto by the name that the crypto process gave. */
export async function openChainCrypto(name: string, calls: CryptoCalls): Promise<ChainCrypto> {
  const sign = (hash: Uint8Array): Promise<Uint8Array> => signByCall(calls, hash);
  if (name !== 'sm' && name !== 'eth') return { name, sign, ...byCalls(calls) };
  return { name, sign, ...here(await loadSuite(name)) };
}

function here(suite: Suite): Pick<ChainCrypto, 'hash' | 'recover'> {
  return {
    hash: (data) => suite.hash(data),
    recover(hash, signature) {
      try {
        return toHex(suite.recover(hash, signature)) as Address;
      } catch (error) {
        if (error instanceof StatusError) return null;
        throw error;
      }
    },
  };
}

function byCalls(calls: CryptoCalls): Pick<ChainCrypto, 'hash' | 'recover'> {
  return {
    async hash(data) {
      const { status, hash } = await calls.hashData({ data }, LIMITS);
      requireSuccess('HashData', status?.code);
      if (hash?.hash.length !== HASH_BYTES) {
        const text = `the crypto process answered HashData with ${hash?.hash.length ?? 'no'} bytes, not ${HASH_BYTES}`;
        throw new StatusError(Code.NoneHashResult, text);
      }
      return hash.hash;
    },
    async recover(msg, signature) {
      const { status, address } = await calls.recoverSignature({ msg, signature }, LIMITS);
      const code = status?.code ?? Code.NoneStatusCode;
      if (code === Code.Success) return address.length === 20 ? (toHex(address) as Address) : null;
      if (code % 100 === 0 || code === Code.NoneStatusCode) requireSuccess('RecoverSignature', code);
      return null;
    },
  };
}

async function signByCall(calls: CryptoCalls, msg: Uint8Array): Promise<Uint8Array> {
  const { status, signature } = await calls.signMessage({ msg }, LIMITS);
  requireSuccess('SignMessage', status?.code);
  return signature;
}

function requireSuccess(rpc: string, code: number = Code.NoneStatusCode): void {
  if (code === Code.Success) return;
  throw new StatusError(
    Code.CryptoServerNotReady,
    `the crypto process answered ${rpc} with ${code} ${codeName(code)}`,
  );
}
