// A service as a plain object in the same process, with the same methods as a gRPC client of it: whole nodes can be wired
// in one process under virtual time.

import type { CallOptions, ServiceClient } from './grpc-client.ts';
import type { Method, RequestOf, ResponseOf, Service } from './grpc-method.ts';
import { GrpcStatus, RpcError } from './rpc-error.ts';

/** What a handler gets in place of a gRPC call. */
export interface LocalCall {
  readonly path: string;
  readonly clientName: string | undefined;
  readonly signal: AbortSignal;
  setTrailer(key: string, value: string): void;
}
export type LocalHandlers<S extends Service> = {
  readonly [K in keyof S['methods']]: (
    request: RequestOf<S['methods'][K]>,
    call: LocalCall,
  ) => ResponseOf<S['methods'][K]> | Promise<ResponseOf<S['methods'][K]>>;
};

/**
 * A client that calls the handlers directly. Messages still pass through their codecs, so that neither side sees the
 * other's objects, and what throws arrives as RpcError, just as over a socket. There is no retry and no deadline.
 */
export function inProcessClient<S extends Service>(
  service: S,
  handlers: LocalHandlers<S>,
  options: { readonly clientName?: string } = {},
): ServiceClient<S> {
  const calls = Object.entries(service.methods).map(([name, method]) => {
    const handler = handlers[name] as (request: unknown, call: LocalCall) => unknown;
    return [name, localCall(method, handler, options.clientName)];
  });
  return Object.fromEntries(calls);
}

function localCall(
  method: Method,
  handler: (request: unknown, call: LocalCall) => unknown,
  clientName: string | undefined,
) {
  return async (request: unknown, options: CallOptions = {}) => {
    if (options.signal?.aborted) {
      throw new RpcError(GrpcStatus.CANCELLED, 'cancelled by the caller', { path: method.path });
    }
    const trailers = new Map<string, string>();
    const call: LocalCall = {
      path: method.path,
      clientName,
      signal: options.signal ?? new AbortController().signal,
      setTrailer: (key, value) => trailers.set(key, value),
    };
    const decoded = method.request.decode(method.request.encode(request));
    try {
      const response = await handler(decoded, call);
      return method.response.decode(method.response.encode(response));
    } catch (error) {
      if (error instanceof RpcError) throw error;
      throw new RpcError(GrpcStatus.INTERNAL, 'internal error', { path: method.path, cause: error });
    } finally {
      options.onTrailers?.((key) => trailers.get(key));
    }
  };
}
