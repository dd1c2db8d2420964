// The wide HTTP/2 window of grpc-library.ts for those who call us: the gRPC library has an option for it on the client's side
// only.

import { subscribe } from 'node:diagnostics_channel';
import type { Http2Session, ServerHttp2Stream } from 'node:http2';
import { WINDOW_BYTES } from './grpc-library.ts';

/** Node tells each new request to any HTTP/2 server of the process here. */
const CHANNEL = 'http2.server.stream.start';

const widened = new WeakSet<Http2Session>();
let isWatching = false;

/** From now on each connection to a server of this process gets a wide window with its first call. */
export function widenServerWindows(): void {
  if (!isWatching) subscribe(CHANNEL, onStream);
  isWatching = true;
}

function onStream(message: unknown): void {
  const { session } = (message as { stream: ServerHttp2Stream }).stream;
  if (session === undefined || session.destroyed || widened.has(session)) return;
  widened.add(session);
  session.setLocalWindowSize(WINDOW_BYTES);
  // For the calls of the connection that have begun, too (RFC 9113, 6.9.2).
  session.settings({ initialWindowSize: WINDOW_BYTES });
}
