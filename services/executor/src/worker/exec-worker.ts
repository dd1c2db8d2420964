/** The thread that executes blocks: Exec requests one after the other, in the order they came. */

import { GrpcStatus } from '@hexapod/common/rpc-error';
import { StageTimers } from '@hexapod/common/stage-timers';
import { serveTasks } from '@hexapod/common/worker-tasks';
import { keccak256Into } from '@hexapod/crypto/keccak';
import { Block } from '@hexapod/protocol/blockchain';
import { HashResponse } from '@hexapod/protocol/common';
import { type Code, StatusError } from '@hexapod/protocol/status-code';
import { DecodeError } from '@hexapod/protocol/wire';
import { Chain, type ExecAnswer } from '../chain.ts';
import type { BlockReport, ExecResult, ExecTask } from './protocol.ts';
import { setUp } from './setup.ts';

const CACHE_SIZES = { accounts: 100_000, slots: 200_000 };
const MEBIBYTE = 2 ** 20;
const CODE_CACHE_BYTES = 64 * MEBIBYTE;
const TRIE_CACHE_BYTES = 192 * MEBIBYTE;

const { settings, database, machine, hash } = await setUp();
let timers = new StageTimers();
const chain = new Chain(
  {
    ethCompatibility: settings.ethCompatibility,
    keepHistory: settings.keepHistory,
    cacheSizes: CACHE_SIZES,
    codeCacheBytes: CODE_CACHE_BYTES,
    trieCacheBytes: TRIE_CACHE_BYTES,
  },
  { database, machine, hash, keccakInto: keccak256Into, stage: (name, step) => timers.time(name, step) },
);

serveTasks<ExecTask, ExecResult>(async (task) => {
  switch (task.kind) {
    case 'head': {
      const { head } = chain;
      return { kind: 'head', head: head && { height: head.height, blockHash: head.blockHash } };
    }
    case 'exec':
      return exec(task.request);
    case 'close':
      await chain.close();
      await database.close();
      return { kind: 'closed' };
  }
});

async function exec(request: Uint8Array): Promise<ExecResult> {
  timers = new StageTimers();
  try {
    const block = timers.time('decode', () => Block.decode(request));
    const answer = await chain.exec(block);
    const report = reportOf(answer);
    return { ...answerOf(answer.code, answer.stateRoot), ...(report && { block: report }) };
  } catch (error) {
    if (error instanceof StatusError) return { ...answerOf(error.code, undefined), remark: error.message };
    if (error instanceof DecodeError) {
      return { kind: 'answer', answer: { grpcCode: GrpcStatus.INTERNAL, details: error.message } };
    }
    throw error;
  }
}

function answerOf(code: Code, stateRoot: Uint8Array | undefined): Extract<ExecResult, { kind: 'answer' }> {
  const response = HashResponse.encode({ status: { code }, hash: stateRoot && { hash: stateRoot } });
  return { kind: 'answer', answer: { response } };
}

function reportOf({ executed }: ExecAnswer): BlockReport | undefined {
  if (executed === undefined) return undefined;
  return {
    height: executed.record.height,
    transactions: executed.receipts.length,
    quotaUsed: executed.record.quotaUsed,
    milliseconds: Object.fromEntries([...timers.totals].map(([stage, { ms }]) => [stage, ms])),
  };
}
