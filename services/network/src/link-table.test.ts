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
  it('a node without a link: accepted', () => {
    expect(tableWith(link(peer(1))).judge(peer(2), true)).toEqual({ accept: true });
  });

  it('two dials that cross: the first stays, and must show life', () => {
    const old = link(peer(1), true);
    expect(tableWith(old).judge(peer(1), false)).toMatchObject({
      accept: false,
      refusal: { reason: CloseReason.Duplicate },
      doubted: old,
    });
  });

  it('a second dial of the side that dialled the first: that one is dead to it, accepted', () => {
    expect(tableWith(link(peer(1), false)).judge(peer(1), false)).toEqual({ accept: true });
  });

  it('a process that was started again: accepted, whoever dialled', () => {
    expect(tableWith(link(peer(1), true)).judge(peer(1, { instance: 'second' }), false)).toEqual({
      accept: true,
    });
  });

  it('another address with the same origin: refused', () => {
    const other = peer(1);
    other.address[19] = 1;
    expect(tableWith(link(peer(1))).judge(other, true)).toMatchObject({
      refusal: { reason: CloseReason.OriginTaken },
    });
  });

  it('a link too many: refused, but for a node whose certificate has a link', () => {
    const table = tableWith(...Array.from({ length: LIMITS.links }, (_, i) => link(peer(i))));
    expect(table.judge(peer(9_999), true)).toMatchObject({ refusal: { reason: CloseReason.Busy } });
    expect(table.judge(peer(9_999, { domain: 'node-5' }), true)).toEqual({ accept: true });
  });
});

describe('entering', () => {
  it('replaces the link of the same node', () => {
    const [old, new_] = [link(peer(1), true, 1n), link(peer(1), true, 2n)];
    const table = tableWith(old);
    expect(table.enter(new_)).toEqual([old]);
    expect(table.links).toEqual([new_]);
    expect(table.remove(old)).toBe(false);
    expect(table.byDomain('node-1')).toBe(new_);
  });

  it('replaces the link of the same certificate, whose node has another key now', () => {
    const old = link(peer(1));
    const new_ = link(peer(2, { domain: 'node-1' }));
    const table = tableWith(old);
    expect(table.enter(new_)).toEqual([old]);
    expect([table.links, table.byOrigin(1n)]).toEqual([[new_], undefined]);
  });

  it('an Accept that comes late does not replace a later one, unless the referee was started again', () => {
    const later = link(peer(1), true, 5n);
    const table = tableWith(later);
    expect(table.enter(link(peer(1), true, 4n))).toBeUndefined();
    expect(table.links).toEqual([later]);
    expect(table.enter(link(peer(1, { instance: 'second' }), true, 1n))).toEqual([later]);
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
