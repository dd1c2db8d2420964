import { parseConfig } from '@hexapod/common/config';
import { describe, expect, it } from 'vitest';
import { fileConfig, parseNodeAddress, tables } from './config.ts';
import { controllerOptions } from './options.ts';

const ADDRESS = '0123456789abcdef0123456789abcdef01234567';
const GOOD = {
  controller: ["node_address = 'node_address'"],
  genesis_block: ['timestamp = 1633765324292', `prevhash = '0x${'00'.repeat(32)}'`],
  system_config: [
    'version = 0',
    `chain_id = '${'63'.repeat(32)}'`,
    `admin = '${ADDRESS}'`,
    'block_interval = 3',
    `validators = ['${ADDRESS}']`,
    'block_limit = 100',
    'quota_limit = 1073741824',
  ],
};

/** The good file with lines added to its tables; a key that is there already is replaced. */
function parse(changes: Partial<Record<keyof typeof GOOD, string[]>> = {}) {
  const text = Object.entries({ ...GOOD })
    .map(([table, lines]) => {
      const added = changes[table as keyof typeof GOOD] ?? [];
      const keys = new Set(added.map((line) => line.split(' ')[0]));
      return [`[${table}]`, ...lines.filter((line) => !keys.has(line.split(' ')[0])), ...added].join('\n');
    })
    .join('\n');
  return parseConfig('config.toml', text, tables);
}

describe('the config file', () => {
  it('has the defaults of controller.md 2.2', () => {
    const { controller } = parse();
    expect(controller).toMatchObject({
      controller_port: 50004,
      network_port: 50000,
      consensus_port: 50001,
      executor_port: 50002,
      storage_port: 50003,
      crypto_port: 50005,
      validator_address_len: 20,
      server_retry_interval: 3,
      origin_node_reconnect_interval: 86_400,
      inner_block_growth_check_interval: 60,
      enable_forward: true,
      count_per_batch: 1000,
      buffer_duration: 300,
      sync_interval: 10,
      sync_req: 5,
      force_sync_epoch: 100n,
      send_chain_status_interval_sync: 1000n,
      wal_path: './data/wal_chain',
      health_check_timeout: 300,
      http2_keepalive_interval: 60,
      http2_keepalive_timeout: 20,
      tcp_keepalive: 60,
      enable_metrics: true,
      metrics_port: 60004,
    });
  });

  it('gives the first configuration of the chain', () => {
    const config = fileConfig(parse().system_config);
    expect(config).toMatchObject({
      version: 0,
      blockInterval: 3,
      blockLimit: 100n,
      quotaLimit: 2n ** 30n,
      emergencyBrake: false,
    });
    expect(config.validators).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof parse>[0], RegExp]>([
    [
      'a zero interval',
      { controller: ['server_retry_interval = 0'] },
      /\[controller\] server_retry_interval = 0: wanted/,
    ],
    [
      'an absolute log folder',
      { controller: ["wal_path = '/data'"] },
      /wal_path = "\/data": wanted a path relative/,
    ],
    ['a genesis without time', { genesis_block: ['timestamp = 0'] }, /\[genesis_block\] timestamp = 0/],
    [
      'a short previous hash',
      { genesis_block: ["prevhash = '0x00'"] },
      /prevhash = "0x00": wanted 64 hex digits/,
    ],
    ['a short chain id', { system_config: ["chain_id = 'ab'"] }, /chain_id = "ab": wanted 64 hex digits/],
    ['an admin that is none', { system_config: ["admin = 'zz'"] }, /admin = "zz": wanted 40 hex digits/],
    ['a negative quota limit', { system_config: ['quota_limit = -1'] }, /quota_limit = -1/],
  ])('%s is refused with a text', (_, changes, text) => {
    expect(() => parse(changes)).toThrow(text);
  });

  it('takes the larger of the forward windows', () => {
    const window = (lines: string[]) =>
      controllerOptions(parse({ controller: lines }), new Uint8Array(20)).forward?.windowMs;
    expect([window([]), window(['buffer_duration = 50000']), window(['enable_forward = false'])]).toEqual([
      20,
      50,
      undefined,
    ]);
  });
});

it.each<[string, boolean]>([
  [ADDRESS, true],
  [`0x${ADDRESS}`, true],
  [ADDRESS.toUpperCase(), true],
  [`${ADDRESS}\n`, false],
  [` ${ADDRESS}`, false],
  [ADDRESS.slice(1), false],
  ['', false],
])('node address file %j: %s', (content, isGood) => {
  expect(parseNodeAddress(content) !== undefined).toBe(isGood);
});
