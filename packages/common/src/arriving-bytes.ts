// A bound on the bytes of requests that a process holds at the same time, counted while they still arrive: the gRPC
// library shows a message only when it is whole, and a stranger may begin many large ones and finish none.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { constants, type ServerHttp2Stream } from 'node:http2';

/** Room for the largest message (256 MiB), four times. */
const MAX_BYTES = 1024 * 1024 * 1024;
/** Node tells each new request to any HTTP/2 server of the process here. */
const CHANNEL = 'http2.server.stream.start';

export class ArrivingBytes {
  readonly #maxBytes: number;
  #bytes = 0;
  #cut = 0;
  #isWatching = false;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of requests that are not answered yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Requests that were cut off since the start. */
  get cut(): number {
    return this.#cut;
  }

  /** Begins to count; once is enough. */
  watch(): void {
    if (!this.#isWatching) subscribe(CHANNEL, this.#onStream);
    this.#isWatching = true;
  }

  unwatch(): void {
    unsubscribe(CHANNEL, this.#onStream);
    this.#isWatching = false;
  }

  readonly #onStream = (message: unknown) => {
    const { stream } = message as { stream: ServerHttp2Stream };
    // After the library has begun to listen (in the next tick) and before data flows (in the one after): a listener of
    // ours alone would make Node believe that somebody takes the data.
    process.nextTick(() =>
      process.nextTick(() => {
        if (stream.listenerCount('data') > 0) this.#count(stream);
      }),
    );
  };

  #count(stream: ServerHttp2Stream): void {
    let own = 0;
    stream.on('data', (chunk: Uint8Array) => {
      if (stream.closed) return;
      own += chunk.length;
      this.#bytes += chunk.length;
      if (this.#bytes <= this.#maxBytes) return;
      // gRPC callers see this HTTP/2 code as RESOURCE_EXHAUSTED.
      this.#cut += 1;
      stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    });
    stream.once('close', () => {
      this.#bytes -= own;
    });
  }
}

/** The one of this process. */
export const arrivingBytes = new ArrivingBytes();
