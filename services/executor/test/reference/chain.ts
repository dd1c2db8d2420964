/** Blocks one after the other (docs/protocol/executor.md 3.3, 3.4, 5.7), Call (9) and EstimateQuota (10.2). */
import { type Block, BlockHeader } from '@hexapod/protocol/blockchain';
import type { Receipt } from '@hexapod/protocol/evm';
import type { BlockEnvironment } from './machine.ts';
import { toBytes, toInteger } from './numbers.ts';
import { bloomOf, ERRORS, type Hash, internalHeaderRlp, receiptRlp, receiptsRoot } from './receipts.ts';
import { type Accounts, State, stateRoot } from './state.ts';
import { executeTransaction, type Transaction, type TransactionResult } from './transaction.ts';

export interface ReferenceOptions {
  readonly hash: Hash;
  readonly ethCompatibility: boolean;
  /** Opcodes of one transaction or trial; beyond them TooMuchWork is thrown. */
  readonly mostSteps: number;
}

/** What is known of an executed block. */
export interface ReferenceBlock {
  readonly header: BlockHeader;
  readonly blockHash: Uint8Array;
  readonly internalHash: Uint8Array;
  readonly stateRoot: Uint8Array;
  readonly receiptsRoot: Uint8Array;
  readonly quotaUsed: bigint;
  /** As GetTransactionReceipt answers them (10.1). */
  readonly receipts: readonly Receipt[];
  readonly transactions: readonly Transaction[];
  readonly results: readonly TransactionResult[];
  /** After the block. */
  readonly accounts: Accounts;
}

export interface ReferenceCall {
  readonly from: bigint;
  readonly to: bigint;
  readonly data: Uint8Array;
}

interface Work {
  readonly transaction: Transaction;
  readonly hash: Uint8Array;
}

const CALL_QUOTA = 50_000_000n;
const MAX_U64 = (1n << 64n) - 1n;

export class ReferenceChain {
  readonly blocks: ReferenceBlock[] = [];
  readonly #options: ReferenceOptions;

  constructor(options: ReferenceOptions) {
    this.#options = options;
  }

  get accounts(): Accounts {
    return this.blocks.at(-1)?.accounts ?? new Map();
  }

  /** 3.4. The block must be the next one. */
  execute(block: Block): ReferenceBlock {
    const { header } = block;
    if (header === undefined || header.height !== BigInt(this.blocks.length)) {
      throw new Error(`block ${header?.height} is not the next one`);
    }
    const { hash, mostSteps } = this.#options;
    const state = new State(this.accounts);
    const environment = this.#environment(header, header.height - 1n, (i) => i < header.height - 1n);
    const options = { block: environment, gasPrice: 1n, hasSpecialAddresses: true, mostSteps };
    const work = workOf(block);
    const results = work.map(({ transaction }) => executeTransaction(transaction, state, options));

    const accounts = state.snapshot();
    const root = stateRoot(accounts);
    let cumulativeQuotaUsed = 0n;
    const records = work.map(({ hash: transactionHash }, i) => {
      const { quotaUsed, logs, status, nonce } = at(results, i);
      cumulativeQuotaUsed += quotaUsed;
      return { cumulativeQuotaUsed, logs, status, nonce, transactionHash };
    });
    const receipts = receiptsRoot(
      records.map((record) => hash(receiptRlp(record))),
      hash,
    );
    const internal = {
      header,
      version: block.version,
      stateRoot: root,
      receiptsRoot: receipts,
      bloom: bloomOf(results.flatMap(({ logs }) => logs)),
      quotaUsed: cumulativeQuotaUsed,
    };
    const done = {
      header,
      blockHash: hash(BlockHeader.encode(header)),
      internalHash: hash(internalHeaderRlp(internal)),
      stateRoot: root,
      receiptsRoot: receipts,
      quotaUsed: cumulativeQuotaUsed,
      transactions: work.map(({ transaction }) => transaction),
      results,
      accounts,
    };
    const executed = { ...done, receipts: receiptMessages(work, done) };
    this.blocks.push(executed);
    return executed;
  }

  /** 9, on the state after the block of a height. */
  call({ from, to, data }: ReferenceCall, height: number): TransactionResult {
    return this.#simulate(from, to, data, CALL_QUOTA, height);
  }

  /** 10.2; undefined: the estimate fails. */
  estimateQuota({ from, to, data }: ReferenceCall): bigint | undefined {
    const trial = (quota: bigint) => this.#simulate(from, to, data, quota, this.blocks.length - 1);
    const first = trial(MAX_U64);
    if (first.status !== 'success') return undefined;
    const second = trial(first.quotaUsed);
    if (second.status === 'success') return second.quotaUsed;
    let [low, high] = [first.quotaUsed, MAX_U64];
    while (high - low > 1024n) {
      const middle = (low + high) / 2n;
      if (trial(middle).status === 'success') high = middle;
      else low = middle;
    }
    return high;
  }

  #simulate(sender: bigint, to: bigint, data: Uint8Array, quota: bigint, height: number): TransactionResult {
    const { header, accounts } = at(this.blocks, height);
    const environment = this.#environment(header, header.height, (i) => i < header.height);
    const { mostSteps } = this.#options;
    const options = { block: environment, gasPrice: 0n, hasSpecialAddresses: false, mostSteps };
    // Here, unlike in a block, 20 zero bytes mean creation.
    const target = to === 0n ? undefined : to;
    const transaction = { sender, to: target, quota, version: 0, value: 0n, data };
    return executeTransaction(transaction, new State(accounts), options);
  }

  /**
   * 3.3, and 5.7: entry 0 of the list of hashes is that of block `newest`, entry i that of newest − i as long as
   * `isFilled` and i ≤ 254.
   */
  #environment(header: BlockHeader, newest: bigint, isFilled: (index: bigint) => boolean): BlockEnvironment {
    const { ethCompatibility } = this.#options;
    const n = header.height;
    return {
      number: n,
      timestamp: ethCompatibility ? header.timestamp / 1000n : header.timestamp,
      coinbase: toInteger(header.proposer.subarray(0, 20)),
      blockHash: (argument) => {
        const oldest = (n > 256n ? n : 256n) - 256n;
        if (argument >= n || argument < oldest) return 0n;
        const index = n - argument - 1n;
        if (index > 0n && (index > 254n || !isFilled(index))) return 0n;
        return toInteger(at(this.blocks, Number(newest - index)).internalHash);
      },
    };
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`there is no item ${index} of ${items.length}`);
  return item;
}

/** 3.1: utxo transactions are skipped. */
function workOf(block: Block): Work[] {
  const work: Work[] = [];
  for (const { tx } of block.body?.body ?? []) {
    if (tx?.case !== 'normalTx') continue;
    const { transaction, transactionHash, witness } = tx.value;
    if (transaction === undefined || witness === undefined) throw new Error('a transaction is incomplete');
    const { to, quota, version, value, data } = transaction;
    work.push({
      hash: transactionHash,
      transaction: {
        sender: toInteger(witness.sender),
        to: to.length === 0 ? undefined : toInteger(to),
        quota,
        version,
        value: toInteger(value),
        data,
      },
    });
  }
  return work;
}

/** 10.1. */
function receiptMessages(work: readonly Work[], block: Omit<ReferenceBlock, 'receipts'>): Receipt[] {
  let cumulativeQuotaUsed = 0n;
  let logsBefore = 0;
  return work.map(({ hash: transactionHash }, index) => {
    const { quotaUsed, status, logs, contractAddress } = at(block.results, index);
    cumulativeQuotaUsed += quotaUsed;
    const place = { blockNumber: block.header.height, transactionIndex: BigInt(index), transactionHash };
    const messages = logs.map(({ address, topics, data }, position) => ({
      ...place,
      address: toBytes(address, 20),
      topics: topics.map((topic) => toBytes(topic, 32)),
      data,
      blockHash: block.internalHash,
      logIndex: BigInt(logsBefore + position),
      transactionLogIndex: BigInt(position),
    }));
    logsBefore += logs.length;
    return {
      ...place,
      blockHash: block.blockHash,
      cumulativeQuotaUsed: toBytes(cumulativeQuotaUsed, 32),
      quotaUsed: toBytes(quotaUsed, 32),
      contractAddress: toBytes(contractAddress ?? 0n, 20),
      logs: messages,
      stateRoot: block.stateRoot,
      logsBloom: bloomOf(logs),
      errorMessage: status === 'success' ? '' : ERRORS[status][1],
    };
  });
}
