/** The reference data of docs/protocol/executor-vectors.json, group by group (docs/protocol/executor.md 16). */
import { RpcError } from '@hexapod/common/rpc-error';
import { keccak256, keccak256Into } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import type { CallResponse } from '@hexapod/protocol/executor';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, test } from 'vitest';
import { type BlockRecord, readBlockRecord } from '../src/block/block-record.ts';
import { bloomOf } from '../src/block/bloom.ts';
import { internalHeaderRlp } from '../src/block/internal-header.ts';
import { writeLogs, writeReceipt } from '../src/block/receipt.ts';
import { executeTransaction, type TransactionResult } from '../src/block/transaction.ts';
import { GasMeter } from '../src/evm/gas-meter.ts';
import type { MachineModules } from '../src/evm/machine.ts';
import { addressToBytes, wordFromBytes, wordToBytes } from '../src/evm/word.ts';
import type { Log } from '../src/evm/world.ts';
import { commitState } from '../src/state/commit.ts';
import { RlpWriter } from '../src/state/rlp-writer.ts';
import { CodeStore, HeadState } from '../src/state/state-reader.ts';
import { Tries } from '../src/state/tries.ts';
import { WorldState } from '../src/state/world-state.ts';
import { Batch } from '../src/store/database.ts';
import { MACHINES, openChain, openQueries } from './chain-in-memory.ts';
import { MemoryDatabase } from './memory-database.ts';
import {
  blockOf,
  type ChainReceipt,
  estimateData,
  type ProgramBlock,
  type ResultRow,
  vectors,
} from './vectors.ts';

// ---- micro and fuzz: programs on an empty state, BLOCKHASH is 0

function logsText(logs: readonly Log[]): string {
  return logs
    .map(({ address, topics, data }) => {
      const words = topics.map((topic) => toHex(wordToBytes(topic))).join(',');
      return `${toHex(addressToBytes(address))}:${words}:${toHex(data)}`;
    })
    .join(';');
}

const REFUSALS: Readonly<Record<string, string>> = {
  NotEnoughBaseQuota: 'ERR NotEnoughBaseGas',
  TransactionMalformed: 'ERR InvalidTransaction',
};
const STATUSES: Readonly<Record<string, string>> = { success: 'None', reverted: 'Reverted' };

function resultRow(result: TransactionResult): ResultRow {
  const refusal = REFUSALS[result.status];
  if (refusal !== undefined) return [refusal];
  const isFailure = result.status !== 'success' && result.status !== 'reverted';
  const address = result.contractAddress === undefined ? '' : toHex(addressToBytes(result.contractAddress));
  return [
    STATUSES[result.status] ?? result.status,
    Number(result.quotaUsed),
    isFailure || address !== '' ? '' : toHex(result.output),
    address,
    result.nonce,
    logsText(result.logs),
  ];
}

async function runPrograms(
  blocks: readonly ProgramBlock[],
  machine: MachineModules,
): Promise<{ transactions: number; roots: number }> {
  const database = new MemoryDatabase();
  const head = new HeadState(database, new CodeStore(1 << 20), { accounts: 1000, slots: 1000 }, 7);
  const tries = new Tries(1 << 20, { reader: database, head, keccakInto: keccak256Into });
  let nextStorage = 1;
  let transactions = 0;
  for (const block of blocks) {
    const world = new WorldState(head, keccak256, 7);
    const environment = {
      number: block.n,
      timestamp: block.ts,
      coinbase: wordFromBytes(fromHex(block.coinbase)),
      blockHash: () => 0,
    };
    const options = { block: environment, meter: new GasMeter(), gasPrice: 1, hasSpecialAddresses: true };
    for (const { tx, r, label } of block.txs) {
      const [sender, to, quota, version, value, data] = tx;
      const message = {
        sender: wordFromBytes(fromHex(sender)),
        to: to === '' ? undefined : wordFromBytes(fromHex(to)),
        quota,
        version,
        value: wordFromBytes(fromHex(value)),
        data: fromHex(data),
      };
      const result = executeTransaction(message, world, options, machine);
      expect(resultRow(result), `block ${block.n}, transaction ${label ?? transactions}`).toEqual(r);
      transactions++;
    }
    const batch = new Batch();
    const commit = { height: block.n, keepHistory: true, nextStorage };
    const state = commitState(world, batch, commit, { head, tries });
    expect(toHex(state.stateRoot), `state root of block ${block.n}`).toBe(block.root);
    nextStorage = state.nextStorage;
    await database.write(batch);
    head.remember(state);
  }
  return { transactions, roots: blocks.length };
}

describe.each(MACHINES)('programs, $how', ({ machine }) => {
  test('micro: 94 + 2 transactions, 2 state roots', async () => {
    expect(await runPrograms(vectors.micro, machine)).toEqual({ transactions: 96, roots: 2 });
  });

  test.each(vectors.fuzz)('fuzz, seed $seed', async ({ blocks }) => {
    expect(await runPrograms(blocks, machine)).toMatchObject({ roots: 12 });
  });
});

// ---- chain: whole blocks through Exec

const EMPTY = new Uint8Array(0);

const CHAINS = vectors.chain.flatMap((vector) =>
  MACHINES.map(({ how, machine }) => ({ crypto: vector.crypto, vector, how, machine })),
);

describe.each(CHAINS)('chain $crypto, $how', ({ vector, machine }) => {
  const { crypto, blocks } = vector;
  const hash = crypto.startsWith('sm') ? sm3 : keccak256;
  const { chain, database } = openChain({ hash, machine });
  const queries = openQueries(database, { machine });

  test.each(blocks)('block $height', async (expected) => {
    const block = blockOf(expected);
    const { header } = block;
    if (header === undefined) throw new Error('no header');
    const answer = await chain.exec(block);
    expect(answer.code).toBe(Code.Success);
    expect(toHex(answer.stateRoot ?? EMPTY)).toBe(expected.state_root);

    const record = readBlockRecord(database, header.height);
    expect(record).toBeDefined();
    if (record === undefined) return;
    expect(toHex(record.blockHash)).toBe(expected.block_hash);
    expect(toHex(record.receiptsRoot)).toBe(expected.receipts_root);
    expect(toHex(record.internalHash)).toBe(expected.internal_hash);
    expect(Number(record.quotaUsed)).toBe(expected.block_quota_used ?? 0);
    if (expected.internal_header_rlp !== undefined) {
      const rlp = internalHeaderRlp({ ...record, header, bloom: new Uint8Array(256) });
      expect(toHex(rlp)).toBe(expected.internal_header_rlp);
    }
    expect(answer.executed?.receipts.length).toBe(expected.receipts?.length ?? 0);
    for (const [index, wanted] of (expected.receipts ?? []).entries()) {
      const receipt = answer.executed?.receipts[index];
      if (receipt === undefined) throw new Error(`no receipt ${index}`);
      const bloom = bloomOf(receipt.logs, keccak256);
      const writer = new RlpWriter();
      writeLogs(writer, receipt.logs);
      const logs = writer.finish();
      writeReceipt(writer, { ...receipt, bloom, accountNonce: wanted.account_nonce }, logs);
      const leaf = hash(writer.finish());
      expect([receipt.error ?? null, toHex(leaf)]).toEqual([wanted.error_code, wanted.receipt_leaf_hash]);
      await checkAnswer(wanted, record);
    }
  });

  /** What GetTransactionReceipt says of it. */
  async function checkAnswer(wanted: ChainReceipt, block: BlockRecord): Promise<void> {
    const transactionHash = fromHex(wanted.tx_hash);
    const place = {
      blockNumber: block.height,
      transactionHash,
      transactionIndex: BigInt(wanted.index),
    };
    expect(await queries.getTransactionReceipt({ hash: transactionHash })).toEqual({
      ...place,
      blockHash: block.blockHash,
      cumulativeQuotaUsed: wordToBytes(wanted.cumulative),
      quotaUsed: wordToBytes(wanted.quota_used),
      contractAddress: fromHex(wanted.contract_address),
      stateRoot: block.stateRoot,
      logsBloom: wanted.logs_bloom === '(zero)' ? new Uint8Array(256) : fromHex(wanted.logs_bloom),
      errorMessage: wanted.error_message,
      logs: wanted.logs.map((log) => ({
        ...place,
        address: fromHex(log.address),
        topics: log.topics.map((topic) => fromHex(topic)),
        data: fromHex(log.data),
        blockHash: block.internalHash,
        logIndex: BigInt(log.log_index),
        transactionLogIndex: BigInt(log.tx_log_index),
      })),
    });
  }

  test.each(vector.calls)('call $what', async ({ from, to, data, r, grpc_error }) => {
    const request = { from: fromHex(from), to: fromHex(to), method: fromHex(data), args: [], height: 0n };
    expect(await valueOrText(queries.call(request))).toBe(r ?? grpc_error);
  });

  test.each(vector.estimates)('estimate $what', async (sample) => {
    const { from, to = '00'.repeat(20), first, second, second_ok } = sample;
    // The second trial succeeds, so its quota is the answer; the first one's is that of the same run without bound.
    expect([second_ok, second]).toEqual([true, first]);
    const method = estimateData(sample, vector);
    const request = { from: fromHex(from), to: fromHex(to), method, args: [], height: 0n };
    expect(await queries.estimateQuota(request)).toEqual({ bytesQuota: wordToBytes(second) });
  });
});

async function valueOrText(answer: Promise<CallResponse>): Promise<string> {
  try {
    return toHex((await answer).value);
  } catch (error) {
    if (error instanceof RpcError) return error.details;
    throw error;
  }
}
