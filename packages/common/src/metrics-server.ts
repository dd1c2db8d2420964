// GET /metrics over HTTP/1.1; anything else is answered 404 with a text (docs/protocol/common.md 9).

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ListenOptions, listen } from './listen.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServerOptions extends Pick<ListenOptions, 'patienceMs' | 'signal'> {
  readonly host?: string;
  readonly port: number;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface MetricsServer {
  readonly port: number;
  stop(): Promise<void>;
}

const MOST_CONNECTIONS = 64;

const NOT_FOUND = `Metrics are at /metrics. By default:
  network    http://127.0.0.1:60000/metrics
  consensus  http://127.0.0.1:60001/metrics
  executor   http://127.0.0.1:60002/metrics
  storage    http://127.0.0.1:60003/metrics
  controller http://127.0.0.1:60004/metrics
  crypto     http://127.0.0.1:60005/metrics
`;

/** Starts the metrics server. Throws PortTakenError when its port stays taken. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { metrics, log } = options;
  const server = createServer((request, response) => {
    answer(request, response, metrics).catch((error: unknown) => {
      log.error({ err: error }, 'metrics cannot be collected');
      response.destroy();
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  const port = await listen(server, { what: 'metrics', host: '0.0.0.0', ...options });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port, stop };
}

async function answer(request: IncomingMessage, response: ServerResponse, metrics: Metrics): Promise<void> {
  request.resume();
  if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(NOT_FOUND);
    return;
  }
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
}
