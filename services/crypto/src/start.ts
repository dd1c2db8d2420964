// Puts the crypto process together (docs/protocol/crypto.md 1.3).

import { setImmediate } from 'node:timers/promises';
import { GrpcServer } from '@hexapod/common/grpc-server';
import { readPrivateKey } from '@hexapod/common/key-file';
import type { RunningService, ServiceContext } from '@hexapod/common/service';
import { StartupError } from '@hexapod/common/startup-error';
import { loadSuite, type Signer, type Suite } from '@hexapod/crypto/suite';
import { toHex } from '@hexapod/protocol/bytes';
import { StatusError } from '@hexapod/protocol/status-code';
import { chosenSuite, type tables } from './config.ts';
import { testItself } from './self-test.ts';
import { serveCrypto } from './service.ts';
import { TaskPool } from './task-pool.ts';
import { check } from './tasks.ts';
import { TransactionChecker } from './transaction-checker.ts';

/** A batch takes a thread up to 10 ms: so long a short list waits behind a long one. */
const BATCH = { maxCount: 64, maxBytes: 256 * 1024 };
/** The way to a thread and back takes as long as two to five signatures; so many take this one a millisecond. */
const MAX_COUNT_AT_ONCE = 12;
/** Batches of one list that a thread has: one that it works on, one that waits. */
const LANES_PER_THREAD = 2;

export async function start({
  config,
  log,
  metrics,
  paths,
  signal,
}: ServiceContext<typeof tables>): Promise<RunningService> {
  const { name, table } = chosenSuite(config);
  const suite = await loadSuite(name);
  const { slowBecause } = suite;
  if (slowBecause)
    log.warn(
      { err: slowBecause },
      `${name}: the fast code does not run here, hashes or signatures take longer`,
    );

  const signer = signerOf(suite, paths.privateKey, readPrivateKey(paths.privateKey, log));
  testItself(suite, signer);

  const pool = new TaskPool({ suite: name, threads: table.check_threads }, { log });
  metrics.gauge(
    'crypto_waiting_batches',
    'Batches of transactions that wait for a thread',
    () => pool.queued,
  );
  const checker = new TransactionChecker(
    {
      ...BATCH,
      maxCountAtOnce: MAX_COUNT_AT_ONCE,
      threads: table.check_threads,
      lanesPerThread: LANES_PER_THREAD,
    },
    {
      checkHere: (transactions, acceptance) => check(suite, { transactions, acceptance }),
      checkElsewhere: (transactions, acceptance, thread) =>
        pool.run({ kind: 'check', transactions, acceptance }, thread),
      pause: () => setImmediate(),
    },
  );
  const server = new GrpcServer({ host: '0.0.0.0', port: table.crypto_port, log, metrics, signal });
  serveCrypto(server, { suite, signer, checker, pool, log, metrics });
  const port = await server.start();
  log.info(
    { suite: name, address: toHex(signer.address), threads: table.check_threads },
    `listening on port ${port}`,
  );
  return {
    async stop() {
      await server.stop();
      await pool.close();
    },
  };
}

function signerOf(suite: Suite, path: string, privateKey: Uint8Array): Signer {
  try {
    return suite.signer(privateKey);
  } catch (cause) {
    if (!(cause instanceof StatusError)) throw cause;
    const text = `${path}: ${cause.message}: make a new key, and the address files that belong to it`;
    throw new StartupError(text, { cause });
  }
}
