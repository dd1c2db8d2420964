// The threads themselves.

import type { Worker } from 'node:worker_threads';
import { quietLog } from '@hexapod/common/quiet-log';
import type { EncodedTransactions } from '@hexapod/crypto/check-transactions';
import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransaction, Transaction, UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { concatBytes, fromHex, Z32 } from '@hexapod/protocol/bytes';
import { transactionHash } from '@hexapod/protocol/rules';
import { Code } from '@hexapod/protocol/status-code';
import { afterAll, describe, expect, test } from 'vitest';
import { TaskPool } from './task-pool.ts';

function encoded(...transactions: readonly RawTransaction[]): EncodedTransactions {
  const raws = transactions.map((transaction) => RawTransaction.encode(transaction));
  let end = 0;
  const ends = Uint32Array.from(raws.map(({ length }) => (end += length)));
  return { bytes: concatBytes(...raws), ends };
}

describe.each(['sm', 'eth'] as const)('threads of the %s suite', async (name) => {
  const suite = await loadSuite(name);
  const signer = suite.signer(fromHex('11'.repeat(32)));
  const pool = new TaskPool({ suite: name, threads: 2 }, { log: quietLog });
  afterAll(() => pool.close());

  test('hash, and leave the caller his bytes', async () => {
    // A view into a larger request, which must neither be handed over nor copied whole.
    const request = new Uint8Array(1000).fill(3);
    const data = request.subarray(100, 200);
    expect((await pool.run({ kind: 'hash', data })).hash).toEqual(suite.hash(data));
    expect([request.length, data.length, data[0]]).toEqual([1000, 100, 3]);
  });

  test('recover, or say why not', async () => {
    const signature = signer.sign(Z32);
    const recovered = await pool.run({ kind: 'recover', message: Z32, signature });
    expect(recovered).toEqual({ code: Code.Success, address: signer.address });
    const zero = new Uint8Array(suite.signatureLength);
    const failed = await pool.run({ kind: 'recover', message: Z32, signature: zero });
    expect(failed).toEqual({ code: Code.SigCheckError, address: new Uint8Array(20) });
  });

  test('check lists, each caller his own', async () => {
    const lists = Array.from({ length: 40 }, (_, index) => {
      const value = UnverifiedTransaction.create({ transactionHash: new Uint8Array(index) });
      return encoded({ tx: undefined }, { tx: { case: 'normalTx', value } });
    });
    const results = await Promise.all(
      lists.map((transactions) => pool.run({ kind: 'check', transactions, acceptance: 'strict' })),
    );
    results.forEach((result, index) => {
      // A hash longer than 32 bytes is cut: it is only for the log.
      const transactionHash = new Uint8Array(Math.min(index, 32));
      expect(result).toEqual({
        failed: [
          { index: 0, code: Code.NoneRawTx, transactionHash: new Uint8Array(0) },
          { index: 1, code: Code.NoneWitness, transactionHash },
        ],
      });
    });
  });

  test('tell what does not parse', async () => {
    const result = await pool.run({
      kind: 'check',
      transactions: { bytes: fromHex('1205'), ends: Uint32Array.of(2) },
      acceptance: 'as-original',
    });
    expect(result).toHaveProperty('malformed');
  });

  test('do what they are given, also when one is asked that there is not', async () => {
    const transactions = encoded({ tx: undefined });
    const task = { kind: 'check', transactions, acceptance: 'strict' } as const;
    const results = await Promise.all([0, 1, 5].map((thread) => pool.run(task, thread)));
    for (const result of results) expect(result).toMatchObject({ failed: [{ index: 0 }] });
    // The bytes stay with who asked.
    expect(transactions).toEqual(encoded({ tx: undefined }));
  });

  test('that are killed are replaced, and whatever they had to do is done', async () => {
    const workers: Worker[] = [];
    const onWorker = (worker: Worker) => workers.push(worker);
    process.on('worker', onWorker);
    const own = new TaskPool({ suite: name, threads: 2 }, { log: quietLog });
    const transaction = Transaction.create({ nonce: 'n', value: Z32, chainId: Z32 });
    const hash = transactionHash(suite.hash, transaction);
    const witness = { signature: signer.sign(hash), sender: signer.address };
    const good: RawTransaction = {
      tx: { case: 'normalTx', value: { transaction, transactionHash: hash, witness } },
    };
    const transactions = encoded(...Array<RawTransaction>(40).fill(good), { tx: undefined });
    const run = (thread: number) => own.run({ kind: 'check', transactions, acceptance: 'strict' }, thread);
    try {
      await Promise.all([run(0), run(1)]);
      expect(workers).toHaveLength(2);
      const results = Array.from({ length: 20 }, (_, index) => run(index % 2));
      const data = new Uint8Array(300_000);
      const hashed = own.run({ kind: 'hash', data });
      await results[0];
      await workers[0]?.terminate();
      await Promise.all(results);
      await workers[1]?.terminate();
      for (const result of [...(await Promise.all(results)), await run(0), await run(1)]) {
        expect(result).toMatchObject({ failed: [{ index: 40, code: Code.NoneRawTx }] });
      }
      expect((await hashed).hash).toEqual(suite.hash(data));
      expect(workers).toHaveLength(4);
    } finally {
      process.off('worker', onWorker);
      await own.close();
    }
  });
});
