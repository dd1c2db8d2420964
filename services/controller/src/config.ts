// The controller's tables of the config file: [controller], [genesis_block], [system_config]
// (docs/protocol/controller.md 2.2 to 2.4).

import {
  boolean,
  bytes,
  count,
  hexBytes,
  metricsKeys,
  path,
  port,
  seconds,
  u64,
} from '@hexapod/common/config';
import { z } from 'zod';
import { ADDRESS_LENGTH, initialConfig, type SystemConfig } from './system-config.ts';

const MEBIBYTE = 1024 * 1024;
const someSeconds = seconds.min(1, 'a number of seconds, 1..2^32');
const u32 = count(0, 2 ** 32 - 1);

const controllerTable = z.object({
  controller_port: port.default(50004),
  network_port: port.default(50000),
  consensus_port: port.default(50001),
  executor_port: port.default(50002),
  storage_port: port.default(50003),
  crypto_port: port.default(50005),
  /** Path of a file with 40 hex digits. */
  node_address: path,
  /** Bytes per validator in a change of the validators: 48 under overlord. */
  validator_address_len: count(1, 1024).default(ADDRESS_LENGTH),
  server_retry_interval: someSeconds.default(3),
  origin_node_reconnect_interval: someSeconds.default(86_400),
  inner_block_growth_check_interval: someSeconds.default(60),
  enable_forward: boolean.default(true),
  count_per_batch: count(1, 1_000_000).default(1000),
  /** Microseconds. Ours waits at least as long as forward_window_ms. */
  buffer_duration: count(1, Number.MAX_SAFE_INTEGER).default(300),
  sync_interval: count(1, 10_000).default(10),
  sync_req: count(1, 1000).default(5),
  force_sync_epoch: u64.refine((value) => value > 0n, 'a whole number from 1').default(100n),
  send_chain_status_interval_sync: u64.refine((value) => value > 0n, 'a whole number from 1').default(1000n),
  wal_path: path
    .refine((value) => !value.startsWith('/'), 'a path relative to the working directory')
    .default('./data/wal_chain'),
  health_check_timeout: seconds.default(300),
  http2_keepalive_interval: someSeconds.default(60),
  http2_keepalive_timeout: someSeconds.default(20),
  tcp_keepalive: someSeconds.default(60),
  ...metricsKeys(60004),
  // Ours: what a link carries and what this process keeps.
  max_tx_bytes: bytes.min(1024, 'a number of bytes from 1024').default(MEBIBYTE),
  max_proposal_bytes: bytes.min(MEBIBYTE, 'a number of bytes from 1048576').default(16 * MEBIBYTE),
  max_pool_count: count(1, 10_000_000).default(100_000),
  max_pool_bytes: bytes.min(MEBIBYTE, 'a number of bytes from 1048576').default(256 * MEBIBYTE),
  forward_window_ms: count(1, 10_000).default(20),
  verify_window_ms: count(0, 1000).default(2),
});

const genesisTable = z.object({
  // The executor takes 0 as "no genesis yet" (docs/protocol/wire.md 9).
  timestamp: u64.refine((value) => value > 0n, 'milliseconds since 1970, from 1'),
  prevhash: hexBytes(32),
});

const systemTable = z.object({
  version: u32,
  chain_id: hexBytes(32),
  admin: hexBytes(ADDRESS_LENGTH),
  block_interval: u32,
  validators: z.array(hexBytes(), { error: 'a list of addresses in hex' }),
  block_limit: u64,
  quota_limit: u64,
});

export const tables = {
  controller: controllerTable,
  genesis_block: genesisTable,
  system_config: systemTable,
};

export type ControllerTable = z.output<typeof controllerTable>;
export type GenesisTable = z.output<typeof genesisTable>;
export type SystemTable = z.output<typeof systemTable>;

/** The configuration of the file: in force from the first block on, until governance changes it. */
export function fileConfig(table: SystemTable): SystemConfig {
  return initialConfig({
    version: table.version,
    chainId: table.chain_id,
    admin: table.admin,
    blockInterval: table.block_interval,
    validators: table.validators,
    emergencyBrake: false,
    blockLimit: table.block_limit,
    quotaLimit: table.quota_limit,
  });
}

const NODE_ADDRESS = new RegExp(`^(0x)?[0-9a-f]{${ADDRESS_LENGTH * 2}}$`, 'i');

/** The address in the text of a node_address file, or undefined: the whole text counts, nothing is trimmed. */
export function parseNodeAddress(content: string): Uint8Array | undefined {
  if (!NODE_ADDRESS.test(content)) return undefined;
  return new Uint8Array(Buffer.from(content.replace(/^0x/i, ''), 'hex'));
}
