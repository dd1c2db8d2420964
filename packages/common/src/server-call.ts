// What a handler knows about the call it answers.

import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';

export class ServerCall {
  readonly path: string;
  /** The caller's `client-name` header; absent for users and health probes (docs/protocol/common.md 6). */
  readonly clientName: string | undefined;
  readonly #grpcCall: ServerUnaryCall<Uint8Array, Uint8Array>;
  #signal: AbortSignal | undefined;
  #trailers: Metadata | undefined;

  constructor(path: string, grpcCall: ServerUnaryCall<Uint8Array, Uint8Array>) {
    this.path = path;
    this.#grpcCall = grpcCall;
    this.clientName = grpcCall.metadata.get('client-name')[0]?.toString();
  }

  /** A header that the caller sent. */
  header(name: string): string | undefined {
    return this.#grpcCall.metadata.get(name)[0]?.toString();
  }

  /** Milliseconds until the caller gives up; undefined when it has no deadline. */
  get deadlineMs(): number | undefined {
    const deadline = Number(this.#grpcCall.getDeadline());
    return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
  }

  /** Aborted when the caller gives up: cancels, runs into its deadline, or disappears. */
  get signal(): AbortSignal {
    if (this.#signal) return this.#signal;
    const controller = new AbortController();
    this.#signal = controller.signal;
    if (this.#grpcCall.cancelled) controller.abort();
    else this.#grpcCall.once('cancelled', () => controller.abort());
    return this.#signal;
  }

  /** Adds to the trailing metadata of the answer. */
  setTrailer(key: string, value: string): void {
    this.#trailers ??= new Metadata();
    this.#trailers.set(key, value);
  }

  /** What `setTrailer` collected. */
  get trailers(): Metadata | undefined {
    return this.#trailers;
  }
}
