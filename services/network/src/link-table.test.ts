import { describe, expect, it } from 'vitest';
import { CloseReason } from './close-reason.ts';
import type { PeerIdentity } from './identity.ts';
import { LIMITS } from './limits.ts';
import { LinkTable, type TableLink } from './link-table.ts';

function peer(n: number, changes: Partial<PeerIdentity> = {}): PeerIdentity {
  const address = new Uint8Array(20);
  new DataView(address.buffer).setUint32(4, n);
  const origin = BigInt(n);
  const said = { validatorOrigin: origin, instance: 'first', leaseMs: 10_000, listenPort: 1, agent: '' };
  return { address, origin, domain: `node-${n}`, ...said, ...changes };
}

function link(peer: PeerIdentity, isDialler = true, serial = 1n): TableLink {
  return { peer, isDialler, serial };
}

function tableWith(...links: TableLink[]): LinkTable<TableLink> {
  const table = new LinkTable<TableLink>();
  for (const one of links) table.enter(one);
  return table;
}

describe('what the referee finds', () => {
  it('a node without a link: nothing speaks against it', () => {
    expect(tableWith(link(peer(1))).judge(peer(2), true)).toBeUndefined();
  });

  it('two dials that cross: the first stays, and must show life', () => {
    const old = link(peer(1), true);
    expect(tableWith(old).judge(peer(1), false)).toMatchObject({
      refusal: { reason: CloseReason.Duplicate },
      doubted: old,
    });
  });

  it('a second dial of the side that dialled the first: that one is dead to it', () => {
    expect(tableWith(link(peer(1), false)).judge(peer(1), false)).toBeUndefined();
  });

  it('a process that was started again, whoever dialled', () => {
    expect(tableWith(link(peer(1), true)).judge(peer(1, { instance: 'second' }), false)).toBeUndefined();
  });
});

describe('what neither side takes', () => {
  const conflicts: [string, CloseReason, LinkTable<TableLink>, PeerIdentity][] = [
    [
      'another address with the same origin',
      CloseReason.OriginTaken,
      tableWith(link(peer(1))),
      peer(1, { address: peer(1).address.with(19, 1) }),
    ],
    [
      'another node with the same certificate',
      CloseReason.DomainTaken,
      tableWith(link(peer(1))),
      peer(2, { domain: 'node-1' }),
    ],
    [
      'a link too many',
      CloseReason.Busy,
      tableWith(...Array.from({ length: LIMITS.links }, (_, i) => link(peer(i)))),
      peer(9_999),
    ],
  ];
  it.each(conflicts)('%s', (_what, reason, table, newcomer) => {
    const before = table.links;
    expect(table.judge(newcomer, true)).toMatchObject({ refusal: { reason } });
    expect(table.enter(link(newcomer))).toMatchObject({ refusal: { reason } });
    expect(table.links).toEqual(before);
  });

  it('the holder of the certificate is doubted: if its node has a new key, the old link is dead', () => {
    const old = link(peer(1));
    expect(tableWith(old).judge(peer(2, { domain: 'node-1' }), true)).toMatchObject({ doubted: old });
  });

  it('a full table still takes another connection of a linked node', () => {
    const table = tableWith(...Array.from({ length: LIMITS.links }, (_, i) => link(peer(i))));
    expect(table.judge(peer(5, { instance: 'second' }), true)).toBeUndefined();
    expect(table.enter(link(peer(5, { instance: 'second' })))).toMatchObject({ replaced: { peer: peer(5) } });
    expect(table.size).toBe(LIMITS.links);
  });
});

describe('entering', () => {
  it('replaces the link of the same node', () => {
    const [old, new_] = [link(peer(1), true, 1n), link(peer(1), true, 2n)];
    const table = tableWith(old);
    expect(table.enter(new_)).toEqual({ replaced: old });
    expect(table.links).toEqual([new_]);
    expect(table.remove(old)).toBe(false);
    expect(table.byDomain('node-1')).toBe(new_);
  });

  it('a node with a new certificate is found under its new name only', () => {
    const table = tableWith(link(peer(1)));
    const new_ = link(peer(1, { domain: 'renamed', instance: 'second' }));
    table.enter(new_);
    expect([table.byDomain('node-1'), table.byDomain('renamed')]).toEqual([undefined, new_]);
  });

  it('an Accept that comes late does not replace a later one, unless the referee was started again', () => {
    const later = link(peer(1), true, 5n);
    const table = tableWith(later);
    expect(table.enter(link(peer(1), true, 4n))).toMatchObject({ refusal: { reason: CloseReason.Replaced } });
    expect(table.links).toEqual([later]);
    expect(table.enter(link(peer(1, { instance: 'second' }), true, 1n))).toEqual({ replaced: later });
  });

  it('is undone by removing', () => {
    const one = link(peer(1));
    const table = tableWith(one);
    expect(table.remove(one)).toBe(true);
    expect([table.size, table.byDomain('node-1'), table.remove(one)]).toEqual([0, undefined, false]);
  });
});

describe('towards', () => {
  it('a node by its origin, else every node that names the validator', () => {
    const [a, b, c] = [
      link(peer(1, { validatorOrigin: 100n })),
      link(peer(2, { validatorOrigin: 100n })),
      link(peer(3, { validatorOrigin: 1n })),
    ];
    const table = tableWith(a, b, c);
    expect(table.towards(1n)).toEqual([a]);
    expect(table.towards(100n)).toEqual([a, b]);
    expect(table.towards(4n)).toEqual([]);
  });
});
