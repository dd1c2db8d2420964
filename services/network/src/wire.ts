// The sockets as the domain sees them: authenticated streams of bytes to and from nodes with a certificate of the chain.

export interface ChannelEvents {
  data(bytes: Uint8Array): void;
  /** Some of what was written has been taken by the system. */
  drained(): void;
  /** No more bytes in either direction; why, for the log. Called once. */
  closed(why: string): void;
}

/** One connection after its TLS handshake. */
export interface Channel {
  /** The name in the peer's certificate. */
  readonly domain: string;
  /** `address:port` of the other end, for logs. */
  readonly remote: string;
  /** We dialled; else we listened. */
  readonly isDialler: boolean;
  /** Bytes both ends derive from this TLS session and nobody else knows (RFC 8446 7.5). */
  readonly session: Uint8Array;
  /** Bytes written that the system has not taken yet. */
  readonly unsent: number;
  /** Bytes begin to flow; before this call nothing is lost. */
  start(events: ChannelEvents): void;
  write(bytes: Uint8Array): void;
  /** Sends what is written, then closes; cut after a short while if the peer does not take it. */
  end(): void;
  destroy(): void;
}

export interface DialTarget {
  readonly domain: string;
  /** An IP address. */
  readonly host: string;
  readonly port: number;
}

export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

export interface Wire {
  /** IP addresses of a name; empty when it does not resolve. */
  resolve(domain: string): Promise<readonly string[]>;
  /** Rejects with the reason when there is no connection within `LIMITS.handshakeMs`, or the peer is not `target.domain`. */
  dial(target: DialTarget): Promise<Channel>;
  /** Takes connections. Throws when the port cannot be ours. */
  listen(port: number, accept: (channel: Channel) => void): Promise<Listener>;
}
