// The table of the config file; which of the two is there decides the suite (docs/protocol/crypto.md 1.2).

import { availableParallelism } from 'node:os';
import { count, metricsKeys, port } from '@hexapod/common/config';
import type { SuiteName } from '@hexapod/crypto/suite';
import { z } from 'zod';

const cryptoTable = z.object({
  crypto_port: port.default(50005),
  /** Ours: threads that check the transactions of large requests. */
  check_threads: count(1, 256).default(() => availableParallelism()),
  ...metricsKeys(60005),
});

export type CryptoTable = z.output<typeof cryptoTable>;

export const tables = { crypto_sm: cryptoTable.optional(), crypto_eth: cryptoTable.optional() };

interface Tables {
  readonly crypto_sm: CryptoTable | undefined;
  readonly crypto_eth: CryptoTable | undefined;
}

/** The suite and its table; that there is exactly one was checked when the file was read. */
export function chosenSuite({ crypto_sm: sm, crypto_eth: eth }: Tables): {
  name: SuiteName;
  table: CryptoTable;
} {
  if (sm !== undefined) return { name: 'sm', table: sm };
  if (eth !== undefined) return { name: 'eth', table: eth };
  throw new Error('the config file was read without a table [crypto_sm] or [crypto_eth]');
}
