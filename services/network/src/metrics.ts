// What this process counts and shows at /metrics, beside the latencies of its rpcs.

import type { Metrics } from '@hexapod/common/metrics';
import { DROP_REASONS, type Network, type NetworkCounts } from './network.ts';

export function networkCounts(metrics: Metrics): NetworkCounts {
  const sentBytes = metrics.counter('link_sent_bytes_total', 'Bytes sent to peers, inside TLS');
  const receivedBytes = metrics.counter('link_received_bytes_total', 'Bytes received from peers, inside TLS');
  const sent = metrics.counter('link_sent_messages_total', 'Messages sent, one for each peer of a broadcast');
  const received = metrics.counter('link_received_messages_total', 'Messages received from peers');
  const dropped = metrics.labelledCounter(
    'dropped_messages_total',
    'Messages dropped, by reason',
    'reason',
    DROP_REASONS,
  );
  return {
    sent: sentBytes,
    received: receivedBytes,
    messageSent: sent,
    messageReceived: () => received(),
    dropped,
  };
}

/** Figures read when they are asked for. One line per open link at most, and there is a bound on links. */
export function showNetwork(metrics: Metrics, network: Network): void {
  metrics.gauge('peers', 'Connected peers', () => network.links.length);
  metrics.gauge(
    'outgoing_queue_bytes',
    'Bytes waiting for peers, a broadcast once',
    () => network.outgoingBytes,
  );
  metrics.gauge(
    'incoming_queue_bytes',
    'Bytes waiting for modules of this node',
    () => network.incoming.bytes,
  );
  metrics.gauge(
    'incoming_queue_messages',
    'Messages waiting for modules of this node',
    () => network.incoming.messages,
  );
  metrics.gauge(
    'assembling_bytes',
    'Bytes set aside for messages that have come in part',
    () => network.assemblingBytes,
  );
  metrics.labelledGauge('link_queue_messages', 'Messages waiting for a peer', 'peer', () =>
    network.links.map(({ domain, queued }) => [domain, queued.messages]),
  );
  metrics.labelledGauge('link_queue_bytes', 'Bytes waiting for a peer', 'peer', () =>
    network.links.map(({ domain, queued }) => [domain, queued.bytes]),
  );
  metrics.labelledGauge('link_round_trip_milliseconds', 'Round trip of the last Ping to a peer', 'peer', () =>
    network.links.flatMap(({ domain, latencyMs }) =>
      latencyMs === undefined ? [] : [[domain, latencyMs] as const],
    ),
  );
}
