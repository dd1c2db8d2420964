// Multi-addresses of nodes: `/dns4/127.0.0.1/tcp/40001/tls/node1` (docs/protocol/wire.md 8.4).

export interface Multiaddress {
  readonly host: string;
  readonly port: number;
  /** Name of the node in its certificate. */
  readonly domain: string;
}

const HOST_KINDS: ReadonlySet<string> = new Set(['dns', 'dns4', 'dns6', 'ip4', 'ip6']);

/** The parts of a multi-address; undefined when it is not of that form. */
export function parseMultiaddress(text: string): Multiaddress | undefined {
  const [empty, hostKind, host, tcp, port, tls, domain, ...rest] = text.split('/');
  if (empty !== '' || !hostKind || !HOST_KINDS.has(hostKind) || !host || tcp !== 'tcp' || tls !== 'tls')
    return undefined;
  if (!port || !/^\d{1,5}$/.test(port) || Number(port) > 65_535 || !domain || rest.length > 0)
    return undefined;
  return { host, port: Number(port), domain };
}

export function formatMultiaddress({ host, port, domain }: Multiaddress): string {
  return `/dns4/${host}/tcp/${port}/tls/${domain}`;
}
