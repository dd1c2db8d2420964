// One link for each pair of nodes, whatever happens to connections: in memory, under virtual time (docs/link.md 4, 7).

import { NetworkMsg } from '@hexapod/protocol/network';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../src/limits.ts';
import { localAttestor } from './local-attestor.ts';
import { MemoryChain, type MemoryNode } from './memory-nodes.ts';

async function pair(chain = new MemoryChain()): Promise<[MemoryNode, MemoryNode]> {
  const nodes: [MemoryNode, MemoryNode] = [await chain.start(0), await chain.start(1)];
  chain.introduce(nodes);
  return nodes;
}

/** Every pair has one link, both ends mean the same one, and messages pass. */
async function expectLinked(chain: MemoryChain, nodes: readonly MemoryNode[]): Promise<void> {
  for (const node of nodes) {
    const others = nodes.filter((other) => other !== node);
    expect(new Set(node.network.links.map(({ peer }) => peer.origin))).toEqual(
      new Set(others.map(({ origin }) => origin)),
    );
    for (const link of node.network.links) {
      const other = others.find(({ origin }) => origin === link.peer.origin);
      const back = other?.network.links.find(({ peer }) => peer.origin === node.origin);
      expect([back?.serial, back?.isDialler]).toEqual([link.serial, !link.isDialler]);
    }
    node.network.broadcast(NetworkMsg.create({ module: 'consensus', msg: Uint8Array.of(node.port & 0xff) }));
  }
  await chain.run(1_000);
  for (const node of nodes) {
    const senders = nodes.filter((other) => other !== node).map(({ origin }) => origin);
    expect(new Set(node.inbox.consensus.splice(0).map(({ origin }) => origin))).toEqual(new Set(senders));
  }
}

describe('two dials that cross', () => {
  it('leave one link, and no more dials afterwards', async () => {
    const chain = new MemoryChain();
    const nodes = await pair(chain);
    await chain.run(1_000);
    await expectLinked(chain, nodes);
    const dials = chain.net.dials.length;
    expect(dials).toBe(2);
    await chain.run(120_000);
    expect(chain.net.dials.length).toBe(dials);
    expect(chain.net.connections.size).toBe(1);
    // The one that came first stays: nothing that was queued on it is lost.
    expect(
      nodes.flatMap(({ lines }) => lines).filter((line) => /is lost|takes its place/.test(line)),
    ).toEqual([]);
  });

  it('leave one link whatever the latencies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 2, max: 5 }),
        async (latencies, count) => {
          let next = 0;
          const chain = new MemoryChain({ latencyMs: () => latencies[next++ % latencies.length] ?? 0 });
          const nodes = await Promise.all(Array.from({ length: count }, (_, i) => chain.start(i)));
          chain.introduce(nodes);
          await chain.run(30_000);
          await expectLinked(chain, nodes);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a peer that is not there', () => {
  it('is dialled after 1, 2, 4, 4 … seconds', async () => {
    const chain = new MemoryChain({ latencyMs: () => 0 });
    const node = await chain.start(0);
    node.network.setPeers([{ domain: 'absent', port: 9 }]);
    await chain.run(20_000);
    expect(chain.net.dials.map(({ at }) => at)).toEqual([0, 1_000, 3_000, 7_000, 11_000, 15_000, 19_000]);
  });

  it('is told once that its name does not resolve, and seldom that nobody answers', async () => {
    const chain = new MemoryChain();
    const node = await chain.start(0);
    node.network.setPeers([{ domain: 'absent', port: 9 }]);
    await chain.run(60_000);
    expect(node.lines.filter((line) => line.includes('does not resolve'))).toHaveLength(1);
    const refused = node.lines.filter((line) => line.includes('ECONNREFUSED'));
    expect(refused.length).toBeGreaterThan(1);
    expect(refused.length).toBeLessThanOrEqual(1 + 60_000 / LIMITS.repeatMs);
  });

  it('is dialled no more when the config file has lost it', async () => {
    const chain = new MemoryChain();
    const node = await chain.start(0);
    node.network.setPeers([{ domain: 'absent', port: 9 }]);
    await chain.run(5_000);
    node.network.setPeers([]);
    const dials = chain.net.dials.length;
    await chain.run(60_000);
    expect(chain.net.dials.length).toBe(dials);
  });
});

describe('a connection that dies without a word', () => {
  it('on both sides: the lease ends it, and a new one is made', async () => {
    const chain = new MemoryChain();
    const nodes = await pair(chain);
    await chain.run(20_000);
    for (const connection of chain.net.connections) connection.isSilent = true;
    await chain.run(12_000);
    expect(nodes[0].network.links).toHaveLength(1);
    await chain.run(5_000);
    await expectLinked(chain, nodes);
    expect(nodes[0].lines).toContainEqual(expect.stringMatching(/is lost: .*the peer's lease is 10000 ms/));
  });

  it.each([
    ['dialler', 'dialler' as const],
    ['listener', 'listener' as const],
  ])('known only to its %s: the pair is linked again within seconds', async (_what, end) => {
    const chain = new MemoryChain();
    const nodes = await pair(chain);
    await chain.run(20_000);
    for (const connection of chain.net.connections) connection[end].vanish();
    await chain.run(8_000);
    await expectLinked(chain, nodes);
  });

  it('because the peer was started again: the new connection takes its place at once', async () => {
    const chain = new MemoryChain();
    const [a, b] = await pair(chain);
    await chain.run(20_000);
    for (const { dialler, listener } of chain.net.connections)
      for (const end of [dialler, listener]) end.vanish();
    // The old process is gone without a word; its clock still runs here, but it dials nobody.
    await b.stop();
    const again = await chain.start(1);
    again.network.setPeers([{ domain: a.domain, port: a.port }]);
    await chain.run(1_000);
    await expectLinked(chain, [a, again]);
  });
});

describe('a node that has got a new key', () => {
  it('takes the place of the old one, which is found to be dead', async () => {
    const chain = new MemoryChain();
    const [a, b] = await pair(chain);
    await chain.run(20_000);
    for (const { dialler, listener } of chain.net.connections) {
      for (const end of [dialler, listener]) end.vanish();
    }
    await b.stop();
    const renewed = await chain.start(1, { attestor: await localAttestor(50) });
    renewed.network.setPeers([{ domain: a.domain, port: a.port }]);
    await chain.run(8_000);
    await expectLinked(chain, [a, renewed]);
  });

  it('while the old one lives, one of the two is connected, not both in turn', async () => {
    const chain = new MemoryChain();
    const [a] = await pair(chain);
    await chain.run(20_000);
    const twin = await chain.start(7, { domain: 'node-1', attestor: await localAttestor(50) });
    twin.network.setPeers([{ domain: a.domain, port: a.port }]);
    await chain.run(60_000);
    expect(a.network.links.map(({ ageMs }) => ageMs > 60_000)).toEqual([true]);
    expect([...a.lines, ...twin.lines]).toContainEqual(
      expect.stringContaining('with a certificate for node-1'),
    );
  });
});

describe('whatever happens', () => {
  const fault = fc.record({
    afterMs: fc.integer({ min: 0, max: 15_000 }),
    kind: fc.constantFrom('silent', 'dialler', 'listener', 'cut', 'restart'),
    which: fc.nat(100),
  });

  it('in the end every pair is linked once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 8 }),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
          minLength: 3,
          maxLength: 9,
        }),
        async (faults, draws) => {
          let next = 0;
          const random = () => draws[next++ % draws.length] ?? 0;
          const chain = new MemoryChain({ latencyMs: () => random() * 100, random });
          const nodes = await Promise.all([0, 1, 2, 3].map((i) => startSlow(chain, i)));
          chain.introduce(nodes);
          for (const { afterMs, kind, which } of faults) {
            await chain.run(afterMs);
            const connections = [...chain.net.connections];
            const connection = connections[which % Math.max(1, connections.length)];
            if (kind === 'restart') await restart(chain, nodes, which % nodes.length);
            else if (kind === 'silent' && connection) connection.isSilent = true;
            else if (kind === 'cut') connection?.dialler.destroy();
            else if (kind === 'dialler' || kind === 'listener') connection?.[kind].vanish();
          }
          await chain.run(60_000);
          await expectLinked(chain, nodes);
          expect(chain.net.connections.size).toBe(6);
          expect(nodes.flatMap(({ lines }) => lines).filter((line) => /Violation/.test(line))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  async function startSlow(chain: MemoryChain, index: number): Promise<MemoryNode> {
    return chain.start(index, { attestor: chain.slow(await localAttestor(index + 1), 300) });
  }

  async function restart(chain: MemoryChain, nodes: MemoryNode[], index: number): Promise<void> {
    await nodes[index]?.stop();
    nodes[index] = await startSlow(chain, index);
    chain.introduce(nodes);
  }
});
