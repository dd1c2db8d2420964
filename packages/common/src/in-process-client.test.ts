import { HealthCheckRequest, Health as HealthService } from '@hexapod/protocol/health-check';
import { expect, test } from 'vitest';
import { EchoService } from '../test/fixtures/echo.ts';
import type { ServiceClient } from './grpc-client.ts';
import { inProcessClient } from './in-process-client.ts';
import { GrpcStatus, RpcError } from './rpc-error.ts';

test('calls the handlers, which see the caller and may set trailers', async () => {
  const client: ServiceClient<typeof EchoService> = inProcessClient(
    EchoService,
    {
      echo: (text, call) => {
        call.setTrailer('k', 'v');
        return `${text} from ${call.clientName} to ${call.path}`;
      },
      other: async () => '',
    },
    { clientName: 'consensus' },
  );
  const trailers: (string | undefined)[] = [];
  expect(await client.echo('hi', { onTrailers: (get) => trailers.push(get('k')) })).toBe(
    'hi from consensus to /test.EchoService/Echo',
  );
  expect(trailers).toEqual(['v']);
});

test('failures arrive as they would over a socket', async () => {
  const client = inProcessClient(EchoService, {
    echo: () => {
      throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'no');
    },
    other: () => Promise.reject(new Error('bug')),
  });
  await expect(client.echo('x')).rejects.toMatchObject({
    grpcCode: GrpcStatus.INVALID_ARGUMENT,
    details: 'no',
  });
  await expect(client.other('x')).rejects.toMatchObject({
    grpcCode: GrpcStatus.INTERNAL,
    cause: { message: 'bug' },
  });
});

test('neither side sees the objects of the other', async () => {
  const request = HealthCheckRequest.create({ service: 'x' });
  const client = inProcessClient(HealthService, {
    check: (seen) => {
      expect(seen).toEqual(request);
      expect(seen).not.toBe(request);
      return { status: 1 };
    },
  });
  expect(await client.check(request)).toEqual({ status: 1 });
});

test('a call that was given up before it began is CANCELLED', async () => {
  const client = inProcessClient(EchoService, { echo: (text) => text, other: (text) => text });
  await expect(client.echo('x', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    grpcCode: GrpcStatus.CANCELLED,
  });
});
