// The tables of the config file that this process reads (docs/protocol/network.md 1), and the address files they name.

import { readFileSync } from 'node:fs';
import {
  boolean,
  type Config,
  count,
  metricsKeys,
  milliseconds,
  path,
  port,
  seconds,
  text,
} from '@hexapod/common/config';
import { StartupError } from '@hexapod/common/startup-error';
import { z } from 'zod';
import { type Identity, originOf } from './identity.ts';

const peer = z.object({ protocol: text, port, domain: text.min(1, 'a domain') });
const module = z.object({ module_name: text, hostname: text, port });

/** Twice the digits of the 8 bytes an origin is made of. */
const chainId = z
  .string({ error: 'hex digits' })
  .regex(/^(0x)?([0-9a-f]{2}){8,32}$/i, '16 to 64 hex digits')
  .transform((digits) => Uint8Array.fromHex(digits.replace(/^0x/i, '')));

const networkTable = z.object({
  grpc_port: port.default(50_000),
  port: port.default(40_000),
  domain: text.min(1, 'a domain'),
  ca_cert: text,
  cert: text,
  priv_key: text,
  chain_id: chainId,
  node_address: path,
  validator_address: path,
  peers: z.array(peer).default([]),
  modules: z.array(module).default([]),
  /** Ours: where our crypto process listens. */
  crypto_port: port.optional(),
  lease: milliseconds.min(1_000, 'at least 1000 ms').max(600_000, 'at most 600000 ms').default(10_000),
  keep_alive: count(1, 100).default(4),
  hot_update_interval: seconds.min(1, 'at least 1 second').default(60),
  health_check_interval: seconds.min(1, 'at least 1 second').default(120),
  health_check_timeout: seconds.default(300),
  // Keys of the original's link that ours does not need: checked, so that a slip is told, then left alone.
  protocol: text.default('tls'),
  qos: boolean.default(true),
  local_routing: boolean.default(false),
  scouting: boolean.default(false),
  rx_buffer_size: count(0, 2 ** 40).default(16_777_216),
  ...metricsKeys(60_000),
});

/** Of the crypto process's table only its port. */
const cryptoTable = z.object({ crypto_port: port.optional() }).optional();

export const tables = { network_zenoh: networkTable, crypto_sm: cryptoTable, crypto_eth: cryptoTable };
/** What is read again while we run. */
export const peersTable = { network_zenoh: z.object({ peers: z.array(peer).default([]) }) };

export type NetworkConfig = Config<typeof tables>;

const DEFAULT_CRYPTO_PORT = 50_005;

/** The port of this node's crypto process: our own key, else that of its table, else the usual one. */
export function cryptoPort(config: NetworkConfig): number {
  const { network_zenoh: own, crypto_sm: sm, crypto_eth: eth } = config;
  return own.crypto_port ?? sm?.crypto_port ?? eth?.crypto_port ?? DEFAULT_CRYPTO_PORT;
}

/** Reads the address files. Throws StartupError. */
export function readIdentity({ network_zenoh: table }: NetworkConfig): Identity {
  return {
    chainId: table.chain_id,
    chainOrigin: originOf(table.chain_id),
    nodeOrigin: originOf(readAddress('node_address', table.node_address)),
    validatorOrigin: originOf(readAddress('validator_address', table.validator_address)),
    domain: table.domain,
  };
}

/** As the original: the first 16 digits count (docs/protocol/common.md 13); a newline or a `0x` does no harm here. */
function readAddress(key: string, file: string): Uint8Array {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartupError(
      `[network_zenoh] ${key} = ${JSON.stringify(file)}: cannot be read (${cause instanceof Error ? cause.message : cause})`,
      { cause },
    );
  }
  const digits = content.trim().replace(/^0x/i, '');
  if (!/^([0-9a-f]{2}){8,}$/i.test(digits)) {
    throw new StartupError(
      `[network_zenoh] ${key}: the file ${file} holds ${JSON.stringify(content.slice(0, 60))}: wanted at least 16 hex digits`,
    );
  }
  return Uint8Array.fromHex(digits);
}
