// Listening on a port of our own, with patience: the default ports lie in the range from which the system takes ports
// for outgoing connections, so a busy one is tried again before we give up.

import type { AddressInfo, Server } from 'node:net';
import { type Clock, sleep, systemClock } from './clock.ts';
import type { Logger } from './log.ts';
import { PortTakenError, StartupError } from './startup-error.ts';

export interface ListenOptions {
  /** What the port is for, in error texts: `gRPC`, `metrics`. */
  readonly what: string;
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  readonly log: Logger;
  /** How long a taken port is tried, ms. */
  readonly patienceMs?: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

const PATIENCE_MS = 10_000;
const RETRY_MS = 200;

/** Starts listening; returns the port. Throws PortTakenError when the port stays taken, StartupError when it cannot be ours. */
export async function listen(server: Server, options: ListenOptions): Promise<number> {
  const { what, host, port, log, patienceMs = PATIENCE_MS, clock = systemClock, signal } = options;
  const start = clock.monotonic();
  for (let attempt = 1; ; attempt++) {
    const error = await tryListen(server, host, port);
    if (!error) {
      // Later errors are about single connections, no file descriptor left for one for instance: listening goes on.
      server.on('error', (later) => log.warn({ err: later }, `the ${what} port ${host}:${port}`));
      return (server.address() as AddressInfo).port;
    }
    if (error.code !== 'EADDRINUSE') {
      throw new StartupError(`cannot listen on the ${what} port ${host}:${port}: ${error.message}`, {
        cause: error,
      });
    }
    const waited = clock.monotonic() - start;
    if (waited >= patienceMs) throw new PortTakenError(what, host, port, waited);
    if (attempt === 1)
      log.warn(`the ${what} port ${host}:${port} is in use, trying for ${patienceMs / 1000} s`);
    await sleep(clock, Math.min(RETRY_MS, patienceMs - waited), signal);
  }
}

function tryListen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      resolve(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(undefined);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen(port, host);
  });
}
