import { describe, expect, it } from 'vitest';
import { type Peer, Peers } from './peers.ts';

const peer = (origin: bigint, height: bigint): Peer => ({
  origin,
  status: {
    version: 0,
    chainId: new Uint8Array(32),
    height,
    hash: new Uint8Array(32),
    address: new Uint8Array(20),
  },
});

describe('recording a status (controller.md 13.1)', () => {
  it('is new, then updated by a higher one, otherwise early', () => {
    const peers = new Peers();
    expect([5n, 5n, 4n, 6n].map((height) => peers.record(peer(1n, height), 0))).toEqual([
      'new',
      'early',
      'early',
      'updated',
    ]);
    expect(peers.get(1n)?.height).toBe(6n);
    expect(peers.known()).toHaveLength(1);
  });
});

describe('the best known peer (controller.md 13.2)', () => {
  it('is the highest, and the first of equals', () => {
    const peers = new Peers();
    for (const [origin, height] of [
      [1n, 5n],
      [2n, 9n],
      [3n, 9n],
    ] as const) {
      peers.record(peer(origin, height), 0);
      peers.offerBest(peer(origin, height), 0n);
    }
    expect(peers.best()).toEqual(peer(2n, 9n));
  });

  it('is nobody below the own height', () => {
    const peers = new Peers();
    peers.record(peer(1n, 5n), 0);
    expect(peers.offerBest(peer(1n, 5n), 6n)).toBe(false);
    expect(peers.best()).toBeUndefined();
  });

  it('is the next one when the best falls out of favour', () => {
    const peers = new Peers();
    for (const [origin, height] of [
      [1n, 5n],
      [2n, 9n],
      [3n, 7n],
    ] as const) {
      peers.record(peer(origin, height), 0);
      peers.offerBest(peer(origin, height), 0n);
    }
    peers.misbehaved(2n, 0);
    expect(peers.best()).toEqual(peer(3n, 7n));
    peers.ban(3n);
    expect(peers.best()).toEqual(peer(1n, 5n));
    peers.ban(1n);
    expect(peers.best()).toBeUndefined();
  });
});

describe('misbehaviour and bans (controller.md 13.3)', () => {
  it('lasts 30 s, and is forgotten then', () => {
    const peers = new Peers();
    peers.misbehaved(1n, 1000);
    expect(peers.record(peer(1n, 5n), 30_999)).toBe('misbehaving');
    expect(peers.record(peer(1n, 5n), 31_000)).toBe('new');
  });

  it('doubles with each offence meanwhile, up to 3840 s', () => {
    const peers = new Peers();
    let now = 0;
    for (const seconds of [30, 60, 120, 240, 480, 960, 1920, 3840, 3840]) {
      expect(peers.misbehaved(1n, now)).toBe(true);
      expect(peers.record(peer(1n, 5n), now + seconds * 1000 - 1)).toBe('misbehaving');
      now += seconds * 1000 - 1;
    }
    expect(peers.record(peer(1n, 5n), now + 1)).toBe('new');
  });

  it('begins again at 30 s after it is over', () => {
    const peers = new Peers();
    peers.misbehaved(1n, 0);
    peers.misbehaved(1n, 1000);
    peers.misbehaved(1n, 100_000);
    expect(peers.record(peer(1n, 5n), 130_000)).toBe('new');
  });

  it('a ban is for good, and stronger', () => {
    const peers = new Peers();
    peers.record(peer(1n, 5n), 0);
    peers.ban(1n);
    expect(peers.misbehaved(1n, 0)).toBe(false);
    expect(peers.record(peer(1n, 9n), 1e12)).toBe('banned');
    expect(peers.known()).toEqual([]);
  });
});

describe('the daily comparison (controller.md 14.1)', () => {
  it('forgets those that stand still, keeps those that grow or are new', () => {
    const peers = new Peers();
    for (const [origin, height] of [
      [1n, 5n],
      [2n, 5n],
    ] as const)
      peers.record(peer(origin, height), 0);
    expect(peers.sweep(0)).toEqual({ fellBack: [], stale: [] });
    peers.record(peer(2n, 6n), 0);
    peers.record(peer(3n, 1n), 0);
    expect(peers.sweep(0)).toEqual({ fellBack: [], stale: [1n] });
    expect(peers.known().map(({ origin }) => origin)).toEqual([2n, 3n]);
  });

  it('notices a height that went backwards', () => {
    const peers = new Peers();
    peers.record(peer(1n, 5n), 0);
    peers.sweep(0);
    peers.misbehaved(1n, 0);
    peers.record(peer(1n, 3n), 60_000);
    expect(peers.sweep(60_000)).toEqual({ fellBack: [1n], stale: [] });
    expect(peers.record(peer(1n, 9n), 60_001)).toBe('misbehaving');
  });
});
