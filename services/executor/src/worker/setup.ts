/** What both workers need: settings, database, hashes. */
import { workerData } from 'node:worker_threads';
import { keccak256 } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import { Compiler } from '../evm/compiler/compiler.ts';
import { FramePool } from '../evm/frame-pool.ts';
import type { MachineModules } from '../evm/machine.ts';
import { loadRecoverSigner } from '../recover-signer.ts';
import type { Database } from '../store/database.ts';
import { openLevelDatabase } from '../store/level-database.ts';
import type { WorkerSettings } from './protocol.ts';

const MEBIBYTE = 2 ** 20;
const LEVEL_OPTIONS = { cacheBytes: 64 * MEBIBYTE, writeBufferBytes: 16 * MEBIBYTE };

export interface Setup {
  readonly settings: WorkerSettings;
  readonly database: Database;
  readonly machine: MachineModules;
  readonly hash: (data: Uint8Array) => Uint8Array;
}

export async function setUp(): Promise<Setup> {
  const settings: WorkerSettings = workerData;
  const database = await openLevelDatabase(settings.folder, LEVEL_OPTIONS);
  const machine = {
    keccak: keccak256,
    recover: await loadRecoverSigner(),
    pool: new FramePool(),
    compiler: new Compiler(),
    seed: settings.seed,
  };
  return { settings, database, machine, hash: settings.hash === 'sm3' ? sm3 : keccak256 };
}
