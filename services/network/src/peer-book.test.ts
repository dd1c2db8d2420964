import { describe, expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { PeerBook } from './peer-book.ts';

const MANY = 1_000;
const nobody = () => false;
const book = (random = 0.5) => new PeerBook('own', () => random);
const due = (peers: PeerBook, now: number) => peers.takeDue(now, MANY).map(({ domain }) => domain);

describe('PeerBook', () => {
  it('dials new peers at once, each once', () => {
    const peers = book();
    peers.replace(
      [
        { domain: 'a', port: 1 },
        { domain: 'b', port: 2 },
      ],
      nobody,
      0,
    );
    expect(due(peers, 0)).toEqual(['a', 'b']);
    expect([due(peers, 10_000), peers.nextDueAt]).toEqual([[], undefined]);
  });

  it('never dials itself', () => {
    const peers = book();
    peers.replace([{ domain: 'own', port: 1 }], nobody, 0);
    expect([peers.size, due(peers, 0)]).toEqual([0, []]);
  });

  it('waits 1, 2, 4, 4 seconds after failures, a fifth more or less', () => {
    for (const [random, factor] of [
      [0, 0.8],
      [0.5, 1],
      [0.999_999, 1.2],
    ] as const) {
      const peers = book(random);
      peers.add({ domain: 'a', port: 1 }, false, 0);
      const waits = [0, 0, 0, 0].map(() => {
        peers.takeDue(MANY, MANY);
        peers.failed('a', 0);
        return (peers.nextDueAt ?? 0) / factor;
      });
      for (const [i, wait] of [1_000, 2_000, 4_000, 4_000].entries()) expect(waits[i]).toBeCloseTo(wait, -1);
    }
  });

  it('dials soon after the loss of a good link, and goes on waiting after that of a short one', () => {
    const peers = book();
    peers.add({ domain: 'a', port: 1 }, false, 0);
    peers.takeDue(0, MANY);
    peers.failed('a', 0);
    peers.linked('a');
    expect(peers.nextDueAt).toBeUndefined();
    peers.lost('a', LIMITS.stableMs - 1, 0);
    expect(peers.nextDueAt).toBe(2_000);
    peers.linked('a');
    peers.lost('a', LIMITS.stableMs, 0);
    expect(peers.nextDueAt).toBe(100);
    peers.takeDue(100, MANY);
    peers.failed('a', 0);
    expect(peers.nextDueAt).toBe(1_000);
  });

  it('takes over a new list: ports change, waits stay, the missing are forgotten', () => {
    const peers = book();
    peers.replace(
      [
        { domain: 'a', port: 1 },
        { domain: 'b', port: 2 },
      ],
      nobody,
      0,
    );
    peers.takeDue(0, MANY);
    peers.failed('a', 0);
    const list = [
      { domain: 'a', port: 7 },
      { domain: 'c', port: 3 },
      { domain: 'd', port: 4 },
    ];
    const changes = peers.replace(list, (domain) => domain === 'd', 500);
    expect(changes).toEqual({ added: ['c', 'd'], removed: ['b'] });
    expect(peers.get('a')?.port).toBe(7);
    expect(due(peers, 999)).toEqual(['c']);
    expect(due(peers, 1_000)).toEqual(['a']);
    peers.failed('b', 0);
    peers.lost('b', 0, 0);
    expect([peers.get('b'), peers.nextDueAt]).toEqual([undefined, undefined]);
  });

  it('gives out no more at a time than asked for', () => {
    const peers = book();
    peers.replace(
      Array.from({ length: 5 }, (_, i) => ({ domain: `${i}`, port: i })),
      nobody,
      0,
    );
    expect(peers.takeDue(0, 2)).toHaveLength(2);
    expect(peers.nextDueAt).toBe(0);
  });

  it('is bounded', () => {
    const peers = book();
    const list = Array.from({ length: LIMITS.knownPeers + 1 }, (_, i) => ({ domain: `${i}`, port: i }));
    peers.replace(list, nobody, 0);
    expect(peers.size).toBe(LIMITS.knownPeers);
    expect(peers.add({ domain: 'more', port: 1 }, false, 0)).toBe(false);
  });
});
