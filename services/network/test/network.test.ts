// The rules around links: health, AddNode, hot update, under virtual time (docs/protocol/network.md 4, 6, 7).

import { silentLog } from '@hexapod/common/log';
import { NetworkMsg } from '@hexapod/protocol/network';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../src/limits.ts';
import type { OpenLink } from '../src/link.ts';
import { Links } from '../src/links.ts';
import { Payload } from '../src/payload.ts';
import { Lane } from '../src/priority.ts';
import { localAttestor } from './local-attestor.ts';
import { MemoryChain } from './memory-nodes.ts';
import { CHAIN_ID } from './node.ts';

describe('health', () => {
  it('a node alone on its chain is well', async () => {
    const chain = new MemoryChain();
    const node = await chain.start(0);
    await chain.run(1_000_000);
    expect(node.network.isServing()).toBe(true);
  });

  it('a node with peers is well while one answers, and ill some time after the last', async () => {
    const chain = new MemoryChain();
    const [a, b] = [await chain.start(0), await chain.start(1)];
    chain.introduce([a, b]);
    for (let i = 0; i < 10; i++) {
      await chain.run(100_000);
      expect(a.network.isServing()).toBe(true);
    }
    await b.stop();
    await chain.run(297_000);
    expect(a.network.isServing()).toBe(true);
    await chain.run(5_000);
    expect(a.network.isServing()).toBe(false);
    const again = await chain.start(1);
    again.network.setPeers([{ domain: a.domain, port: a.port }]);
    await chain.run(5_000);
    expect(a.network.isServing()).toBe(true);
  });

  it('a node whose peers never came is ill after the same time', async () => {
    const chain = new MemoryChain();
    const node = await chain.start(0);
    node.network.setPeers([{ domain: 'absent', port: 9 }]);
    await chain.run(300_000);
    expect(node.network.isServing()).toBe(true);
    await chain.run(1_000);
    expect(node.network.isServing()).toBe(false);
  });
});

describe('AddNode', () => {
  it('dials a new node, and tells connected from known', async () => {
    const chain = new MemoryChain();
    const [a, b] = [await chain.start(0), await chain.start(1)];
    const address = { domain: b.domain, host: '127.0.0.1', port: b.port };
    expect(a.network.addNode(address)).toBe('added');
    expect(a.network.addNode(address)).toBe('known');
    await chain.run(1_000);
    expect(a.network.addNode(address)).toBe('connected');
    expect(a.network.addNode({ ...address, port: 9 })).toBe('known');
    expect(a.network.addNode({ ...address, domain: 'absent' })).toBe('added');
    expect(a.network.addNode({ ...address, domain: a.domain })).toBe('known');
  });

  it('a node that dialled in is connected, though it is not in our list', async () => {
    const chain = new MemoryChain();
    const [a, b] = [await chain.start(0), await chain.start(1)];
    b.network.setPeers([{ domain: a.domain, port: a.port }]);
    await chain.run(1_000);
    expect(a.network.addNode({ domain: b.domain, port: b.port })).toBe('connected');
  });

  it('the host in the address is used where the domain does not resolve', async () => {
    const chain = new MemoryChain();
    const [a, b] = [await chain.start(0), await chain.start(1)];
    chain.net.resolvable.set('elsewhere', '10.0.0.7');
    a.network.addNode({ domain: b.domain, host: 'elsewhere', port: b.port });
    await chain.run(1_000);
    expect(a.lines).toContainEqual(expect.stringContaining('does not resolve, dialled at 10.0.0.7'));
  });

  it('there is a bound', async () => {
    const chain = new MemoryChain();
    const node = await chain.start(0);
    for (let i = 0; i < LIMITS.knownPeers; i++) node.network.addNode({ domain: `${i}`, port: 1 });
    expect(node.network.addNode({ domain: 'more', port: 1 })).toBe('full');
  });
});

describe('a changed list of peers', () => {
  it('new ones are dialled, a link with one that is gone stays until it is lost, then it is not dialled', async () => {
    const chain = new MemoryChain();
    const [a, b] = [await chain.start(0), await chain.start(1)];
    a.network.setPeers([{ domain: b.domain, port: b.port }]);
    await chain.run(1_000);
    a.network.setPeers([]);
    await chain.run(100_000);
    a.network.send(NetworkMsg.create({ module: 'controller', origin: b.origin }));
    await chain.run(1_000);
    expect(b.inbox.controller).toHaveLength(1);
    await b.stop();
    await chain.start(1);
    await chain.run(100_000);
    expect(a.network.links).toEqual([]);
    expect(a.lines).toContainEqual(expect.stringContaining('no longer dialled: node-1'));
  });

  it('a peer removed while it is being dialled is not missed', async () => {
    const chain = new MemoryChain({ latencyMs: () => 500 });
    const a = await chain.start(0);
    a.network.setPeers([{ domain: 'absent', port: 9 }]);
    await chain.run(100);
    a.network.setPeers([]);
    await chain.run(100_000);
    expect(chain.net.dials).toHaveLength(1);
  });
});

describe('two nodes with one key', () => {
  it('refuse each other, and say so', async () => {
    const chain = new MemoryChain();
    const attestor = await localAttestor(1);
    const [a, b] = [await chain.start(0, { attestor }), await chain.start(1, { attestor })];
    chain.introduce([a, b]);
    await chain.run(10_000);
    expect([a.network.links, b.network.links]).toEqual([[], []]);
    expect(a.lines).toContainEqual(expect.stringContaining('two nodes have one key'));
  });
});

describe('a crypto process that fails', () => {
  it('costs the handshake, not the process; later it works', async () => {
    const chain = new MemoryChain();
    const good = await localAttestor(1);
    let isDown = true;
    const attestor = {
      ...good,
      sign: (bytes: Uint8Array) => (isDown ? Promise.reject(new Error('UNAVAILABLE')) : good.sign(bytes)),
    };
    const [a, b] = [await chain.start(0, { attestor }), await chain.start(1)];
    chain.introduce([a, b]);
    await chain.run(10_000);
    expect(a.network.links).toEqual([]);
    expect(a.lines).toContainEqual(expect.stringContaining('the session cannot be signed: UNAVAILABLE'));
    isDown = false;
    await chain.run(10_000);
    expect(a.network.links).toHaveLength(1);
  });
});

describe('many messages without a reader', () => {
  it('all peers together: the fullest queue loses, a broadcast counts once', async () => {
    const chain = new MemoryChain();
    const others = await Promise.all([1, 2, 3, 4].map((i) => chain.start(i)));
    const dropped: string[] = [];
    const attestor = await localAttestor(1);
    const identity = {
      chainId: CHAIN_ID,
      chainOrigin: 1n,
      nodeOrigin: 2n,
      validatorOrigin: 2n,
      domain: 'node-0',
    };
    const links = new Links(
      { identity, instance: new Uint8Array(8), listenPort: 0, leaseMs: 10_000, keepalives: 4, agent: '' },
      {
        wire: chain.net.wire('node-0'),
        clock: chain.clock,
        random: () => 0.5,
        soon: queueMicrotask,
        log: silentLog,
        traffic: { sent: () => undefined, received: () => undefined },
        events: { message: () => undefined, dropped: ({ domain }) => dropped.push(domain) },
      },
    );
    links.setPeers(others.map(({ domain, port }) => ({ domain, port })));
    links.begin(attestor);
    await chain.run(1_000);
    for (const { dialler } of chain.net.connections) dialler.stuck = true;
    // One piece of memory for all: only the counting matters here.
    const bytes = new Uint8Array(60 << 20);
    const send = (to: readonly OpenLink[]) =>
      links.send(to, Lane.HighLarge, new Payload(bytes, links.outgoing));
    send(links.open);
    expect(links.outgoing.used).toBe(60 << 20);
    // It is on its way now, on each link.
    await chain.run(1);
    for (let i = 0; i < 4; i++) for (const link of links.open) send([link]);
    expect([dropped, links.outgoing.used]).toEqual([[], 1020 << 20]);
    const [, second] = links.open;
    if (!second) throw new Error('no links');
    send([second]);
    expect([dropped, links.outgoing.used]).toEqual([[second.domain], 1020 << 20]);
    links.stop();
    expect(links.outgoing.used).toBe(0);
  });
});
