// Multi-addresses: `/dns4/<host>/tcp/<port>/tls/<domain>` (docs/protocol/network.md 4, wire.md 8.4).

import { isIPv4, isIPv6 } from 'node:net';
import type { PeerAddress } from './peer-book.ts';

const PATTERN = /\/(ip4|ip6|dns4|dns6)\/([^/]+)\/tcp\/(\d{1,5})\/tls\/([^/]+)/g;
const LONGEST_DOMAIN = 253;
/** What a name in a certificate and in an endpoint can be made of. */
const DOMAIN = /^[A-Za-z0-9_.-]+$/;

const hostRules: Readonly<Record<string, (host: string) => boolean>> = {
  ip4: isIPv4,
  ip6: isIPv6,
  dns4: (host) => DOMAIN.test(host),
  dns6: (host) => DOMAIN.test(host),
};

/** The first usable address anywhere in the text; undefined: there is none. */
export function parseMultiAddress(text: string): Required<PeerAddress> | undefined {
  for (const [, kind = '', host = '', digits = '', domain = ''] of text.matchAll(PATTERN)) {
    const port = Number(digits);
    if (!hostRules[kind]?.(host) || port > 0xffff) continue;
    if (domain.length <= LONGEST_DOMAIN && DOMAIN.test(domain)) return { host, port, domain };
  }
  return undefined;
}

/** How a connected peer is shown: the host is always 127.0.0.1, as the original shows it. */
export function formatMultiAddress({
  port,
  domain,
}: {
  readonly port: number;
  readonly domain: string;
}): string {
  return `/dns4/127.0.0.1/tcp/${port}/tls/${domain}`;
}
