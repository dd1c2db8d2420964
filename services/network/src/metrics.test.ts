import { Metrics } from '@hexapod/common/metrics';
import { describe, expect, it } from 'vitest';
import { networkCounts } from './metrics.ts';

describe('counts', () => {
  it('are shown, drops by reason from the start', async () => {
    const metrics = new Metrics();
    const counts = networkCounts(metrics);
    counts.sent(10);
    counts.sent(5);
    counts.received(7);
    counts.messageSent(3);
    counts.messageReceived();
    counts.dropped('no-link', 2);
    const lines = (await metrics.text()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'hexapod_link_sent_bytes_total 15',
        'hexapod_link_received_bytes_total 7',
        'hexapod_link_sent_messages_total 3',
        'hexapod_link_received_messages_total 1',
        'hexapod_dropped_messages_total{reason="no-link"} 2',
        'hexapod_dropped_messages_total{reason="borrowed-origin"} 0',
      ]),
    );
  });
});
