/** The reference itself against the judge: every value of executor-vectors.json. */
import { sm3 } from '@hexapod/crypto/sm3';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { describe, expect, test } from 'vitest';
import {
  blockOf,
  type ChainBlock,
  estimateData,
  type ProgramBlock,
  type ResultRow,
  vectors,
} from '../vectors.ts';
import { ReferenceChain } from './chain.ts';
import { keccak } from './hashing.ts';
import type { Log } from './machine.ts';
import { toBytes, toInteger } from './numbers.ts';
import { bloomOf, ERRORS, internalHeaderRlp, receiptRlp } from './receipts.ts';
import { State, stateRoot } from './state.ts';
import { executeTransaction, type TransactionResult } from './transaction.ts';

const mostSteps = 10_000_000;

function logsText(logs: readonly Log[]): string {
  return logs
    .map(({ address, topics, data }) => {
      const words = topics.map((topic) => toHex(toBytes(topic, 32))).join(',');
      return `${toHex(toBytes(address, 20))}:${words}:${toHex(data)}`;
    })
    .join(';');
}

const addressText = (address: bigint | undefined): string =>
  address === undefined ? '' : toHex(toBytes(address, 20));

const REFUSALS: Readonly<Record<string, string>> = {
  NotEnoughBaseQuota: 'ERR NotEnoughBaseGas',
  TransactionMalformed: 'ERR InvalidTransaction',
};
const STATUSES: Readonly<Record<string, string>> = { success: 'None', reverted: 'Reverted' };

function resultRow(result: TransactionResult): ResultRow {
  const { status, quotaUsed, output, contractAddress, nonce, logs } = result;
  const refusal = REFUSALS[status];
  if (refusal !== undefined) return [refusal];
  return [
    STATUSES[status] ?? status,
    Number(quotaUsed),
    contractAddress === undefined ? toHex(output) : '',
    addressText(contractAddress),
    Number(nonce),
    logsText(logs),
  ];
}

function runPrograms(blocks: readonly ProgramBlock[]): { transactions: number; roots: number } {
  const state = new State();
  let transactions = 0;
  for (const { n, ts, coinbase, txs, root } of blocks) {
    const block = {
      number: BigInt(n),
      timestamp: BigInt(ts),
      coinbase: toInteger(fromHex(coinbase)),
      blockHash: () => 0n,
    };
    for (const { tx, r, label } of txs) {
      const [sender, to, quota, version, value, data] = tx;
      const transaction = {
        sender: toInteger(fromHex(sender)),
        to: to === '' ? undefined : toInteger(fromHex(to)),
        quota: BigInt(quota),
        version,
        value: toInteger(fromHex(value)),
        data: fromHex(data),
      };
      const options = { block, gasPrice: 1n, hasSpecialAddresses: true, mostSteps };
      const result = executeTransaction(transaction, state, options);
      expect(resultRow(result), `block ${n}, transaction ${label ?? transactions}`).toEqual(r);
      transactions++;
    }
    expect(toHex(stateRoot(state.snapshot())), `state root of block ${n}`).toBe(root);
  }
  return { transactions, roots: blocks.length };
}

test('micro', () => {
  expect(runPrograms(vectors.micro)).toEqual({ transactions: 96, roots: 2 });
});

test.each(vectors.fuzz)('fuzz $seed', ({ blocks }) => {
  expect(runPrograms(blocks).roots).toBe(12);
});

describe.each(vectors.chain)('chain $crypto', (vector) => {
  const hash = vector.crypto.startsWith('sm') ? sm3 : keccak;
  const chain = new ReferenceChain({ hash, ethCompatibility: false, mostSteps });

  test.each(vector.blocks)('block $height', (expected) => {
    const block = blockOf(expected);
    const executed = chain.execute(block);
    const { header, version } = block;
    if (header === undefined) throw new Error('no header');
    const internal = {
      ...executed,
      header,
      version,
      bloom: bloomOf(executed.results.flatMap((r) => r.logs)),
    };
    expect({
      block_hash: toHex(executed.blockHash),
      state_root: toHex(executed.stateRoot),
      receipts_root: toHex(executed.receiptsRoot),
      internal_hash: toHex(executed.internalHash),
      block_quota_used: Number(executed.quotaUsed),
      internal_header_rlp: expected.internal_header_rlp && toHex(internalHeaderRlp(internal)),
    }).toEqual({
      block_hash: expected.block_hash,
      state_root: expected.state_root,
      receipts_root: expected.receipts_root,
      internal_hash: expected.internal_hash,
      block_quota_used: expected.block_quota_used ?? 0,
      internal_header_rlp: expected.internal_header_rlp,
    });
    checkReceipts(expected, executed);
  });

  function checkReceipts(
    expected: ChainBlock,
    { results, receipts }: ReturnType<ReferenceChain['execute']>,
  ): void {
    expect(receipts.length).toBe(expected.receipts?.length ?? 0);
    expected.receipts?.forEach((wanted, index) => {
      const [result, receipt] = [results[index], receipts[index]];
      if (result === undefined || receipt === undefined) throw new Error(`no receipt ${index}`);
      const record = {
        ...result,
        cumulativeQuotaUsed: BigInt(wanted.cumulative),
        transactionHash: fromHex(wanted.tx_hash),
      };
      expect({
        error: result.status === 'success' ? null : ERRORS[result.status][0],
        text: receipt.errorMessage,
        quotaUsed: Number(toInteger(receipt.quotaUsed)),
        cumulative: Number(toInteger(receipt.cumulativeQuotaUsed)),
        nonce: Number(result.nonce),
        contract: toHex(receipt.contractAddress),
        logs: logsText(result.logs),
        indexes: receipt.logs.map((log) => [Number(log.logIndex), Number(log.transactionLogIndex)]),
        bloom: result.logs.length === 0 ? '(zero)' : toHex(receipt.logsBloom),
        out: result.contractAddress === undefined ? toHex(result.output) : wanted.out,
        leaf: toHex(hash(receiptRlp(record))),
      }).toEqual({
        error: wanted.error_code,
        text: wanted.error_message,
        quotaUsed: wanted.quota_used,
        cumulative: wanted.cumulative,
        nonce: wanted.account_nonce,
        contract: wanted.contract_address,
        logs: wanted.logs
          .map(({ address, topics, data }) => `${address}:${topics.join(',')}:${data}`)
          .join(';'),
        indexes: wanted.logs.map((log) => [log.log_index, log.tx_log_index]),
        bloom: wanted.logs_bloom,
        out: wanted.out,
        leaf: wanted.receipt_leaf_hash,
      });
    });
  }

  test.each(vector.calls)('call $what', ({ from, to, data, r, raw_out }) => {
    const request = { from: toInteger(fromHex(from)), to: toInteger(fromHex(to)), data: fromHex(data) };
    const { status, output } = chain.call(request, vector.blocks.length - 1);
    expect([status, toHex(output)]).toEqual(r === undefined ? ['reverted', raw_out] : ['success', r]);
  });

  test.each(vector.estimates)('estimate $what', (sample) => {
    const to = toInteger(fromHex(sample.to ?? ''));
    const data = estimateData(sample, vector);
    expect(chain.estimateQuota({ from: toInteger(fromHex(sample.from)), to, data })).toBe(
      BigInt(sample.second),
    );
  });
});
