import { VirtualClock } from '@hexapod/common/clock';
import { recordingLog } from '@hexapod/common/log';
import { describe, expect, it } from 'vitest';
import { HotUpdate } from './hot-update.ts';
import type { PeerAddress } from './peer-book.ts';

const peers = (...domains: string[]) =>
  `[network_zenoh]\n${domains.map((domain) => `[[network_zenoh.peers]]\ndomain = '${domain}'\nport = 1\nprotocol = 'quic'\n`).join('')}`;

async function follow(first: string) {
  const clock = new VirtualClock();
  const { log, lines } = recordingLog();
  const seen: string[][] = [];
  const file: { text: string | undefined } = { text: first };
  const hotUpdate = new HotUpdate(
    { path: 'config.toml', intervalMs: 60_000 },
    {
      clock,
      log,
      read: async () => {
        if (file.text === undefined) throw new Error('ENOENT');
        return file.text;
      },
      setPeers: (list: readonly PeerAddress[]) => seen.push(list.map(({ domain }) => domain)),
    },
  );
  await hotUpdate.start();
  return { clock, lines, seen, file, hotUpdate };
}

describe('HotUpdate', () => {
  it('takes over the peers of a changed file at the next interval, and only then', async () => {
    const { clock, seen, file } = await follow(peers('a'));
    await clock.advanceAsync(180_000);
    expect(seen).toEqual([]);
    file.text = peers('a', 'b');
    await clock.advanceAsync(60_000);
    expect(seen).toEqual([['a', 'b']]);
    await clock.advanceAsync(180_000);
    expect(seen).toEqual([['a', 'b']]);
    file.text = peers();
    await clock.advanceAsync(60_000);
    expect(seen).toEqual([['a', 'b'], []]);
  });

  it('a broken file is one warning, and the next good one is taken', async () => {
    const { clock, lines, seen, file } = await follow(peers('a'));
    file.text = 'not [ toml';
    await clock.advanceAsync(180_000);
    file.text = "[network_zenoh]\npeers = 'none'\n";
    await clock.advanceAsync(60_000);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('config.toml: [network_zenoh] peers = "none"');
    file.text = peers('b');
    await clock.advanceAsync(60_000);
    expect(seen).toEqual([['b']]);
  });

  it('a missing file is a warning, once until it is back', async () => {
    const { clock, lines, seen, file } = await follow(peers('a'));
    file.text = undefined;
    await clock.advanceAsync(180_000);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('ENOENT');
    file.text = peers('b');
    await clock.advanceAsync(60_000);
    expect(seen).toEqual([['b']]);
  });

  it('ends when it is stopped', async () => {
    const { clock, seen, file, hotUpdate } = await follow(peers('a'));
    hotUpdate.stop();
    file.text = peers('b');
    await clock.advanceAsync(180_000);
    expect([seen, clock.pendingTimers]).toEqual([[], 0]);
  });
});
