// The contract of the executor process as a user and a controller see it (docs/protocol/executor.md 3, 9, 10). Reads and
// requests that must be refused only: the suite may run beside a chain.

import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { answerOf, bytes, type Check, codeOf, expectError, type Suite } from './check.ts';
import type { Message } from './peer.ts';

const EXECUTOR = 'executor.ExecutorService';
const EVM = 'evm.RPCService';
const INVALID_ARGUMENT = 3;
const NOBODY = Buffer.alloc(20, 0xab);
/** PUSH1 2a, PUSH1 0, MSTORE, PUSH1 20, PUSH1 0, RETURN as the code of a contract to be created. */
const RETURN_42 = bytes('602a60005260206000f3');

/** The queries of an account by address: rpc, field of the answer, what an unknown address has, the failure text. */
const ACCOUNT_QUERIES: readonly [rpc: string, field: string, absent: Buffer, text: string][] = [
  ['GetCode', 'byte_code', Buffer.alloc(0), 'Not get the bytecode'],
  ['GetBalance', 'value', Buffer.alloc(32), 'Not get the balance'],
  ['GetTransactionCount', 'nonce', Buffer.alloc(32), 'Not get the nonce'],
  ['GetAbi', 'bytes_abi', Buffer.alloc(0), 'Not get the abi'],
];

const header = (change: Message): Message => ({
  prevhash: Buffer.alloc(32, 1),
  timestamp: '1',
  height: '1',
  transactions_root: Buffer.alloc(32, 2),
  proposer: Buffer.alloc(20, 3),
  ...change,
});

const checks: Check[] = [
  ...ACCOUNT_QUERIES.flatMap(([rpc, field, absent, text]): Check[] => [
    {
      name: `${rpc} of an unknown address (executor.md 10)`,
      async run(peer) {
        deepStrictEqual(answerOf(await peer.call(EVM, rpc, { address: NOBODY }))[field], absent);
      },
    },
    {
      name: `${rpc} of an address of a wrong length: "${text}" (executor.md 10)`,
      async run(peer) {
        for (const length of [0, 19, 21, 32]) {
          expectError(
            await peer.call(EVM, rpc, { address: Buffer.alloc(length, 1) }),
            INVALID_ARGUMENT,
            text,
          );
        }
      },
    },
  ]),
  {
    name: 'GetTransactionReceipt of an unknown hash, and of hashes of a wrong length (executor.md 10)',
    async run(peer) {
      for (const length of [0, 31, 32, 33]) {
        const outcome = await peer.call(EVM, 'GetTransactionReceipt', { hash: Buffer.alloc(length, 0xee) });
        expectError(outcome, INVALID_ARGUMENT, 'Not get the receipt');
      }
    },
  },
  {
    name: 'Call to an address without code answers nothing (executor.md 9)',
    async run(peer) {
      const outcome = await peer.call(EXECUTOR, 'Call', {
        to: NOBODY,
        from: NOBODY,
        method: bytes('01020304'),
      });
      deepStrictEqual(answerOf(outcome).value, Buffer.alloc(0));
    },
  },
  {
    name: 'Call with an address of a wrong length is refused with a text (executor.md 9)',
    async run(peer) {
      for (const request of [
        { to: Buffer.alloc(19) },
        { to: Buffer.alloc(21) },
        { to: NOBODY, from: Buffer.alloc(5) },
      ]) {
        const outcome = await peer.call(EXECUTOR, 'Call', request);
        ok(!outcome.ok && outcome.grpcCode === INVALID_ARGUMENT && outcome.text.length > 0);
      }
    },
  },
  {
    name: 'EstimateQuota of a creation: more than 21,000, 32 bytes (executor.md 10.2)',
    async run(peer) {
      const outcome = await peer.call(EVM, 'EstimateQuota', {
        from: NOBODY,
        to: Buffer.alloc(20),
        method: RETURN_42,
      });
      const quota = answerOf(outcome).bytes_quota as Buffer;
      strictEqual(quota.length, 32);
      ok(BigInt(`0x${quota.toString('hex')}`) > 21_000n);
    },
  },
  {
    name: 'EstimateQuota of code that loops for ever ends (executor.md 14)',
    async run(peer) {
      const outcome = await peer.call(EVM, 'EstimateQuota', {
        from: NOBODY,
        to: Buffer.alloc(20),
        method: bytes('5b600056'),
      });
      expectError(outcome, INVALID_ARGUMENT, 'estimate quota failed');
    },
  },
  {
    name: 'Exec of a transaction of neither kind is NoneBlockBody, without a hash (executor.md 3.1)',
    async run(peer) {
      const outcome = await peer.call(EXECUTOR, 'Exec', {
        version: 0,
        header: header({}),
        body: { body: [{}] },
      });
      strictEqual(codeOf(outcome), 113);
      strictEqual(answerOf(outcome).hash, null);
    },
  },
  {
    name: 'Exec of headers with wrong lengths is answered, not obeyed (wire.md 8.1)',
    async run(peer) {
      for (const change of [
        { prevhash: Buffer.alloc(31) },
        { prevhash: Buffer.alloc(0) },
        { transactions_root: Buffer.alloc(33) },
        { proposer: Buffer.alloc(19) },
        { height: '18446744073709551615' },
      ]) {
        const outcome = await peer.call(EXECUTOR, 'Exec', {
          version: 0,
          header: header(change),
          body: { body: [] },
        });
        ok(codeOf(outcome) !== 0, JSON.stringify(change));
      }
    },
  },
  {
    name: 'health is SERVING (common.md 8)',
    async run(peer) {
      strictEqual(await peer.health(), 'SERVING');
    },
  },
];

export const executorSuite: Suite = { process: 'executor', checks };
