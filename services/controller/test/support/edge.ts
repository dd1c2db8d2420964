// A controller's gRPC edge without gRPC: bytes in, bytes out, by path.

import type { Service } from '@hexapod/common/grpc-method';
import { inProcessClient, type LocalHandlers } from '@hexapod/common/in-process-client';
import { silentLog } from '@hexapod/common/log';
import { RpcError } from '@hexapod/common/rpc-error';
import { toHex } from '@hexapod/protocol/bytes';
import { Consensus2ControllerService, RPCService } from '@hexapod/protocol/controller';
import { NetworkMsgHandlerService } from '@hexapod/protocol/network';
import type { Controller } from '../../src/controller.ts';
import { consensusHandlers, networkHandlers, userHandlers } from '../../src/service.ts';

type Answer = (request: Uint8Array) => Promise<Uint8Array>;

/** All rpcs of a controller by their path. Answers that fail throw RpcError; INTERNAL is a bug, or bytes that do not parse. */
export function edgeOf(controller: Controller): ReadonlyMap<string, Answer> {
  return new Map([
    ...answers(RPCService, userHandlers(controller)),
    ...answers(Consensus2ControllerService, consensusHandlers(controller, silentLog)),
    ...answers(NetworkMsgHandlerService, networkHandlers(controller, silentLog)),
  ]);
}

function* answers<S extends Service>(service: S, handlers: LocalHandlers<S>): Generator<[string, Answer]> {
  const client: Record<string, (request: never) => Promise<unknown>> = inProcessClient(service, handlers);
  for (const [name, method] of Object.entries(service.methods)) {
    const call = client[name];
    if (call === undefined) throw new Error(`${method.path} has no handler`);
    yield [
      method.path,
      async (bytes) => method.response.encode(await call(method.request.decode(bytes) as never)),
    ];
  }
}

/** The answer as hex, or the gRPC error as text: the form in which recordings are compared. */
export async function outcomeOf(call: Promise<Uint8Array>): Promise<string> {
  try {
    return toHex(await call);
  } catch (error) {
    if (error instanceof RpcError) return `${error.grpcCode} ${error.details}`;
    throw error;
  }
}
