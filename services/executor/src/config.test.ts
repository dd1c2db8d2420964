import { ConfigError, parseConfig } from '@hexapod/common/config';
import { describe, expect, test } from 'vitest';
import { hashName, tables } from './config.ts';

const read = (text: string) => parseConfig('config.toml', text, tables);
const hashOf = (text: string): string => {
  const config = read(text);
  return hashName(config.executor_evm, config);
};

test('every key has the default of the original', () => {
  expect(read('[executor_evm]').executor_evm).toMatchObject({
    executor_port: 50002,
    eth_compatibility: false,
    db_path: 'data',
    sync_mode: 'archive',
    enable_metrics: true,
    metrics_port: 60002,
  });
});

describe('the hash', () => {
  test.each([
    ['[executor_evm]', 'sm3'],
    ['[executor_evm]\n[crypto_sm]', 'sm3'],
    ['[executor_evm]\n[crypto_eth]', 'keccak'],
    ['[executor_evm]\n[crypto_eth]\n[crypto_sm]', 'sm3'],
    ['[executor_evm]\nhash = "keccak"\n[crypto_sm]', 'keccak'],
    ['[executor_evm]\nhash = "sm3"\n[crypto_eth]', 'sm3'],
  ])('%j: %s', (text, hash) => {
    expect(hashOf(text)).toBe(hash);
  });
});

test.each([
  ['[controller]', 'table [executor_evm] is missing'],
  ['[executor_evm]\ndb_path = "/data"', 'db_path = "/data": wanted a relative path'],
  ['[executor_evm]\nsync_mode = "fast"', 'sync_mode = "fast": wanted one of "archive", "full"'],
  ['[executor_evm]\nhash = "sha256"', 'hash = "sha256": wanted one of "sm3", "keccak"'],
])('%j is refused', (text, reason) => {
  expect(() => read(text)).toThrow(ConfigError);
  expect(() => read(text)).toThrow(reason);
});
