// The sockets: TLS 1.3 over TCP, both sides with a certificate of the chain's authority (docs/link.md 2).

import { constants } from 'node:crypto';
import { promises as dns } from 'node:dns';
import { isIP, type Socket } from 'node:net';
import {
  connect,
  createServer,
  type PeerCertificate,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
} from 'node:tls';
import { type Clock, sleep } from '@hexapod/common/clock';
import { listen } from '@hexapod/common/listen';
import type { Logger } from '@hexapod/common/log';
import { dnsNames } from './certificates.ts';
import { LIMITS } from './limits.ts';
import { RepeatedWarning } from './repeated-warning.ts';
import type { Channel, ChannelEvents, DialTarget, Listener, Wire } from './wire.ts';

export interface TlsIdentity {
  /** PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** Keeps our bytes apart from those of any other protocol that is spoken with these certificates. */
const PROTOCOL = 'hexapod-link';
const EXPORTER_LABEL = 'EXPORTER-hexapod-link';
const SESSION_BYTES = 32;
/** How long a peer may take what was written before an end, ms. */
const END_LIMIT_MS = 2_000;
const TCP_KEEPALIVE_MS = 30_000;
/** Connections that have not finished TLS; the oldest gives way. */
export const MOST_UNSECURED = 128;

/** What dialling and listening have in common. */
interface TlsSettings extends SecureContextOptions {
  readonly rejectUnauthorized: true;
  readonly ALPNProtocols: string[];
}

export class TlsWire implements Wire {
  readonly #tls: TlsSettings;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #warning: RepeatedWarning;

  constructor(identity: TlsIdentity, modules: { readonly clock: Clock; readonly log: Logger }) {
    this.#tls = {
      ca: identity.authority,
      cert: identity.certificate,
      key: identity.privateKey,
      minVersion: 'TLSv1.3',
      // Each session proves its certificate anew.
      secureOptions: constants.SSL_OP_NO_TICKET,
      rejectUnauthorized: true,
      ALPNProtocols: [PROTOCOL],
    };
    this.#clock = modules.clock;
    this.#log = modules.log;
    this.#warning = new RepeatedWarning(modules.clock, modules.log);
  }

  async resolve(domain: string): Promise<readonly string[]> {
    if (isIP(domain)) return [domain];
    // A name server that does not answer must not hold up the dial.
    const late = new AbortController();
    const limit = sleep(this.#clock, LIMITS.resolveMs, late.signal).then(() => []);
    limit.catch(() => 'aborted: the answer came first');
    try {
      const found = await Promise.race([dns.lookup(domain, { all: true }), limit]);
      return found.map(({ address }) => address);
    } catch (error) {
      this.#log.debug(`${domain}: ${error instanceof Error ? error.message : error}`);
      return [];
    } finally {
      late.abort();
    }
  }

  dial({ domain, host, port }: DialTarget): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        ...this.#tls,
        host,
        port,
        servername: isIP(domain) ? '' : domain,
        checkServerIdentity: (_host, certificate) => checkDomain(domain, certificate),
      });
      const timer = this.#clock.setTimer(LIMITS.handshakeMs, () => {
        socket.destroy(new Error(`${host}:${port} does not answer within ${LIMITS.handshakeMs} ms`));
      });
      const fail = (error: Error) => {
        timer.cancel();
        reject(error);
      };
      socket.once('error', fail);
      socket.once('secureConnect', () => {
        timer.cancel();
        socket.off('error', fail);
        const channel = openChannel(socket, domain, true);
        if (channel) resolve(channel);
        else fail(new Error(`${host}:${port} speaks another protocol`));
      });
    });
  }

  async listen(port: number, accept: (channel: Channel) => void): Promise<Listener> {
    const server = createServer({ ...this.#tls, requestCert: true, handshakeTimeout: LIMITS.handshakeMs });
    // Beyond the links and those on their way, somebody plays with the port.
    server.maxConnections = LIMITS.links + LIMITS.pendingConnections + MOST_UNSECURED;
    boundUnsecured(server);
    server.on('secureConnection', (socket) => {
      const [domain] = dnsNames(socket.getPeerX509Certificate()?.subjectAltName);
      const channel = domain === undefined ? undefined : openChannel(socket, domain, false);
      if (channel) return accept(channel);
      this.#refused(socket, 'no DNS name in its certificate, or another protocol');
      socket.destroy();
    });
    server.on('tlsClientError', (error, socket) => this.#refused(socket, error.message));
    const openPort = await listen(server, {
      what: 'link',
      host: '0.0.0.0',
      port,
      log: this.#log,
      clock: this.#clock,
    });
    const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
    return { port: openPort, close };
  }

  #refused(socket: Socket, why: string): void {
    this.#warning.warn(
      `refused ${socket.remoteAddress}`,
      `a connection from ${remoteOf(socket)} is refused: ${why}`,
    );
  }
}

/** Keeps the connections that have not finished TLS to a number, by closing the oldest. */
function boundUnsecured(server: Server): void {
  const unsecured = new Set<Socket>();
  server.on('connection', (socket) => {
    unsecured.add(socket);
    socket.once('close', () => unsecured.delete(socket));
    if (unsecured.size <= MOST_UNSECURED) return;
    const [oldest] = unsecured;
    oldest?.destroy();
  });
  // The secured socket wraps the plain one, which it does not show: their ports tell that they are one.
  server.prependListener('secureConnection', (secured) => {
    for (const socket of unsecured) {
      if (socket.remotePort === secured.remotePort && socket.remoteAddress === secured.remoteAddress)
        unsecured.delete(socket);
    }
  });
}

function checkDomain(domain: string, certificate: PeerCertificate): Error | undefined {
  const names = dnsNames(certificate.subjectaltname);
  if (names.some((name) => name.toLowerCase() === domain.toLowerCase())) return undefined;
  return new Error(`the certificate there is for ${names.join(', ') || 'no DNS name'}, wanted ${domain}`);
}

function remoteOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}

/** Undefined, and the socket closed, when the other end does not speak our protocol. */
function openChannel(socket: TLSSocket, domain: string, isDialler: boolean): Channel | undefined {
  if (socket.alpnProtocol === PROTOCOL) return new TlsChannel(socket, domain, isDialler);
  socket.destroy();
  return undefined;
}

class TlsChannel implements Channel {
  readonly domain: string;
  readonly remote: string;
  readonly isDialler: boolean;
  readonly session: Uint8Array;
  readonly #socket: TLSSocket;
  #events: ChannelEvents | undefined;
  #why: string | undefined;
  #isClosed = false;

  constructor(socket: TLSSocket, domain: string, isDialler: boolean) {
    this.domain = domain;
    this.isDialler = isDialler;
    this.remote = remoteOf(socket);
    this.session = new Uint8Array(
      socket.exportKeyingMaterial(SESSION_BYTES, EXPORTER_LABEL, Buffer.alloc(0)),
    );
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
    socket.on('error', (error) => {
      this.#why ??= error.message;
    });
    socket.on('close', () => this.#closed());
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  start(events: ChannelEvents): void {
    this.#events = events;
    if (this.#isClosed) {
      queueMicrotask(() => events.closed(this.#why ?? 'connection closed'));
      return;
    }
    // A plain Uint8Array: a Buffer's own methods share memory where those of its base class copy.
    this.#socket.on('data', ({ buffer, byteOffset, byteLength }: Buffer) => {
      events.data(new Uint8Array(buffer, byteOffset, byteLength));
    });
    this.#socket.on('end', () => {
      this.#why ??= 'connection closed';
      this.#closed();
    });
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket.writable) return;
    this.#socket.write(bytes, () => {
      if (!this.#isClosed) this.#events?.drained();
    });
  }

  end(): void {
    this.#socket.end();
    const cut = setTimeout(() => this.#socket.destroy(), END_LIMIT_MS);
    this.#socket.once('close', () => clearTimeout(cut));
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events?.closed(this.#why ?? 'connection closed');
  }
}
