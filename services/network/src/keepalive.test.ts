import { VirtualClock } from '@hexapod/common/clock';
import { describe, expect, it } from 'vitest';
import { Keepalive } from './keepalive.ts';
import { LIMITS } from './limits.ts';

function keepalive(settings = { ownLeaseMs: 10_000, pings: 4, peerLeaseMs: 10_000 }) {
  const clock = new VirtualClock();
  const pings: bigint[] = [];
  const ends: string[] = [];
  const socket = { unsent: 0 };
  const it = new Keepalive(clock, {
    ping: (number) => pings.push(number),
    unsent: () => socket.unsent,
    expired: (why) => ends.push(why),
  });
  it.start(settings);
  return { clock, pings, ends, socket, it };
}

describe('Keepalive', () => {
  it('pings at once and so many times in a lease', () => {
    const { clock, pings, it } = keepalive();
    expect(pings).toEqual([1n]);
    for (let i = 0; i < 8; i++) {
      it.echoed(pings.at(-1) ?? 0n);
      clock.advance(2_500);
    }
    expect(pings).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
  });

  it('measures the round trip, and ignores echoes of what was not asked', () => {
    const { clock, it } = keepalive();
    clock.advance(40);
    it.echoed(9n);
    expect(it.latencyMs).toBeUndefined();
    it.echoed(1n);
    clock.advance(5);
    it.echoed(1n);
    expect([it.latencyMs, it.echoedAt]).toEqual([40, 40]);
  });

  it('expires when nothing came for the lease of the peer', () => {
    const { clock, ends } = keepalive({ ownLeaseMs: 10_000, pings: 4, peerLeaseMs: 5_000 });
    clock.advance(7_500);
    expect(ends).toEqual([]);
    clock.advance(2_500);
    expect(ends).toEqual(["nothing came for 10000 ms, the peer's lease is 5000 ms"]);
  });

  it('does not expire when our own process slept: what came meanwhile is read first', () => {
    const { clock, ends, it } = keepalive();
    clock.advance(10_000);
    clock.advance(2_500);
    // The next event after the timer is the socket's.
    it.heard();
    clock.advance(2_500);
    expect(ends).toEqual([]);
  });

  it('any bytes are life', () => {
    const { clock, ends, it } = keepalive();
    for (let i = 0; i < 20; i++) {
      clock.advance(5_000);
      it.heard();
    }
    expect(ends).toEqual([]);
  });

  it('in doubt it expires soon, unless something comes', () => {
    const one = keepalive();
    one.it.doubt();
    one.it.doubt();
    one.clock.advance(LIMITS.probeMs);
    expect(one.ends).toHaveLength(1);
    const two = keepalive();
    two.it.doubt();
    two.clock.advance(LIMITS.probeMs - 1);
    two.it.heard();
    two.clock.advance(LIMITS.probeMs);
    expect(two.ends).toEqual([]);
  });

  it('a peer that talks but takes nothing expires', () => {
    const { clock, ends, socket, it } = keepalive();
    it.wrote(1_000);
    socket.unsent = 600;
    for (let ms = 0; ms < LIMITS.stallMs; ms += 2_500) {
      it.heard();
      clock.advance(2_500);
    }
    expect(ends).toEqual([]);
    it.heard();
    clock.advance(2_500);
    expect(ends).toEqual([`the peer has taken nothing for ${LIMITS.stallMs} ms, 600 bytes wait`]);
  });

  it('a peer that takes slowly does not', () => {
    const { clock, ends, socket, it } = keepalive();
    it.wrote(1_000_000);
    for (let left = 1_000; left > 900; left -= 1) {
      socket.unsent = left;
      it.heard();
      clock.advance(2_500);
    }
    expect(ends).toEqual([]);
  });

  it('nothing happens after it was stopped', () => {
    const { clock, pings, ends, it } = keepalive();
    it.doubt();
    it.stop();
    clock.advance(100_000);
    expect([pings, ends, clock.pendingTimers]).toEqual([[1n, 1n], [], 0]);
  });
});
