// A gRPC client for the unary calls of one service: lazy, reconnecting, with the originals' retries and our deadlines
// (docs/protocol/common.md 6).

import { credentials, Client as GrpcClient, Metadata, type ServiceError } from '@grpc/grpc-js';
import { type Clock, sleep, systemClock } from './clock.ts';
import { asBuffer, MAX_MESSAGE_BYTES, WINDOW_BYTES } from './grpc-library.ts';
import { identity, type Method, type RequestOf, type ResponseOf, type Service } from './grpc-method.ts';
import type { Logger } from './log.ts';
import { NO_RETRY, nextDelay, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';
import { GrpcStatus, RpcError } from './rpc-error.ts';

const DEADLINE_MS = 30_000;
/** From this failure on a call's retries are warnings (docs/protocol/common.md 6). */
const WARN_FROM_FAILURE = 5;

/** Calls that may take as long as they take: to give up on one would not undo it. */
const WITHOUT_DEADLINE: ReadonlySet<string> = new Set([
  '/executor.ExecutorService/Exec',
  '/storage.StorageService/Store',
  '/controller.Consensus2ControllerService/CommitBlock',
]);

export type Deadline = number | 'none';

export interface ConnectOptions {
  /** `host:port` */
  readonly address: string;
  /** The `client-name` header: `controller`, `consensus`, `network`, `storage`; absent for users' tools. */
  readonly clientName?: string;
  readonly log: Logger;
  /** For a call with all its retries, ms; default 30 s, none for Exec, Store and CommitBlock. */
  readonly deadlineMs?: Deadline;
  /** Default: the originals' policy. */
  readonly retry?: RetryPolicy | 'none';
  readonly clock?: Clock;
  readonly random?: () => number;
}

export interface CallOptions {
  /** For this call with all its retries, ms. */
  readonly deadlineMs?: Deadline;
  /** Aborting it ends the call with CANCELLED. */
  readonly signal?: AbortSignal;
  /** Headers of this call beside `client-name`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Told the trailing metadata of the answer, before the call resolves. */
  readonly onTrailers?: (get: (key: string) => string | undefined) => void;
}

export type Call<M> = (request: RequestOf<M>, options?: CallOptions) => Promise<ResponseOf<M>>;

/** An async function for each method of the service. A final failure throws RpcError. */
export type ServiceClient<S extends Service> = { readonly [K in keyof S['methods']]: Call<S['methods'][K]> };
export type Client<S extends Service> = ServiceClient<S> & { close(): void };

/** Makes a client. Nothing is connected before the first call; a connection that broke is made again. */
export function connect<S extends Service>(service: S, options: ConnectOptions): Client<S> {
  const channel = new Channel(options);
  const calls = Object.entries(service.methods).map(([name, method]) => [
    name,
    (request: never, callOptions?: CallOptions) => channel.call(method, request, callOptions),
  ]);
  return { ...Object.fromEntries(calls), close: () => channel.close() };
}

class Channel {
  readonly #options: ConnectOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #retry: RetryPolicy;
  readonly #metadata = new Metadata();
  readonly #client: GrpcClient;
  #closed = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#retry = options.retry === 'none' ? NO_RETRY : (options.retry ?? RETRY_POLICY);
    if (options.clientName !== undefined) this.#metadata.set('client-name', options.clientName);
    this.#client = new GrpcClient(options.address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      // The retries are ours, and the library's back-off must stay below their waits: by itself it grows to two minutes.
      'grpc.enable_retries': 0,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 500,
      'grpc.dns_min_time_between_resolutions_ms': 500,
      'grpc.service_config_disable_resolution': 1,
      'grpc.use_local_subchannel_pool': 1,
      // A call without deadline must notice that the other machine is gone.
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 30_000,
      // A proxy of the environment has no business between the processes of a node.
      'grpc.enable_http_proxy': 0,
      'grpc.enable_channelz': 0,
      'grpc-node.flow_control_window': WINDOW_BYTES,
    });
  }

  close(): void {
    this.#closed = true;
    this.#client.close();
  }

  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    const bytes = this.#encode(method, request);
    const start = this.#clock.monotonic();
    const limit = options.deadlineMs ?? defaultDeadline(method.path, this.#options.deadlineMs);
    const deadline = limit === 'none' ? Number.POSITIVE_INFINITY : Date.now() + limit;
    for (let failures = 1; ; failures++) {
      try {
        return decodeResponse(method, await this.#attempt(method.path, bytes, deadline, options));
      } catch (error) {
        if (!(error instanceof RpcError) || this.#closed) throw error;
        const delay = nextDelay(
          this.#retry,
          error.grpcCode,
          failures,
          this.#clock.monotonic() - start,
          this.#random(),
        );
        if (delay === undefined || Date.now() + delay >= deadline) throw error;
        this.#logFailure(error, failures, delay);
        await sleep(this.#clock, delay, options.signal).catch(() => {
          throw new RpcError(GrpcStatus.CANCELLED, 'cancelled by the caller', {
            path: method.path,
            cause: error,
          });
        });
      }
    }
  }

  #encode<Request>(method: Method<Request>, request: Request): Buffer {
    const bytes = method.request.encode(request);
    if (bytes.length > MAX_MESSAGE_BYTES) {
      const text = `the request has ${bytes.length} bytes, more than the ${MAX_MESSAGE_BYTES} of a message`;
      throw new RpcError(GrpcStatus.RESOURCE_EXHAUSTED, text, { path: method.path });
    }
    return asBuffer(bytes);
  }

  #attempt(path: string, bytes: Buffer, deadline: number, options: CallOptions): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const { signal, onTrailers } = options;
      if (this.#closed) return reject(new RpcError(GrpcStatus.UNAVAILABLE, 'the client is closed', { path }));
      if (signal?.aborted)
        return reject(new RpcError(GrpcStatus.CANCELLED, 'cancelled by the caller', { path }));
      const cancel = () => call.cancel();
      const call = this.#client.makeUnaryRequest(
        path,
        (buffer: Buffer) => buffer,
        identity.decode,
        bytes,
        this.#headers(options.metadata),
        { deadline },
        (error: ServiceError | null, response?: Uint8Array) => {
          signal?.removeEventListener('abort', cancel);
          if (response) resolve(response);
          else
            reject(new RpcError(error?.code ?? GrpcStatus.UNKNOWN, error?.details ?? 'no answer', { path }));
        },
      );
      signal?.addEventListener('abort', cancel, { once: true });
      if (onTrailers)
        call.once('status', ({ metadata }) => onTrailers((key) => metadata.get(key)[0]?.toString()));
    });
  }

  #headers(extra: Readonly<Record<string, string>> | undefined): Metadata {
    if (extra === undefined) return this.#metadata;
    const metadata = this.#metadata.clone();
    for (const [key, value] of Object.entries(extra)) metadata.set(key, value);
    return metadata;
  }

  #logFailure(error: RpcError, failures: number, delay: number): void {
    const { log, address } = this.#options;
    const fields = { address, failures, retryInMs: Math.round(delay) };
    if (failures >= WARN_FROM_FAILURE) log.warn(fields, error.message);
    else if (failures === 1) log.debug(fields, error.message);
  }
}

function defaultDeadline(path: string, ofClient: Deadline | undefined): Deadline {
  if (WITHOUT_DEADLINE.has(path)) return 'none';
  return ofClient ?? DEADLINE_MS;
}

function decodeResponse<Response>(
  method: Pick<Method<unknown, Response>, 'path' | 'response'>,
  bytes: Uint8Array,
): Response {
  try {
    return method.response.decode(bytes);
  } catch (cause) {
    const text = `the answer cannot be read: ${cause instanceof Error ? cause.message : cause}`;
    throw new RpcError(GrpcStatus.INTERNAL, text, { path: method.path, cause });
  }
}
