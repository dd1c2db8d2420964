import { describe, expect, it } from 'vitest';
import { formatMultiAddress, parseMultiAddress } from './multi-address.ts';

describe('parseMultiAddress', () => {
  it.each([
    ['/dns4/127.0.0.1/tcp/40001/tls/gold-1', '127.0.0.1', 40001, 'gold-1'],
    ['/ip4/10.0.0.1/tcp/1/tls/a', '10.0.0.1', 1, 'a'],
    ['/ip6/::1/tcp/65535/tls/a.b', '::1', 65535, 'a.b'],
    ['/dns6/host_1/tcp/2/tls/x', 'host_1', 2, 'x'],
    ['/p2p/abc/dns4/h/tcp/3/tls/d/p2p/z', 'h', 3, 'd'],
    ['/ip4/999.0.0.1/tcp/1/tls/a/ip4/1.2.3.4/tcp/5/tls/b', '1.2.3.4', 5, 'b'],
  ])('%s', (text, host, port, domain) => {
    expect(parseMultiAddress(text)).toEqual({ host, port, domain });
  });

  it.each([
    '',
    '/',
    'dns4/h/tcp/1/tls/d',
    '/dns4/h/tcp/1',
    '/dns4/h/tls/d',
    '/dns4/h/udp/1/tls/d',
    '/dns4/h/tcp/65536/tls/d',
    '/dns4/h/tcp/-1/tls/d',
    '/dns4/h/tcp/1/tls/',
    '/dns4/h/tcp/1/tls/a b',
    '/dns4/h/tcp/1/tls/d?x=1',
    '/ip4/h/tcp/1/tls/d',
    '/ip6/1.2.3.4/tcp/1/tls/d',
    `/dns4/h/tcp/1/tls/${'d'.repeat(254)}`,
    `${'/dns4'.repeat(100_000)}`,
  ])('not an address: %.60s', (text) => {
    expect(parseMultiAddress(text)).toBeUndefined();
  });

  it('reads what it writes', () => {
    const text = formatMultiAddress({ port: 40000, domain: 'test-chain-node1' });
    expect(text).toBe('/dns4/127.0.0.1/tcp/40000/tls/test-chain-node1');
    expect(parseMultiAddress(text)).toEqual({ host: '127.0.0.1', port: 40000, domain: 'test-chain-node1' });
  });
});
