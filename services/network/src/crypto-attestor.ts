// Proofs by this node's crypto process: it signs; hashing and recovering are done here when we know its suite, else there,
// too (docs/protocol/crypto.md 3).

import { type Clock, sleep } from '@hexapod/common/clock';
import type { ServiceClient } from '@hexapod/common/grpc-client';
import type { Logger } from '@hexapod/common/log';
import { loadSuite, type Suite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import type { StatusCode } from '@hexapod/protocol/common';
import type { CryptoService } from '@hexapod/protocol/crypto';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import type { Attestor } from './attestor.ts';
import { originOf } from './identity.ts';

export type CryptoProcess = ServiceClient<typeof CryptoService>;

/** The part of a suite that a proof needs. */
interface Proofs {
  hash(data: Uint8Array): Promise<Uint8Array>;
  recover(hash: Uint8Array, signature: Uint8Array): Promise<Uint8Array>;
}

export interface AttestorModules {
  readonly crypto: CryptoProcess;
  readonly clock: Clock;
  readonly log: Logger;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

const RETRY_MS = 2_000;
/** The same trouble is told again after this many attempts. */
const TELL_EVERY = 15;
const KNOWN_SUITES = new Set<string>(['sm', 'eth'] satisfies Suite['name'][]);

/**
 * Waits for the crypto process and makes sure that its key is that of `nodeOrigin`: with another key every peer would turn
 * us away. Rejects only when the signal is aborted.
 */
export async function openAttestor(nodeOrigin: bigint, modules: AttestorModules): Promise<Attestor> {
  const { clock, log, signal } = modules;
  for (let attempt = 0; ; attempt++) {
    try {
      return await tryOpen(nodeOrigin, modules);
    } catch (error) {
      signal.throwIfAborted();
      const text = `no links yet: ${error instanceof Error ? error.message : error}`;
      if (attempt % TELL_EVERY === 0) log.warn(text);
    }
    await sleep(clock, RETRY_MS, signal);
  }
}

async function tryOpen(nodeOrigin: bigint, { crypto, randomBytes }: AttestorModules): Promise<Attestor> {
  const info = await crypto.getCryptoInfo({});
  requireSuccess('GetCryptoInfo', info.status);
  const proofs = isKnown(info.name) ? localProofs(await loadSuite(info.name)) : remoteProofs(crypto);
  const sign = async (bytes: Uint8Array) => {
    const { status, signature } = await crypto.signMessage({ msg: await proofs.hash(bytes) });
    requireSuccess('SignMessage', status);
    return signature;
  };
  const recover = async (bytes: Uint8Array, signature: Uint8Array) => {
    try {
      return await proofs.recover(await proofs.hash(bytes), signature);
    } catch (error) {
      if (error instanceof StatusError && isBadSignature(error.code)) return undefined;
      throw error;
    }
  };
  const challenge = Uint8Array.of(0, ...randomBytes(32));
  const address = await recover(challenge, await sign(challenge));
  if (!address) throw new Error('the crypto process makes signatures that are none');
  if (originOf(address) !== nodeOrigin) {
    throw new Error(
      `the crypto process holds the key of ${toHex(address)}, but the file node_address belongs to origin ${nodeOrigin}: put the key and the address of one account into this node`,
    );
  }
  return { address, sign, recover };
}

function isKnown(name: string): name is Suite['name'] {
  return KNOWN_SUITES.has(name);
}

function localProofs(suite: Suite): Proofs {
  return {
    hash: async (data) => suite.hash(data),
    recover: async (hash, signature) => suite.recoverStrict(hash, signature),
  };
}

function remoteProofs(crypto: CryptoProcess): Proofs {
  return {
    async hash(data) {
      const { status, hash } = await crypto.hashData({ data });
      requireSuccess('HashData', status);
      if (!hash) throw new StatusError(Code.NoneHashResult, 'HashData answers without a hash');
      return hash.hash;
    },
    async recover(msg, signature) {
      const { status, address } = await crypto.recoverSignature({ msg, signature });
      requireSuccess('RecoverSignature', status);
      return address;
    },
  };
}

function isBadSignature(code: number): boolean {
  return code === Code.SigLenError || code === Code.SigCheckError;
}

/** Any other number, also one we do not know, is a failure (docs/protocol/wire.md 2.3). */
function requireSuccess(rpc: string, status: StatusCode | undefined): void {
  if (status?.code === Code.Success) return;
  const code = status?.code ?? Code.NoneStatusCode;
  throw new StatusError(
    Object.values(Code).find((known) => known === code) ?? Code.FatalError,
    `${rpc} answers ${codeName(code)}`,
  );
}
