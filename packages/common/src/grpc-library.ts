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

/** The library copies from a Buffer: the same memory under that name. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
