// Token transfers, block by block with the commit of the tries: our chain on a database in memory; the peer with its
// MerkleStateManager and caches, which executes and commits, and does nothing else of what makes a block.

import { createEVM, type EVM } from '@ethereumjs/evm';
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager';
import { Account, Address } from '@ethereumjs/util';
import { keccak256Into } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block, type UnverifiedTransaction } from '@hexapod/protocol/blockchain';
import { Chain } from '../../services/executor/src/chain.ts';
import type { MachineModules } from '../../services/executor/src/evm/machine.ts';
import { MemoryDatabase } from '../../services/executor/test/memory-database.ts';
import type { EncodedBlocks } from '../executor/blocks.ts';
import { threadTime } from './thread-time.ts';

const GAS = 3_000_000n;
const CACHES = {
  cacheSizes: { accounts: 200_000, slots: 400_000 },
  codeCacheBytes: 1 << 26,
  trieCacheBytes: 192 << 20,
};
/** What the peer does, too: transactions, tries, rows. */
const COMMON_STAGES = new Set(['execute', 'state', 'write']);

/** What a block took, ms. */
export interface Times {
  /** Everything. */
  readonly block: number;
  /** Only executing and committing. */
  readonly common: number;
}

type ExecuteBlock = (block: Uint8Array) => Promise<Times>;

export function ours(machine: MachineModules): ExecuteBlock {
  let common = 0;
  const stage = <T>(name: string, step: () => T): T => {
    const start = threadTime();
    const result = step();
    if (COMMON_STAGES.has(name)) common += threadTime() - start;
    return result;
  };
  const chain = new Chain(
    { ethCompatibility: false, keepHistory: true, ...CACHES },
    { database: new MemoryDatabase(), machine, hash: sm3, keccakInto: keccak256Into, stage },
  );
  return async (bytes) => {
    common = 0;
    const start = threadTime();
    const { executed } = await chain.exec(Block.decode(bytes));
    const failed = executed?.receipts.find(({ error }) => error !== undefined);
    if (executed === undefined || failed !== undefined)
      throw new Error(`a transfer failed: ${failed?.error}`);
    return { block: threadTime() - start, common };
  };
}

export async function theirs(): Promise<ExecuteBlock> {
  const stateManager = new MerkleStateManager({ caches: new Caches() });
  const evm = await createEVM({ stateManager });
  return async (bytes) => {
    const { body } = Block.decode(bytes);
    const start = threadTime();
    for (const { tx } of body?.body ?? []) {
      if (tx?.case === 'normalTx') await runTheirs(evm, tx.value);
    }
    await stateManager.flush();
    await stateManager.getStateRoot();
    const ms = threadTime() - start;
    return { block: ms, common: ms };
  };
}

async function runTheirs(evm: EVM, { transaction, witness }: UnverifiedTransaction): Promise<void> {
  if (transaction === undefined || witness === undefined) throw new Error('a transaction without content');
  const caller = new Address(witness.sender);
  const account = (await evm.stateManager.getAccount(caller)) ?? new Account();
  account.nonce++;
  await evm.stateManager.putAccount(caller, account);
  const target = transaction.to.length === 0 ? {} : { to: new Address(transaction.to) };
  const { execResult } = await evm.runCall({ caller, ...target, data: transaction.data, gasLimit: GAS });
  if (execResult.exceptionError !== undefined) throw execResult.exceptionError;
  await evm.journal.cleanup();
}

/** The fastest of the last `rounds` blocks; those before set up and warm up. */
export async function fastest(
  { setUp, transfers }: EncodedBlocks,
  execute: ExecuteBlock,
  rounds: number,
): Promise<Times> {
  const warmUp = transfers.length - rounds;
  for (const block of [...setUp, ...transfers.slice(0, warmUp)]) await execute(block);
  let best: Times = { block: Number.POSITIVE_INFINITY, common: Number.POSITIVE_INFINITY };
  for (const block of transfers.slice(warmUp)) {
    const times = await execute(block);
    best = { block: Math.min(best.block, times.block), common: Math.min(best.common, times.common) };
  }
  return best;
}
