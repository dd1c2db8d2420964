// How the gRPC library itself is set, for server and client alike.

import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';

// By itself the library writes to stderr whatever odd header a stranger sends: a way to fill a disk. What matters comes
// to us as errors and goes to our own log.
setLogVerbosity(logVerbosity.NONE);

/**
 * The longest message, either way. Above any block or sync answer that a chain within its bounds makes; the originals
 * have no limit at all (docs/protocol/common.md 5).
 */
export const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/**
 * How far a sender may be ahead of the receiver, for all calls of a connection together and for each of them: HTTP/2 has
 * 64 KiB by itself, after which a sender waits for word from the other side. What arrives is taken at once, and counted by
 * arriving-bytes.ts, so a wider window does not make us hold more.
 */
export const WINDOW_BYTES = 4 * 1024 * 1024;

/** The library copies from a Buffer: the same memory under that name. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
