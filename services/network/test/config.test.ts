// The config file and the address files (docs/protocol/network.md 1).

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@hexapod/common/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCertificates } from '../src/certificates.ts';
import { cryptoPort, type NetworkConfig, readIdentity, tables } from '../src/config.ts';
import { CertificateAuthority } from './certificate-authority.ts';

const original = readFileSync(new URL('fixtures/gold-1/config.toml', import.meta.url), 'utf8');
const parse = (text: string): NetworkConfig => parseConfig('config.toml', text, tables);
const withKeys = (lines: string) =>
  parse(original.replace('[network_zenoh]\n', `[network_zenoh]\n${lines}\n`));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexapod-network-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the original tool's file", () => {
  it('is read, with the defaults of the original', () => {
    const { network_zenoh: table } = parse(original);
    expect(table).toMatchObject({
      grpc_port: 51000,
      port: 40001,
      domain: 'gold-1',
      protocol: 'quic',
      lease: 10_000,
      keep_alive: 4,
      hot_update_interval: 60,
      health_check_interval: 120,
      health_check_timeout: 300,
      metrics_port: 60100,
    });
    expect(table.modules.map(({ module_name }) => module_name)).toEqual(['consensus', 'controller']);
    expect(table.peers.map(({ domain, port }) => [domain, port])).toEqual([
      ['gold-0', 40000],
      ['gold-2', 40002],
      ['gold-3', 40003],
    ]);
  });

  it('has certificates that fit', () => {
    const { network_zenoh: table } = parse(original);
    const { ca_cert: authority, cert: certificate, priv_key: privateKey, domain } = table;
    expect(() => checkCertificates({ authority, certificate, privateKey, domain })).not.toThrow();
  });

  it('names the crypto port in the table of the suite; ours may name it itself', () => {
    expect(cryptoPort(parse(original))).toBe(51005);
    expect(cryptoPort(withKeys('crypto_port = 7'))).toBe(7);
    expect(cryptoPort(parse(original.replace('[crypto_sm]', '[crypto_eth]')))).toBe(51005);
    expect(cryptoPort(parse(original.replace('[crypto_sm]', '[crypto_own]')))).toBe(50_005);
  });
});

describe('what is wrong is told', () => {
  it.each([
    ['lease = 10', '[network_zenoh] lease = 10: wanted at least 1000 ms'],
    ['keep_alive = 0', '[network_zenoh] keep_alive = 0'],
    ['hot_update_interval = 0', '[network_zenoh] hot_update_interval = 0: wanted at least 1 second'],
    ['qos = "yes"', '[network_zenoh] qos = "yes": wanted true or false'],
  ])('%s', (line, message) => {
    expect(() => withKeys(line)).toThrow(message);
  });

  it.each([
    [/chain_id = '.*'/, "chain_id = '123'", '[network_zenoh] chain_id = "123": wanted 16 to 64 hex digits'],
    [/domain = 'gold-0'/, '', '[network_zenoh] peers[0].domain is missing'],
    [/port = 40000/, 'port = 400000', '[network_zenoh] peers[0].port = 400000: wanted a port number'],
    [/network_zenoh/g, 'network_tls', 'table [network_zenoh] is missing'],
  ])('%s', (pattern, replacement, message) => {
    expect(() => parse(original.replace(pattern, replacement))).toThrow(message);
  });
});

describe('address files', () => {
  function identityWith(content: string | undefined) {
    const file = join(folder, 'address');
    if (content !== undefined) writeFileSync(file, content);
    const place = JSON.stringify(content === undefined ? join(folder, 'missing') : file);
    const text = original.replace(
      /(node|validator)_address = .*/g,
      (_all, which) => `${which}_address = ${place}`,
    );
    return readIdentity(parse(text));
  }

  it.each([
    '2bf6fe8f7369909dc026fe944f8c205b19b1dfce',
    '2bf6fe8f7369909dc026fe944f8c205b19b1dfce\n',
    '0x2bf6fe8f7369909dc026fe944f8c205b19b1dfce',
    '2BF6FE8F7369909D',
  ])('%j', (content) => {
    const identity = identityWith(content);
    expect(identity.nodeOrigin).toBe(0x2bf6fe8f7369909dn);
    expect(identity.validatorOrigin).toBe(identity.nodeOrigin);
    expect(identity.chainOrigin).toBe(0x94e64ef9cd9cb638n);
  });

  it.each(['', '2bf6fe8f736990', 'zz', '2bf6fe8f7369909d5'])('not an address: %j', (content) => {
    expect(() => identityWith(content)).toThrow('wanted at least 16 hex digits');
  });

  it('missing', () => {
    expect(() => identityWith(undefined)).toThrow(/node_address = ".*missing": cannot be read/);
  });
});

describe('certificates', () => {
  it('of another authority, another domain, another key, or none at all are told at the start', async () => {
    const [ours, theirs] = [await CertificateAuthority.create(), await CertificateAuthority.create()];
    const [a, b, stranger] = [await ours.issue('a'), await ours.issue('b'), await theirs.issue('a')];
    const check =
      (changes: Partial<typeof a>, domain = 'a') =>
      () =>
        checkCertificates({ ...a, ...changes, domain });
    expect(check({})).not.toThrow();
    expect(check({ authority: stranger.authority })).toThrow('cert was not signed by ca_cert');
    expect(check({}, 'b')).toThrow('cert is for a, but domain = "b"');
    expect(check({ privateKey: b.privateKey })).toThrow('priv_key does not belong to cert');
    for (const key of ['authority', 'certificate', 'privateKey'] as const) {
      expect(check({ [key]: 'no PEM' })).toThrow('cannot be read');
    }
    const nameless = await ours.issue('');
    expect(() => checkCertificates({ ...nameless, domain: 'a' })).toThrow('cert is for no DNS name');
  });
});
