// The threads themselves.

import { quietLog } from '@hexapod/common/quiet-log';
import { loadSuite } from '@hexapod/crypto/suite';
import { RawTransactions, UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { fromHex, Z32 } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { afterAll, describe, expect, test } from 'vitest';
import { TaskPool } from './task-pool.ts';

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
      return RawTransactions.encode({ body: [{ tx: undefined }, { tx: { case: 'normalTx', value } }] });
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
      transactions: fromHex('0a021205'),
      acceptance: 'as-original',
    });
    expect(result).toHaveProperty('malformed');
  });
});
