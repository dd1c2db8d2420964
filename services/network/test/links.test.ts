// Four nodes over real TLS: what arrives where, with whose origin on it, and what becomes of those who are lost
// (docs/protocol/network.md 3, docs/link.md).

import { NetworkMsg } from '@hexapod/protocol/network';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from './certificate-authority.ts';
import { allLinked, linkAll, startTlsNode, type TlsNode, type TlsNodeOptions } from './tls-nodes.ts';

let authority: CertificateAuthority;
let nodes: TlsNode[] = [];

beforeAll(async () => {
  authority = await CertificateAuthority.create();
});

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  nodes = [];
});

async function start(index: number, options: Partial<TlsNodeOptions> = {}): Promise<TlsNode> {
  const node = await startTlsNode(authority, `test-${index}`, { seed: index + 1, ...options });
  nodes[index] = node;
  return node;
}

type Four = [TlsNode, TlsNode, TlsNode, TlsNode];

async function startFour(options: Partial<TlsNodeOptions> = {}): Promise<Four> {
  const four: Four = [
    await start(0, options),
    await start(1, options),
    await start(2, options),
    await start(3, options),
  ];
  await linkAll(four);
  return four;
}

function message(fields: Partial<NetworkMsg> = {}): NetworkMsg {
  return NetworkMsg.create({
    module: 'controller',
    type: 'send_txs',
    msg: Uint8Array.of(1, 2, 3),
    ...fields,
  });
}

const received = (node: TlsNode, count: number) => node.until(() => node.inbox.controller.length >= count);

describe('four nodes', () => {
  it('broadcast: everybody else gets it, with the sender as origin, whatever origin the caller gave', async () => {
    const [a, ...others] = await startFour();
    a.network.broadcast(message({ origin: 77n }));
    await Promise.all(others.map((node) => received(node, 1)));
    for (const node of others) expect(node.inbox.controller).toEqual([message({ origin: a.origin })]);
    expect(a.inbox.controller).toEqual([]);
  });

  it('send: the destination gets it, with the sender as origin; an answer goes back the same way', async () => {
    const [a, b, c, d] = await startFour();
    a.network.send(message({ origin: b.origin }));
    await received(b, 1);
    const [got] = b.inbox.controller;
    expect(got?.origin).toBe(a.origin);
    b.network.send(message({ type: 'sync_tx_respond', origin: got?.origin ?? 0n }));
    await received(a, 1);
    expect(a.inbox.controller[0]?.origin).toBe(b.origin);
    expect([...c.inbox.controller, ...d.inbox.controller]).toEqual([]);
  });

  it('a module gets what is for it, another nothing', async () => {
    const [a, b] = await startFour();
    a.network.broadcast(message({ module: 'consensus', type: 'vote' }));
    a.network.broadcast(message());
    await received(b, 1);
    await b.until(() => b.inbox.consensus.length === 1);
    expect(b.inbox.consensus[0]?.type).toBe('vote');
    expect(b.inbox.controller[0]?.type).toBe('send_txs');
  });

  it('messages of one kind keep their order', async () => {
    const [a, b] = await startFour();
    const numbers = Array.from({ length: 2000 }, (_, i) => i);
    for (const i of numbers) a.network.send(message({ origin: b.origin, msg: Uint8Array.of(i >> 8, i) }));
    await received(b, numbers.length);
    expect(b.inbox.controller.map(({ msg: [high = 0, low = 0] }) => high * 256 + low)).toEqual(numbers);
  });

  it('connected peers are shown at once, with origin and configured port', async () => {
    const [a, b, c, d] = await startFour();
    const shown = [...a.network.peersNetInfo()].sort((x, y) => x.multiAddress.localeCompare(y.multiAddress));
    const expected = [b, c, d].map(({ port, domain, origin }) => ({
      multiAddress: `/dns4/127.0.0.1/tcp/${port}/tls/${domain}`,
      origin,
    }));
    expect(shown).toEqual(expected.sort((x, y) => x.multiAddress.localeCompare(y.multiAddress)));
  });

  it('a message of 100 MiB passes, and small ones beside it are there first', async () => {
    const [a, b] = await startFour();
    const large = new Uint8Array(100 * 1024 * 1024);
    for (let i = 0; i < large.length; i += 4096) large[i] = i >> 12;
    a.network.send(message({ origin: b.origin, type: 'sync_block_respond', msg: large }));
    for (let i = 0; i < 10; i++) a.network.send(message({ module: 'consensus', origin: b.origin }));
    await b.until(() => b.inbox.consensus.length === 10);
    expect(b.inbox.controller).toEqual([]);
    await received(b, 1);
    expect(Buffer.compare(b.inbox.controller[0]?.msg ?? new Uint8Array(0), large)).toBe(0);
  });

  it('suite sm proves origins as well', async () => {
    const [a, b] = await startFour({ suite: 'sm' });
    a.network.send(message({ origin: b.origin }));
    await received(b, 1);
    expect(b.inbox.controller[0]?.origin).toBe(a.origin);
  });
});

describe('destinations that are no peer', () => {
  it('oneself: delivered here, also without any link', async () => {
    const a = await start(0);
    a.network.send(message({ origin: a.origin }));
    await received(a, 1);
    expect(a.inbox.controller[0]?.origin).toBe(a.origin);
  });

  it('the chain: a broadcast', async () => {
    const [a, b, c, d] = await startFour();
    a.network.send(message({ origin: 0xc4c4c4c4c4c4c4c4n }));
    await Promise.all([b, c, d].map((node) => received(node, 1)));
    expect(a.inbox.controller).toEqual([]);
  });

  it('a validator: reaches its node, and carries the node origin of the sender', async () => {
    const a = await start(0, { validatorOrigin: 1000n });
    const b = await start(1, { validatorOrigin: 1001n });
    await linkAll([a, b]);
    a.network.send(message({ origin: 1001n }));
    await received(b, 1);
    expect(b.inbox.controller[0]?.origin).toBe(a.origin);
  });

  it('unknown: dropped and counted', async () => {
    const [a] = await startFour();
    a.network.send(message({ origin: 5n }));
    a.network.send(message({ origin: 6n }));
    expect(a.dropped.get('no-link')).toBe(2);
  });

  it('an unknown module at the receiver: dropped there, the link stays', async () => {
    const [a, b] = await startFour();
    a.network.send(message({ module: 'HEALTH_CHECK', origin: b.origin }));
    a.network.send(message({ origin: b.origin }));
    await received(b, 1);
    expect(b.dropped.get('no-module')).toBe(1);
  });
});

describe('peers that vanish', () => {
  it('are missed at once, and linked again when they are back', async () => {
    const [a, b, c, d] = await startFour();
    await d.kill();
    await allLinked([a, b, c], 2);
    const again = await start(3, { port: d.port });
    again.begin();
    await allLinked([a, b, c, again], 3);
    again.network.broadcast(message());
    await Promise.all([a, b, c].map((node) => received(node, 1)));
  });

  it('a node that no peer knows is accepted with a certificate of the chain', async () => {
    const a = await start(0);
    const b = await start(1);
    a.begin();
    b.network.setPeers([{ domain: a.domain, port: a.port }]);
    b.begin();
    await allLinked([a, b], 1);
    a.network.send(message({ origin: b.origin }));
    await received(b, 1);
    expect(a.network.peersNetInfo()).toEqual([
      { multiAddress: `/dns4/127.0.0.1/tcp/${b.port}/tls/test-1`, origin: b.origin },
    ]);
  });

  it('a node whose crypto process is not there yet takes nobody, and links when it is', async () => {
    const a = await start(0);
    const b = await start(1);
    a.network.setPeers([{ domain: b.domain, port: b.port }]);
    a.begin();
    await a.until(() => a.lines.some((line) => line.includes('test-1')));
    expect(a.network.links).toEqual([]);
    b.begin();
    await allLinked([a, b], 1);
  });

  it('an orderly stop is told to the peers', async () => {
    const [a, b, c, d] = await startFour();
    await d.stop();
    await allLinked([a, b, c], 2);
    expect(a.lines).toContainEqual(
      expect.stringContaining('peer test-3 is lost: the peer closed it: Stopping'),
    );
  });
});
