/** The reference data of docs/protocol/executor-vectors.json, group by group (docs/protocol/executor.md 16). */
import { readFileSync } from 'node:fs';
import { keccak256 } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block, BlockHeader, type RawTransaction } from '@hexapod/protocol/blockchain';
import { fromHex, toHex } from '@hexapod/protocol/bytes';
import { Code } from '@hexapod/protocol/status-code';
import { describe, expect, test } from 'vitest';
import { readBlockRecord } from '../src/block/block-record.ts';
import { bloomOf } from '../src/block/bloom.ts';
import { internalHeaderRlp } from '../src/block/internal-header.ts';
import { receiptRlp } from '../src/block/receipt.ts';
import { errorText } from '../src/block/receipt-error.ts';
import { executeTransaction, type TransactionResult } from '../src/block/transaction.ts';
import { GasMeter } from '../src/evm/gas-meter.ts';
import { addressToBytes, wordFromBytes, wordToBytes } from '../src/evm/word.ts';
import type { Log } from '../src/evm/world.ts';
import { commitState } from '../src/state/commit.ts';
import { CodeStore, HeadState } from '../src/state/state-reader.ts';
import { WorldState } from '../src/state/world-state.ts';
import { Batch } from '../src/store/database.ts';
import { machineModules, openChain } from './chain-in-memory.ts';
import { MemoryDatabase } from './memory-database.ts';

type TxRow = [sender: string, to: string, quota: number, version: number, value: string, data: string];
type ResultRow =
  | [status: string, quotaUsed: number, output: string, address: string, nonce: number, logs: string]
  | [string];

interface ProgramBlock {
  n: number;
  ts: number;
  coinbase: string;
  txs: { label?: string; tx: TxRow; r: ResultRow }[];
  root: string;
}

interface ChainTx {
  from: string;
  to: string;
  quota: number;
  data: string;
  value: string;
  version: number;
}

interface ChainReceipt {
  tx: ChainTx;
  tx_hash: string;
  error_code: number | null;
  error_message: string;
  quota_used: number;
  cumulative: number;
  account_nonce: number;
  contract_address: string;
  logs: { address: string; topics: string[]; data: string; log_index: number; tx_log_index: number }[];
  logs_bloom: string;
  receipt_leaf_hash: string;
}

interface ChainBlock {
  height: number;
  body?: ('normal' | 'utxo')[];
  header_pb: string;
  block_hash: string;
  state_root: string;
  receipts_root: string;
  internal_hash: string;
  internal_header_rlp?: string;
  block_quota_used?: number;
  receipts?: ChainReceipt[];
}

interface Vectors {
  chain: { crypto: string; blocks: ChainBlock[] }[];
  micro: ProgramBlock[];
  fuzz: { seed: number; blocks: ProgramBlock[] }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../../docs/protocol/executor-vectors.json', import.meta.url), 'utf8'),
);

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
): Promise<{ transactions: number; roots: number }> {
  const database = new MemoryDatabase();
  const head = new HeadState(database, new CodeStore(1 << 20), { accounts: 1000, slots: 1000 }, 7);
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
      const result = executeTransaction(message, world, options, machineModules);
      expect(resultRow(result), `block ${block.n}, transaction ${label ?? transactions}`).toEqual(r);
      transactions++;
    }
    const batch = new Batch();
    const commit = { height: block.n, keepHistory: true, nextStorage };
    const state = commitState(world, batch, commit, { head, reader: database, keccak: keccak256 });
    expect(toHex(state.stateRoot), `state root of block ${block.n}`).toBe(block.root);
    nextStorage = state.nextStorage;
    await database.write(batch);
    head.remember(state);
  }
  return { transactions, roots: blocks.length };
}

describe('micro', () => {
  test('94 + 2 transactions, 2 state roots', async () => {
    expect(await runPrograms(vectors.micro)).toEqual({ transactions: 96, roots: 2 });
  });
});

describe('fuzz', () => {
  test.each(vectors.fuzz)('seed $seed', async ({ blocks }) => {
    expect(await runPrograms(blocks)).toMatchObject({ roots: 12 });
  });
});

// ---- chain: whole blocks through Exec

const EMPTY = new Uint8Array(0);

function rawTransaction(receipt: ChainReceipt): RawTransaction {
  const { tx } = receipt;
  const transaction = {
    version: tx.version,
    to: fromHex(tx.to),
    nonce: '',
    quota: BigInt(tx.quota),
    validUntilBlock: 0n,
    data: fromHex(tx.data),
    value: fromHex(tx.value),
    chainId: EMPTY,
  };
  const witness = { signature: EMPTY, sender: fromHex(tx.from) };
  return {
    tx: { case: 'normalTx', value: { transaction, transactionHash: fromHex(receipt.tx_hash), witness } },
  };
}

function bodyOf(block: ChainBlock): RawTransaction[] {
  const receipts = [...(block.receipts ?? [])];
  return (block.body ?? []).map((kind) => {
    if (kind === 'utxo') return { tx: { case: 'utxoTx', value: { transactionHash: EMPTY, witnesses: [] } } };
    const receipt = receipts.shift();
    if (receipt === undefined)
      throw new Error(`block ${block.height}: more normal transactions than receipts`);
    return rawTransaction(receipt);
  });
}

describe.each(vectors.chain)('chain $crypto', ({ crypto, blocks }) => {
  const hash = crypto.startsWith('sm') ? sm3 : keccak256;
  const { chain, database } = openChain({ hash });

  test.each(blocks)('block $height', async (expected) => {
    const header = BlockHeader.decode(fromHex(expected.header_pb));
    const block = Block.create({ header, body: { body: bodyOf(expected) } });
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
    expected.receipts?.forEach((wanted, index) => {
      const receipt = answer.executed?.receipts[index];
      if (receipt === undefined) throw new Error(`no receipt ${index}`);
      const bloom = bloomOf(receipt.logs, keccak256);
      expect({
        error: receipt.error ?? null,
        text: errorText(receipt.error),
        quotaUsed: Number(receipt.quotaUsed),
        cumulative: Number(receipt.cumulativeQuotaUsed),
        contract: toHex(addressToBytes(receipt.contractAddress)),
        logs: logsText(receipt.logs),
        bloom: receipt.logs.length === 0 ? '(zero)' : toHex(bloom),
        leaf: toHex(hash(receiptRlp({ ...receipt, bloom, accountNonce: wanted.account_nonce }))),
      }).toEqual({
        error: wanted.error_code,
        text: wanted.error_message,
        quotaUsed: wanted.quota_used,
        cumulative: wanted.cumulative,
        contract: wanted.contract_address,
        logs: wanted.logs
          .map(({ address, topics, data }) => `${address}:${topics.join(',')}:${data}`)
          .join(';'),
        bloom: wanted.logs_bloom,
        leaf: wanted.receipt_leaf_hash,
      });
    });
  });
});
