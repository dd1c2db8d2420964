// gRPC calls by hand: a third of the work of a gRPC client, for tests that make very many.

import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';

export interface Outcome {
  /** 0: answered. */
  readonly grpcStatus: number;
  readonly details: string;
  /** The message, of an answer. */
  readonly message: Uint8Array;
}

/** Before a message stand: not compressed, its length. */
const PREFIX_BYTES = 5;

export class Http2Caller {
  readonly #session: ClientHttp2Session;

  /** @param address `127.0.0.1:50005` */
  constructor(address: string) {
    this.#session = connect(`http://${address}`);
  }

  /** Rejects if the connection breaks. @param path `/crypto.CryptoService/HashData` */
  call(path: string, request: Uint8Array): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const headers = {
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      };
      const stream = this.#session.request(headers);
      const frame = Buffer.alloc(PREFIX_BYTES + request.length);
      frame.writeUInt32BE(request.length, 1);
      frame.set(request, PREFIX_BYTES);
      const chunks: Buffer[] = [];
      let last: IncomingHttpHeaders = {};
      stream.on('response', (received) => {
        last = received;
      });
      stream.on('trailers', (received) => {
        last = received;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('close', () => {
        const status = last['grpc-status'];
        if (status === undefined) reject(new Error(`${path} was not answered`));
        resolve({
          grpcStatus: Number(status),
          details: decodeURIComponent(String(last['grpc-message'] ?? '')),
          message: new Uint8Array(Buffer.concat(chunks).subarray(PREFIX_BYTES)),
        });
      });
      stream.end(frame);
    });
  }

  close(): void {
    this.#session.destroy();
  }
}
