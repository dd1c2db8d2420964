import { availableParallelism } from 'node:os';
import { parseConfig } from '@hexapod/common/config';
import { describe, expect, test } from 'vitest';
import { chosenSuite, tables } from './config.ts';

const EXACTLY_ONE = ['crypto_sm', 'crypto_eth'] as const;
const parse = (text: string) => chosenSuite(parseConfig('config.toml', text, tables, EXACTLY_ONE));

describe('the table decides the suite', () => {
  test.each([
    ['sm', '[crypto_sm]'],
    ['eth', '[crypto_eth]'],
  ])('%s', (name, text) => {
    const chosen = parse(`${text}\nsomething_unknown = 1`);
    expect(chosen.name).toBe(name);
    expect(chosen.table).toMatchObject({
      crypto_port: 50005,
      check_threads: availableParallelism(),
      enable_metrics: true,
      metrics_port: 60005,
    });
  });
});

test.each([
  ['both', '[crypto_sm]\n[crypto_eth]', 'tables [crypto_sm] and [crypto_eth] are both there'],
  ['none', '[controller]', 'none of the tables [crypto_sm], [crypto_eth] is there'],
  ['a wrong port', '[crypto_sm]\ncrypto_port = 70000', '[crypto_sm] crypto_port = 70000'],
  ['no thread', '[crypto_eth]\ncheck_threads = 0', '[crypto_eth] check_threads = 0'],
])('%s is refused with a clear text', (_what, text, error) => {
  expect(() => parse(text)).toThrow(error);
});
