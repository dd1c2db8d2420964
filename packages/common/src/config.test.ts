import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  boolean,
  ConfigError,
  count,
  hexBytes,
  metricsKeys,
  milliseconds,
  parseConfig,
  path,
  port,
  readConfig,
  text,
  u64,
} from './config.ts';

const storage = z.object({
  storage_port: port.default(50003),
  db_path: path.default('chain_data'),
  ...metricsKeys(60003),
});

/** The error texts for one table. */
function problems(toml: string, schema: z.ZodType = storage, table = 'storage_rocksdb'): string[] {
  try {
    parseConfig('config.toml', toml, { [table]: schema });
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a good file', () => {
  test('gives values and defaults; unknown keys and tables are ignored', () => {
    const toml = '[other]\nx = 1\n[storage_rocksdb]\nstorage_port = 51003\nnew_key = [1, { a = 2 }]\n';
    expect(parseConfig('config.toml', toml, { storage_rocksdb: storage })).toEqual({
      storage_rocksdb: {
        storage_port: 51003,
        db_path: 'chain_data',
        enable_metrics: true,
        metrics_port: 60003,
        metrics_buckets: [0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 25, 50, 75, 100, 250, 500],
      },
    });
  });

  test('may be the one that the original tool writes', () => {
    const file = new URL('../test/fixtures/node/config.toml', import.meta.url).pathname;
    const tables = {
      network_zenoh: z.object({
        ca_cert: text,
        peers: z.array(z.object({ domain: text, port, protocol: text })),
        modules: z.array(z.object({ module_name: text, hostname: text, port })),
      }),
      genesis_block: z.object({ prevhash: hexBytes(32), timestamp: u64 }),
      system_config: z.object({ admin: hexBytes(20), quota_limit: u64, validators: z.array(hexBytes(20)) }),
      crypto_sm: z.object({ crypto_port: port, ...metricsKeys(60005) }).optional(),
      crypto_eth: z.object({ crypto_port: port, ...metricsKeys(60005) }).optional(),
    };
    const config = readConfig(file, tables, ['crypto_sm', 'crypto_eth']);
    expect(config.network_zenoh.ca_cert).toMatch(/^-----BEGIN CERTIFICATE-----\r\n/);
    expect(config.network_zenoh.peers).toHaveLength(2);
    expect(config.network_zenoh.modules[1]).toEqual({
      module_name: 'controller',
      hostname: '127.0.0.1',
      port: 51004,
    });
    expect(config.genesis_block).toEqual({ prevhash: new Uint8Array(32), timestamp: 1795000000123n });
    expect(config.system_config.quota_limit).toBe(1073741824n);
    expect(config.system_config.validators[0]?.[0]).toBe(0x2b);
    expect(config.crypto_sm?.crypto_port).toBe(51005);
    expect(config.crypto_eth).toBeUndefined();
  });
});

describe('a wrong value is named with file, table, key, value and what is wanted', () => {
  test.each([
    ['storage_port = "abc"', '[storage_rocksdb] storage_port = "abc": wanted a port number, 1..65535'],
    ['storage_port = 65536', '[storage_rocksdb] storage_port = 65536: wanted a port number, 1..65535'],
    ['storage_port = 1.5', '[storage_rocksdb] storage_port = 1.5: wanted a port number, 1..65535'],
    [
      'storage_port = 99999999999999999',
      '[storage_rocksdb] storage_port = "99999999999999999": wanted a port number, 1..65535',
    ],
    ['db_path = ""', '[storage_rocksdb] db_path = "": wanted a path'],
    ['db_path = 7', '[storage_rocksdb] db_path = 7: wanted a path'],
    ['enable_metrics = "yes"', '[storage_rocksdb] enable_metrics = "yes": wanted true or false'],
    [
      'metrics_buckets = [1, "x"]',
      '[storage_rocksdb] metrics_buckets[1] = "x": wanted an ascending list of 1..64 positive numbers',
    ],
    [
      'metrics_buckets = [2, 1]',
      '[storage_rocksdb] metrics_buckets = [2,1]: wanted an ascending list of 1..64 positive numbers',
    ],
    [
      'metrics_buckets = []',
      '[storage_rocksdb] metrics_buckets = []: wanted an ascending list of 1..64 positive numbers',
    ],
  ])('%s', (line, problem) => {
    expect(problems(`[storage_rocksdb]\n${line}\n`)).toEqual([`config.toml: ${problem}`]);
  });

  test('all of them at once, nested ones with their place', () => {
    const schema = z.object({
      peers: z.array(z.object({ domain: text, port })),
      level: z.enum(['low', 'high']),
      nothing: milliseconds,
      size: count(1, 8),
      validators: z.array(hexBytes(20)),
      height: u64,
      flag: boolean,
      plain: z.string(),
      number: z.number().min(3),
    });
    const toml = `[t]
level = "middle"
size = 9
validators = ["0x00"]
height = -1
flag = 1
plain = 2
number = 2
[[t.peers]]
domain = 5
port = 40000
[[t.peers]]
domain = "x"
`;
    expect(problems(toml, schema, 't')).toEqual([
      'config.toml: [t] peers[0].domain = 5: wanted a string',
      'config.toml: [t] peers[1].port is missing: wanted a port number, 1..65535',
      'config.toml: [t] level = "middle": wanted one of "low", "high"',
      'config.toml: [t] nothing is missing: wanted a number of milliseconds, 0..2^53',
      'config.toml: [t] size = 9: wanted a whole number, 1..8',
      'config.toml: [t] validators[0] = "0x00": wanted 40 hex digits',
      'config.toml: [t] height = -1: wanted a whole number, 0..2^63-1',
      'config.toml: [t] flag = 1: wanted true or false',
      'config.toml: [t] plain = 2: wanted a string',
      'config.toml: [t] number = 2: wanted at least 3',
    ]);
  });

  test('a long value is cut, a secret one is not shown', () => {
    const schema = z.object({ priv_key: z.number(), cert: z.number() });
    expect(problems(`[n]\npriv_key = "secret"\ncert = "${'x'.repeat(200)}"\n`, schema, 'n')).toEqual([
      'config.toml: [n] priv_key = (hidden): wanted a number',
      `config.toml: [n] cert = "${'x'.repeat(79)}…: wanted a number`,
    ]);
  });

  test('a table that is none', () => {
    expect(problems('storage_rocksdb = 3')).toEqual([
      'config.toml: table [storage_rocksdb] = 3: wanted a table',
    ]);
    expect(problems('[other]')).toEqual(['config.toml: table [storage_rocksdb] is missing']);
  });
});

describe('alternatives', () => {
  const tables = { crypto_sm: z.object({}).optional(), crypto_eth: z.object({}).optional() };
  const parse = (toml: string) => parseConfig('c.toml', toml, tables, ['crypto_sm', 'crypto_eth']);

  test('exactly one has to be there', () => {
    expect(parse('[crypto_eth]')).toEqual({ crypto_sm: undefined, crypto_eth: {} });
    expect(() => parse('')).toThrow(
      'c.toml: none of the tables [crypto_sm], [crypto_eth] is there: exactly one of them is wanted',
    );
    expect(() => parse('[crypto_sm]\n[crypto_eth]')).toThrow(
      'c.toml: tables [crypto_sm] and [crypto_eth] are both there: keep the one you mean',
    );
  });
});

describe('a file that is not TOML', () => {
  test('is named with line and column', () => {
    expect(() => parseConfig('c.toml', '[a]\nb = \n', {})).toThrow(/^c\.toml: line 2, column \d+: /);
  });

  test('whatever it is, it ends in a ConfigError', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'[]"\'=\n.x1{},#\\') })),
        (garbage) => {
          try {
            parseConfig('c.toml', garbage, { storage_rocksdb: storage });
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
          }
        },
      ),
    );
  });

  test('or cannot be read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'));
    writeFileSync(join(folder, 'config.toml'), '[t]\n');
    expect(readConfig(join(folder, 'config.toml'), { t: z.object({}) })).toEqual({ t: {} });
    expect(() => readConfig(join(folder, 'nope.toml'), {})).toThrow(
      /nope\.toml: cannot be read \(ENOENT\): give its path with -c$/,
    );
    expect(() => readConfig(folder, {})).toThrow('cannot be read (EISDIR)');
    rmSync(folder, { recursive: true });
  });
});

test('hex bytes take 0x and either case', () => {
  expect(hexBytes().parse('0xAbcd')).toEqual(Uint8Array.of(0xab, 0xcd));
  expect(hexBytes(2).parse('abcd')).toEqual(Uint8Array.of(0xab, 0xcd));
  for (const wrong of ['abc', '0Xabcd', 'xy', ' ab']) expect(hexBytes().safeParse(wrong).success).toBe(false);
});
