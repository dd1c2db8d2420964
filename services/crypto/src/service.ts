// The gRPC edge of the crypto process (docs/protocol/crypto.md 3). No rule of the domain is here.

import { setImmediate } from 'node:timers/promises';
import type { GrpcServer } from '@hexapod/common/grpc-server';
import type { Logger } from '@hexapod/common/log';
import type { Metrics } from '@hexapod/common/metrics';
import { GrpcStatus, RpcError } from '@hexapod/common/rpc-error';
import type { ServerCall } from '@hexapod/common/server-call';
import { PoolFullError } from '@hexapod/common/worker-pool';
import type { FailedTransaction } from '@hexapod/crypto/check-transactions';
import type { Signer, Suite } from '@hexapod/crypto/suite';
import { equalBytes, toHex, zero } from '@hexapod/protocol/bytes';
import { StatusCode } from '@hexapod/protocol/common';
import { CryptoService } from '@hexapod/protocol/crypto';
import { Code, codeName, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import { FAILING_INDEXES, failingIndexes } from './failing-indexes.ts';
import type { TaskPool } from './task-pool.ts';
import { recover } from './tasks.ts';
import type { CheckedList, TransactionChecker } from './transaction-checker.ts';

export interface CryptoModules {
  readonly suite: Suite;
  /** Of the node's key. */
  readonly signer: Signer;
  readonly checker: Pick<TransactionChecker, 'check'>;
  /** For what takes longer than a call should. */
  readonly pool: Pick<TaskPool, 'run'>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Hashing more than this is left to another thread: about 2 ms. */
const LONG_DATA_BYTES = 256 * 1024;
/** With it the caller asks for the standard's rule instead of the original's; an original ignores it. */
const STRICT_HEADER = 'strict';
/** Failed transactions that one log line names. */
const MOST_NAMED = 5;

export function serveCrypto(server: GrpcServer, modules: CryptoModules): void {
  const { suite, signer, pool } = modules;

  const hash = async (data: Uint8Array): Promise<Uint8Array> =>
    data.length <= LONG_DATA_BYTES
      ? suite.hash(data)
      : (await orRefused(pool.run({ kind: 'hash', data }))).hash;

  // A list stays bytes: it is cut for the threads without being decoded here.
  const { checkTransactions, ...decoded } = CryptoService.methods;
  server.add(
    { name: CryptoService.name, methods: decoded },
    {
      getCryptoInfo: () => ({
        status: { code: Code.Success },
        name: suite.name,
        hashLen: suite.hashLength,
        signatureLen: suite.signatureLength,
        addressLen: suite.addressLength,
      }),

      hashData: async ({ data }) => ({ status: { code: Code.Success }, hash: { hash: await hash(data) } }),

      verifyDataHash: async ({ data, hash: claimed }) => {
        if (claimed.length !== suite.hashLength) return { code: Code.HashLenError };
        return { code: equalBytes(await hash(data), claimed) ? Code.Success : Code.HashCheckError };
      },

      signMessage: async ({ msg }) => {
        try {
          const signature =
            msg.length <= LONG_DATA_BYTES
              ? signer.sign(msg)
              : await signer.signLong(msg, () => setImmediate());
          return { status: { code: Code.Success }, signature };
        } catch (error) {
          if (!(error instanceof StatusError)) throw error;
          return { status: { code: error.code }, signature: zero(suite.signatureLength) };
        }
      },

      recoverSignature: async ({ msg: message, signature }) => {
        // The length comes first, before the message is carried anywhere.
        const isLong = message.length > LONG_DATA_BYTES && signature.length === suite.signatureLength;
        const { code, address } = isLong
          ? await orRefused(pool.run({ kind: 'recover', message, signature }))
          : recover(suite, { message, signature });
        return { status: { code }, address };
      },
    },
  );
  server.addRaw(checkTransactions, (bytes, call) => answerCheckTransactions(bytes, call, modules));
}

async function answerCheckTransactions(
  bytes: Uint8Array,
  call: ServerCall,
  { checker, log, metrics }: CryptoModules,
): Promise<Uint8Array> {
  const acceptance = call.header(STRICT_HEADER) === '1' ? 'strict' : 'as-original';
  const checked = await metrics.stages.time('check_transactions', () =>
    orRefused(checker.check(bytes, acceptance, call.signal)),
  );
  const { failed } = checked;
  const indexes = failingIndexes(failed);
  if (indexes !== undefined) call.setTrailer(FAILING_INDEXES, indexes);
  if (failed.length > 0) log.warn({ caller: call.clientName }, describeFailures(checked));
  return StatusCode.encode({ code: failed[0]?.code ?? Code.Success });
}

function describeFailures({ count, failed }: CheckedList): string {
  const name = ({ index, code, transactionHash }: FailedTransaction): string =>
    `${index} 0x${toHex(transactionHash)} ${codeName(code)}`;
  const named = failed.slice(0, MOST_NAMED).map(name).join(', ');
  const more = failed.length > MOST_NAMED ? ', …' : '';
  return `CheckTransactions: ${failed.length} of ${count} transactions fail: ${named}${more}`;
}

/** Failures that are the caller's or the load's, as gRPC has them. */
async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DecodeError)
      throw new RpcError(GrpcStatus.INTERNAL, error.message, { cause: error });
    if (error instanceof PoolFullError)
      throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, error.message, { cause: error });
    if (error instanceof DOMException && error.name === 'AbortError')
      throw new RpcError(GrpcStatus.CANCELLED, 'the caller has given up', { cause: error });
    throw error;
  }
}
