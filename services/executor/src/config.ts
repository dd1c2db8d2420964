/**
 * The executor's table of the config file (docs/protocol/executor.md 2.2), and the tables that tell which chain this
 * is.
 */
import { isAbsolute } from 'node:path';
import { boolean, metricsKeys, milliseconds, path, port } from '@hexapod/common/config';
import { z } from 'zod';

const executorTable = z.object({
  executor_port: port.default(50002),
  /** Timestamps for contracts in seconds. All nodes of a chain must agree. */
  eth_compatibility: boolean.default(false),
  db_path: path.refine((text) => !isAbsolute(text), { error: 'a relative path' }).default('data'),
  /** archive: Call works at every height; full: only at the newest. */
  sync_mode: z.enum(['archive', 'full']).default('archive'),
  /** The chain's hash for headers and receipts. Absent: as the crypto table of the same file says. */
  hash: z.enum(['sm3', 'keccak']).optional(),
  /** After so many milliseconds a Call or EstimateQuota is given up. */
  call_time_limit: milliseconds.default(5_000),
  ...metricsKeys(60002),
});

export type ExecutorConfig = z.output<typeof executorTable>;

export const tables = {
  executor_evm: executorTable,
  // Of these only counts whether they are there.
  crypto_sm: z.unknown().optional(),
  crypto_eth: z.unknown().optional(),
};

export type HashName = 'sm3' | 'keccak';

/** Keccak if the file is an eth node's: the originals have one program for each kind, we have one for both. */
export function hashName(
  config: ExecutorConfig,
  tables: { readonly crypto_sm?: unknown; readonly crypto_eth?: unknown },
): HashName {
  if (config.hash !== undefined) return config.hash;
  return tables.crypto_eth !== undefined && tables.crypto_sm === undefined ? 'keccak' : 'sm3';
}
