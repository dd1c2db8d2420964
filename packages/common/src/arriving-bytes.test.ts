import { afterEach, beforeEach, expect, test } from 'vitest';
import { Opened } from '../test/fixtures/echo.ts';
import { ArrivingBytes } from './arriving-bytes.ts';
import { GrpcStatus } from './rpc-error.ts';

let opened: Opened;
const arriving = new ArrivingBytes(100_000);
beforeEach(() => {
  opened = new Opened();
  arriving.watch();
});
afterEach(async () => {
  await opened.close();
  arriving.unwatch();
});

test('bytes count from their arrival to the answer, and what is beyond the bound is cut with RESOURCE_EXHAUSTED', async () => {
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const echo = async (text: string) => {
    reached.resolve();
    await release.promise;
    return text;
  };
  const client = opened.client(await opened.server({ echo }).start());
  const first = client.echo('x'.repeat(80_000));
  await reached.promise;
  expect(arriving.bytes).toBe(80_005);
  await expect(client.other('x'.repeat(30_000))).rejects.toMatchObject({
    grpcCode: GrpcStatus.RESOURCE_EXHAUSTED,
  });
  expect(arriving.cut).toBe(1);
  expect(await client.other('x'.repeat(10_000))).toHaveLength(10_000);
  release.resolve();
  await first;
  expect(await client.other('x'.repeat(90_000))).toHaveLength(90_000);
  await opened.close();
  expect(arriving.bytes).toBe(0);
});
