/** A chain on a database in memory, for tests. */
import { keccak256 } from '@hexapod/crypto/keccak';
import { sm3 } from '@hexapod/crypto/sm3';
import type { Hash } from '@hexapod/protocol/rules';
import { Chain } from '../src/chain.ts';
import type { MachineModules } from '../src/evm/machine.ts';
import { loadRecoverSigner } from '../src/recover-signer.ts';
import type { Database } from '../src/store/database.ts';
import { MemoryDatabase } from '../src/store/memory-database.ts';

export const machineModules: MachineModules = {
  keccak: keccak256,
  recover: await loadRecoverSigner(),
  seed: 0x2545f491,
};

export interface ChainInMemoryOptions {
  readonly hash?: Hash;
  readonly ethCompatibility?: boolean;
  readonly keepHistory?: boolean;
  readonly database?: Database;
}

export function openChain(options: ChainInMemoryOptions = {}): { chain: Chain; database: Database } {
  const {
    hash = sm3,
    ethCompatibility = false,
    keepHistory = true,
    database = new MemoryDatabase(),
  } = options;
  const cacheSizes = { accounts: 1000, slots: 1000 };
  const chain = new Chain(
    { ethCompatibility, keepHistory, cacheSizes, codeCacheBytes: 1 << 20 },
    { database, machine: machineModules, hash, stage: (_name, step) => step() },
  );
  return { chain, database };
}
