// The executor without gRPC and threads, on a real disk.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keccak256, keccak256Into } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Block } from '@hexapod/protocol/blockchain';
import { Chain } from '../../services/executor/src/chain.ts';
import { Compiler } from '../../services/executor/src/evm/compiler/compiler.ts';
import { FramePool } from '../../services/executor/src/evm/frame-pool.ts';
import { loadRecoverSigner } from '../../services/executor/src/recover-signer.ts';
import type { Database } from '../../services/executor/src/store/database.ts';
import { openLevelDatabase } from '../../services/executor/src/store/level-database.ts';

const MEBIBYTE = 2 ** 20;
/** As worker/setup.ts and worker/exec-worker.ts have them. */
const LEVEL_OPTIONS = { cacheBytes: 64 * MEBIBYTE, writeBufferBytes: 16 * MEBIBYTE };
const CACHES = {
  cacheSizes: { accounts: 100_000, slots: 200_000 },
  codeCacheBytes: 64 * MEBIBYTE,
  trieCacheBytes: 192 * MEBIBYTE,
};

export interface Domain {
  readonly chain: Chain;
  readonly database: Database;
  close(): Promise<void>;
}

export async function openDomain(
  folder: string,
  keepHistory: boolean,
  stage: <T>(name: string, step: () => T) => T,
): Promise<Domain> {
  const database = await openLevelDatabase(folder, LEVEL_OPTIONS);
  const machine = {
    keccak: keccak256,
    recover: await loadRecoverSigner(),
    pool: new FramePool(),
    compiler: new Compiler(),
    seed: 1,
  };
  const chain = new Chain(
    { ethCompatibility: false, keepHistory, ...CACHES },
    { database, machine, hash: sm3, keccakInto: keccak256Into, stage },
  );
  const close = async () => {
    await chain.close();
    await database.close();
  };
  return { chain, database, close };
}

/** Throws if it is not executed or a transaction of it fails. */
export async function execute(chain: Chain, block: Block): Promise<void> {
  const { executed } = await chain.exec(block);
  const failed = executed?.receipts.find(({ error }) => error !== undefined);
  if (executed === undefined || failed !== undefined) throw new Error(`a transfer failed: ${failed?.error}`);
}

export function executeEncoded(chain: Chain, block: Uint8Array): Promise<void> {
  return execute(chain, Block.decode(block));
}

export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hexapod-bench-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
