// grpc.health.v1.Health/Check: always answered with gRPC OK, whatever service name is asked for (docs/protocol/common.md 8).

import { identity, type Method } from './grpc-method.ts';

export const healthMethod: Method<Uint8Array, Uint8Array> = {
  path: '/grpc.health.v1.Health/Check',
  request: identity,
  response: identity,
};

/** HealthCheckResponse with status SERVING (1) or NOT_SERVING (2). */
export function healthResponse(isServing: boolean): Uint8Array {
  return Uint8Array.of(0x08, isServing ? 1 : 2);
}
