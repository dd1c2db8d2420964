/**
 * Executes one block on the state of the block before and puts everything that follows from it into one batch: state,
 * receipts, index, header, head (docs/protocol/executor.md 3.4, 8).
 */
import type { Block, BlockHeader } from '@hexapod/protocol/blockchain';
import { blockHash } from '@hexapod/protocol/rules';
import { GasMeter } from '../evm/gas-meter.ts';
import type { MachineModules } from '../evm/machine.ts';
import type { BlockEnvironment } from '../evm/world.ts';
import { type CommitResult, commitState } from '../state/commit.ts';
import type { HeadState } from '../state/state-reader.ts';
import type { Tries } from '../state/tries.ts';
import { WorldState } from '../state/world-state.ts';
import { Batch } from '../store/database.ts';
import { blockKey, HEAD_KEY } from '../store/keys.ts';
import { makeReceipts, type ReceiptModules } from './block-receipts.ts';
import { type BlockRecord, chainHeader, encodeBlockRecord } from './block-record.ts';
import { encodeHead, type Head } from './head.ts';
import { internalHeaderRlp } from './internal-header.ts';
import { receiptsRoot } from './receipt.ts';
import { putReceipts, type StoredReceipt } from './receipt-store.ts';
import { executeTransaction, type TransactionResult } from './transaction.ts';
import type { Work } from './work-list.ts';

export interface ExecutedBlock {
  readonly batch: Batch;
  readonly head: Head;
  readonly record: BlockRecord;
  readonly state: CommitResult;
  readonly receipts: readonly StoredReceipt[];
}

export interface BlockExecutorModules extends ReceiptModules {
  readonly state: HeadState;
  readonly tries: Tries;
  readonly machine: MachineModules;
  /** Told how long each step took. */
  stage<T>(name: string, step: () => T): T;
}

/** The block as checked by work-list.ts. Nothing is written: the caller writes the batch. */
export interface BlockInput {
  readonly block: Block;
  readonly header: BlockHeader;
  readonly work: readonly Work[];
  readonly environment: BlockEnvironment;
  /** Keep older values for calls at past heights. */
  readonly keepHistory: boolean;
  /** undefined: this is genesis. */
  readonly parent: Head | undefined;
}

export function executeBlock(input: BlockInput, modules: BlockExecutorModules): ExecutedBlock {
  const { block, header, work, parent, keepHistory } = input;
  const { machine, hash, stage } = modules;
  const batch = new Batch();
  const world = new WorldState(modules.state, machine.keccak, machine.seed);
  const results = stage('execute', () => runAll(work, input.environment, world, machine));
  const options = { height: Number(header.height), keepHistory, nextStorage: parent?.nextStorage ?? 1 };
  const state = stage('state', () =>
    commitState(world, batch, options, { head: modules.state, tries: modules.tries }),
  );
  const encoded = stage('receipts', () => makeReceipts(work, results, modules));
  const { receipts, bloom } = encoded;
  const root = stage('receipts_root', () => receiptsRoot(encoded.leaves, hash));
  const quotaUsed = receipts.at(-1)?.cumulativeQuotaUsed ?? 0n;
  const { version } = block;
  const internal = { header, version, stateRoot: state.stateRoot, receiptsRoot: root, bloom, quotaUsed };
  const record: BlockRecord = {
    prevhash: header.prevhash,
    timestamp: header.timestamp,
    height: header.height,
    transactionsRoot: header.transactionsRoot,
    proposer: header.proposer.subarray(0, 20),
    version,
    blockHash: blockHash(hash, chainHeader(header)),
    internalHash: hash(internalHeaderRlp(internal)),
    stateRoot: state.stateRoot,
    receiptsRoot: root,
    quotaUsed,
  };
  const head: Head = {
    height: header.height,
    nextStorage: state.nextStorage,
    historyFrom: keepHistory ? (parent?.historyFrom ?? 0n) : header.height,
  };
  putReceipts(batch, header.height, receipts, encoded);
  batch.put(blockKey(header.height), encodeBlockRecord(record));
  batch.put(HEAD_KEY, encodeHead(head));
  return { batch, head, record, state, receipts };
}

function runAll(
  work: readonly Work[],
  block: BlockEnvironment,
  world: WorldState,
  modules: MachineModules,
): TransactionResult[] {
  const options = { block, meter: new GasMeter(), gasPrice: 1, hasSpecialAddresses: true };
  return work.map(({ message }) => executeTransaction(message, world, options, modules));
}
