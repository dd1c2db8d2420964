// A gRPC server for unary calls: typed handlers, health, metrics, bounds, an orderly stop (docs/protocol/common.md 5).
// Requests are decoded here and not in the library, so that bytes that do not parse are answered with the parser's text.

import { createServer, type Server as NetServer, type Socket } from 'node:net';
import {
  type ConnectionInjector,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { Health, ServingStatus } from '@hexapod/protocol/health-check';
import { arrivingBytes } from './arriving-bytes.ts';
import { CallLimiter } from './call-limiter.ts';
import { widenServerWindows } from './flow-control.ts';
import { asBuffer, MAX_MESSAGE_BYTES } from './grpc-library.ts';
import {
  identity,
  type Method,
  methodName,
  type RequestOf,
  type ResponseOf,
  type Service,
} from './grpc-method.ts';
import { type ListenOptions, listen } from './listen.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics.ts';
import { GrpcStatus, RpcError } from './rpc-error.ts';
import { ServerCall } from './server-call.ts';
import { wireText } from './wire-text.ts';

export type Handler<M> = (request: RequestOf<M>, call: ServerCall) => ResponseOf<M> | Promise<ResponseOf<M>>;
export type Handlers<S extends Service> = { readonly [K in keyof S['methods']]: Handler<S['methods'][K]> };

export interface GrpcServerOptions extends Pick<ListenOptions, 'patienceMs' | 'signal'> {
  readonly host: string;
  /** 0: the system chooses; see `port` after `start()`. */
  readonly port: number;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** HTTP/2 pings to the caller and TCP keep-alive, as the controller offers them (docs/protocol/common.md 5). */
  readonly keepalive?: { readonly intervalMs: number; readonly timeoutMs: number; readonly tcpMs: number };
  /** Calls running at the same time; one more is answered RESOURCE_EXHAUSTED. */
  readonly maxCalls?: number;
  /** Bytes of the requests of running calls; a request beyond is answered RESOURCE_EXHAUSTED. */
  readonly maxBytesInFlight?: number;
  /** Connections from other machines; the node's own processes, on the loopback, are not counted. */
  readonly maxConnections?: number;
}

type UnaryHandler = (bytes: Uint8Array, call: ServerCall) => Uint8Array | Promise<Uint8Array>;

export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #log: Logger;
  readonly #grpc: Server;
  readonly #limiter: CallLimiter;
  readonly #countBug: () => void;
  readonly #sockets = new Set<Socket>();
  readonly #listener: NetServer;
  #injector: ConnectionInjector | undefined;
  #strangers = 0;
  #port = 0;

  constructor(options: GrpcServerOptions) {
    const { metrics, keepalive } = options;
    this.#options = options;
    this.#log = options.log;
    this.#limiter = new CallLimiter(options);
    this.#grpc = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.enable_channelz': 0,
      ...(keepalive
        ? { 'grpc.keepalive_time_ms': keepalive.intervalMs, 'grpc.keepalive_timeout_ms': keepalive.timeoutMs }
        : {}),
    });
    this.#listener = createServer(
      { noDelay: true, keepAlive: keepalive !== undefined, keepAliveInitialDelay: keepalive?.tcpMs ?? 0 },
      (socket) => this.#accept(socket),
    );
    metrics?.gauge('grpc_running_calls', 'gRPC calls being answered', () => this.#limiter.running);
    metrics?.gauge(
      'grpc_request_bytes',
      'Bytes of the requests that arrive or are being answered',
      () => arrivingBytes.bytes,
    );
    metrics?.gauge(
      'grpc_refused_calls',
      'gRPC calls refused for overload since the start',
      () => this.#limiter.refused + arrivingBytes.cut,
    );
    this.#countBug =
      metrics?.counter('grpc_handler_errors_total', 'gRPC calls that failed by a bug') ?? (() => undefined);
    this.health(() => true);
  }

  /** The port it listens on; 0 before `start()`. */
  get port(): number {
    return this.#port;
  }

  /** Adds a service: a handler for each of its methods. */
  add<S extends Service>(service: S, handlers: Handlers<S>): this {
    for (const [name, method] of Object.entries(service.methods)) {
      const handler = handlers[name] as Handler<Method>;
      this.#register(method, async (bytes, call) =>
        method.response.encode(await handler(decode(method, bytes), call)),
      );
    }
    return this;
  }

  /**
   * Adds a method whose messages stay bytes. Instead of a method that was added before: it takes its place. The handler
   * checks the bytes itself and throws RpcError(INTERNAL) for those that do not parse.
   */
  addRaw(method: Pick<Method, 'path'>, handler: UnaryHandler): this {
    this.#register(method, handler);
    return this;
  }

  /** Sets what Health/Check answers; without it every answer is SERVING. An `isServing` that throws answers NOT_SERVING. */
  health(isServing: (service: string) => boolean | Promise<boolean>): this {
    return this.add(Health, {
      check: async ({ service }) => {
        try {
          return { status: (await isServing(service)) ? ServingStatus.serving : ServingStatus.notServing };
        } catch (error) {
          this.#log.error({ err: error }, 'health check failed');
          return { status: ServingStatus.notServing };
        }
      },
    });
  }

  /** Listens. Throws PortTakenError when the port stays taken for ten seconds (`patienceMs`). */
  async start(): Promise<number> {
    arrivingBytes.watch();
    widenServerWindows();
    this.#injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
    this.#port = await listen(this.#listener, { what: 'gRPC', ...this.#options });
    return this.#port;
  }

  /** Takes no new calls, waits for the running ones up to `graceMs`, then cuts them. */
  async stop(graceMs = 5_000): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#listener.close(() => resolve());
    });
    // Each connection gets a GOAWAY: calls on it finish, new ones go elsewhere; then it closes.
    this.#injector?.drain(graceMs);
    const cut = setTimeout(() => {
      if (this.#limiter.running > 0) this.#log.warn(`${this.#limiter.running} running calls are cut`);
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(cut);
    this.#grpc.forceShutdown();
  }

  #accept(socket: Socket): void {
    const isStranger = !isLoopback(socket.remoteAddress);
    if (isStranger && this.#strangers >= (this.#options.maxConnections ?? 1024)) {
      this.#log.warn(`connection from ${socket.remoteAddress} refused: ${this.#strangers} are open`);
      socket.destroy();
      return;
    }
    if (isStranger) this.#strangers += 1;
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (isStranger) this.#strangers -= 1;
    });
    this.#injector?.injectConnection(socket);
  }

  #register(method: Pick<Method, 'path'>, handler: UnaryHandler): void {
    const count = this.#options.metrics?.callTimer(methodName(method.path));
    const answer = (
      grpcCall: ServerUnaryCall<Uint8Array, Uint8Array>,
      respond: sendUnaryData<Uint8Array>,
    ) => {
      const bytes = grpcCall.request;
      const call = new ServerCall(method.path, grpcCall);
      const refusal = this.#limiter.enter(bytes.length, call.clientName !== undefined);
      if (refusal !== undefined) {
        this.#limiter.logRefusal(this.#log, method.path, refusal);
        respond({ code: GrpcStatus.RESOURCE_EXHAUSTED, details: refusal });
        return;
      }
      const start = performance.now();
      this.#run(handler, bytes, call, respond).finally(() => {
        this.#limiter.leave(bytes.length);
        if (count && call.clientName !== undefined) count(call.clientName, performance.now() - start);
      });
    };
    this.#grpc.unregister(method.path);
    this.#grpc.register(method.path, answer, asBuffer, identity.decode, 'unary');
  }

  async #run(
    handler: UnaryHandler,
    bytes: Uint8Array,
    call: ServerCall,
    respond: sendUnaryData<Uint8Array>,
  ): Promise<void> {
    try {
      respond(null, await handler(bytes, call), call.trailers);
    } catch (error) {
      if (error instanceof RpcError) {
        if (error instanceof RequestError) {
          this.#log.warn({ caller: call.clientName, bytes: bytes.length }, `${call.path}: ${error.details}`);
        }
        respond({ code: error.grpcCode, details: wireText(error.details) }, null, call.trailers);
      } else {
        this.#countBug();
        this.#log.error({ err: error, caller: call.clientName, bytes: bytes.length }, `${call.path} failed`);
        respond({ code: GrpcStatus.INTERNAL, details: 'internal error' });
      }
    }
  }
}

/** A request whose bytes are not the message they should be. */
class RequestError extends RpcError {}

function decode<T>(method: Method<T>, bytes: Uint8Array): T {
  try {
    return method.request.decode(bytes);
  } catch (cause) {
    throw new RequestError(GrpcStatus.INTERNAL, cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

function isLoopback(address: string | undefined): boolean {
  return address === undefined || address === '::1' || /^(::ffff:)?127\./.test(address);
}
