import { describe, expect, it } from 'vitest';
import { formatMultiaddress, parseMultiaddress } from './multiaddress.ts';

describe('a multi-address', () => {
  it('is taken apart and put together', () => {
    const text = '/dns4/127.0.0.1/tcp/40001/tls/test-chain-1';
    const parts = { host: '127.0.0.1', port: 40_001, domain: 'test-chain-1' };
    expect(parseMultiaddress(text)).toEqual(parts);
    expect(formatMultiaddress(parts)).toBe(text);
    expect(parseMultiaddress('/ip6/::1/tcp/1/tls/a')?.host).toBe('::1');
  });

  it.each([
    '',
    '127.0.0.1:40001',
    '/dns4/a/udp/1/quic',
    '/dns4/a/tcp/65536/tls/b',
    '/dns4/a/tcp/1/tls/',
    '/dns4//tcp/1/tls/a',
    '/dns4/a/tcp/1/tls/b/c',
  ])('`%s` is none', (text) => {
    expect(parseMultiaddress(text)).toBeUndefined();
  });
});
