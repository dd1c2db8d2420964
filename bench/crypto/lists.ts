// CheckTransactions through a crypto process with all its threads, over gRPC; and what a caller of something small feels of it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Client, connect } from '@hexapod/common/grpc-client';
import { rawRequest } from '@hexapod/common/grpc-method';
import { quietLog } from '@hexapod/common/quiet-log';
import { ServiceChild } from '@hexapod/common/service-child';
import { checkEncodedTransactions } from '@hexapod/crypto/check-transactions';
import { loadSuite, type Suite, type SuiteName } from '@hexapod/crypto/suite';
import { RawTransaction, Transaction } from '@hexapod/protocol/blockchain';
import { be64, concatBytes, toHex, Z32 } from '@hexapod/protocol/bytes';
import { CryptoService } from '@hexapod/protocol/crypto';
import { transactionHash } from '@hexapod/protocol/rules';
import { delimited } from '@hexapod/protocol/wire';
import { quantile } from './measure.ts';

/** 12 are the most that the process checks without its threads. */
const LENGTHS = [1, 12, 13, 100, 6000, 20_000] as const;
const LONGEST = 20_000;
const SIGNERS = 64;
/** The fastest of so many lists counts; of a short one many are sent. */
const ROUNDS = 3;
const SHORT_ROUNDS = 60;
/** How long single calls are timed while nothing else is asked. */
const QUIET_MS = 1000;
/** Transactions that one thread checks alone, to compare with. */
const ALONE = 1000;

const methods = { checkTransactions: rawRequest(CryptoService.methods.checkTransactions) };
type ListClient = Client<{ readonly name: string; readonly methods: typeof methods }>;

/** What the probe answers: milliseconds of each call, ascending. */
export type Latencies = readonly number[];

export async function listRows(name: SuiteName): Promise<object[]> {
  const suite = await loadSuite(name);
  const transactions = signedBy(suite);
  const alone = checkedAlone(suite, transactions.slice(0, ALONE));
  const folder = await mkdtemp(join(tmpdir(), 'hexapod-bench-'));
  await writeFile(join(folder, 'private_key'), toHex(suite.hash(be64(0n))), { mode: 0o600 });
  const child = await ServiceChild.spawn({
    main: new URL('../../services/crypto/src/main.ts', import.meta.url),
    folder,
    config: `[crypto_${name}]\ncrypto_port = 0\nenable_metrics = false\n`,
  });
  const address = `127.0.0.1:${await child.listening()}`;
  const client = connect({ name: CryptoService.name, methods }, { address, log: quietLog });
  const probe = new Worker(new URL('./probe-worker.ts', import.meta.url), { workerData: address });
  try {
    await new Promise((resolve) => probe.once('message', resolve));
    const quiet = await probed(probe, () => new Promise((resolve) => setTimeout(resolve, QUIET_MS)));
    const rows = [row(`${name}: nothing`, undefined, quiet)];
    for (const length of LENGTHS) {
      const list = concatBytes(...transactions.slice(0, length).map((raw) => delimited(1, raw)));
      let best = Number.POSITIVE_INFINITY;
      const latencies = await probed(probe, async () => {
        best = await fastest(client, list, length > 100 ? ROUNDS : SHORT_ROUNDS);
      });
      rows.push(row(`${name}: lists of ${length}`, { length, ms: best, alone }, latencies));
    }
    return rows;
  } finally {
    await probe.terminate();
    client.close();
    await child.end();
    await rm(folder, { recursive: true });
  }
}

function row(
  what: string,
  list: { length: number; ms: number; alone: number } | undefined,
  calls: Latencies,
): object {
  const perSecond = list && (1000 * list.length) / list.ms;
  return {
    what,
    ms: list?.ms.toFixed(2) ?? '',
    'per second': perSecond === undefined ? '' : Math.round(perSecond),
    'to one thread alone': perSecond === undefined ? '' : (perSecond / (list?.alone ?? 1)).toFixed(2),
    'single calls': calls.length,
    'p50, ms': quantile(calls, 0.5).toFixed(2),
    'p99, ms': quantile(calls, 0.99).toFixed(2),
  };
}

/** PB(RawTransaction) of the longest list. */
function signedBy(suite: Suite): Uint8Array[] {
  const signers = Array.from({ length: SIGNERS }, (_, index) =>
    suite.signer(suite.hash(be64(BigInt(index)))),
  );
  return Array.from({ length: LONGEST }, (_, index) => {
    const signer = signers[index % SIGNERS] as (typeof signers)[number];
    const transaction = Transaction.create({
      to: signer.address,
      nonce: String(index),
      quota: 200_000n,
      validUntilBlock: 100n,
      data: new Uint8Array(68),
      value: Z32,
      chainId: Z32,
    });
    const hash = transactionHash(suite.hash, transaction);
    const witness = { signature: signer.sign(hash), sender: signer.address };
    return RawTransaction.encode({
      tx: { case: 'normalTx', value: { transaction, transactionHash: hash, witness } },
    });
  });
}

/** Transactions a second in this thread, without a process, once it has seen them. */
function checkedAlone(suite: Suite, transactions: readonly Uint8Array[]): number {
  let end = 0;
  const ends = Uint32Array.from(transactions.map(({ length }) => (end += length)));
  const encoded = { bytes: concatBytes(...transactions), ends };
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    if (checkEncodedTransactions(suite, encoded, 'strict').length > 0) throw new Error('a good list fails');
    best = Math.min(best, performance.now() - start);
  }
  return (1000 * transactions.length) / best;
}

/** Milliseconds of the fastest call. */
async function fastest(client: ListClient, list: Uint8Array, rounds: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const { code } = await client.checkTransactions(list);
    if (code !== 0) throw new Error(`a good list was answered with ${code}`);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** How long single calls of another thread take while `work` goes on. */
async function probed(probe: Worker, work: () => Promise<unknown>): Promise<Latencies> {
  probe.postMessage('start');
  await work();
  const latencies = new Promise<Latencies>((resolve) => probe.once('message', resolve));
  probe.postMessage('stop');
  return latencies;
}
