import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Opened, textCodec } from '../test/fixtures/echo.ts';
import { connect } from './grpc-client.ts';
import { identity, rawRequest, rawResponse } from './grpc-method.ts';
import { listen } from './listen.ts';
import { recordingLog, silentLog } from './log.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import { GrpcStatus, RpcError } from './rpc-error.ts';

let opened: Opened;
beforeEach(() => {
  opened = new Opened();
});
afterEach(() => opened.close());

const FAST = { ...RETRY_POLICY, firstDelayMs: 1, factor: 1 };

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, { what: 'test', host: '127.0.0.1', port: 0, log: silentLog });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('retry', () => {
  test('ten attempts, then the last error; debug at the first failure, warnings from the fifth on', async () => {
    let calls = 0;
    const fail = () => {
      throw new RpcError(GrpcStatus.UNAVAILABLE, `attempt ${++calls}`);
    };
    const { log, lines } = recordingLog();
    const client = opened.client(await opened.server({ echo: fail }).start(), { retry: FAST, log });
    await expect(client.echo('x')).rejects.toMatchObject({
      grpcCode: GrpcStatus.UNAVAILABLE,
      details: 'attempt 10',
      message: '/test.EchoService/Echo: UNAVAILABLE: attempt 10',
    });
    expect(calls).toBe(10);
    expect(lines.map((line) => line.split(' address=')[0])).toEqual([
      'DEBUG test - /test.EchoService/Echo: UNAVAILABLE: attempt 1',
      ...[5, 6, 7, 8, 9].map((n) => `WARN test - /test.EchoService/Echo: UNAVAILABLE: attempt ${n}`),
    ]);
  });

  test.each([GrpcStatus.INVALID_ARGUMENT, GrpcStatus.UNIMPLEMENTED, GrpcStatus.DEADLINE_EXCEEDED])(
    'code %i is final at once',
    async (code) => {
      let calls = 0;
      const fail = () => {
        calls += 1;
        throw new RpcError(code, 'no');
      };
      const client = opened.client(await opened.server({ echo: fail }).start(), { retry: FAST });
      await expect(client.echo('x')).rejects.toMatchObject({ grpcCode: code });
      expect(calls).toBe(1);
    },
  );

  test('an answer after failures is an answer', async () => {
    let calls = 0;
    const echo = (text: string) => {
      calls += 1;
      if (calls < 4) throw new RpcError(GrpcStatus.ABORTED, 'not yet');
      return text;
    };
    const client = opened.client(await opened.server({ echo }).start(), { retry: FAST });
    expect(await client.echo('x')).toBe('x');
    expect(calls).toBe(4);
  });

  test('a request above the bound is refused without a call', async () => {
    const client = opened.client(1, { retry: RETRY_POLICY });
    const huge = { path: '/a/B', request: identity, response: identity };
    const big = connect({ name: 'a', methods: { b: huge } }, { address: '127.0.0.1:1', log: silentLog });
    const start = performance.now();
    await expect(big.b(new Uint8Array(256 * 1024 * 1024 + 1))).rejects.toThrow(
      'more than the 268435456 of a message',
    );
    expect(performance.now() - start).toBeLessThan(5_000);
    big.close();
    client.close();
  });
});

describe('a peer that comes and goes', () => {
  test('a call made before the peer is up is answered once it is', async () => {
    const port = await freePort();
    const client = opened.client(port, { retry: RETRY_POLICY });
    const call = client.echo('early');
    await expect(opened.client(port).echo('x')).rejects.toMatchObject({ grpcCode: GrpcStatus.UNAVAILABLE });
    await opened.server({}, { port }).start();
    expect(await call).toBe('early');
  });

  test('the peer is found again soon after a long absence', async () => {
    const port = await freePort();
    const client = opened.client(port, {
      retry: { ...RETRY_POLICY, firstDelayMs: 50, factor: 1, attempts: 30 },
    });
    await expect(client.echo('x')).rejects.toMatchObject({ grpcCode: GrpcStatus.UNAVAILABLE });
    await opened.server({}, { port }).start();
    // Within its own retries of about 1.5 s: the library alone would wait longer and longer before it connects again.
    expect(await client.echo('back')).toBe('back');
  });

  test('a restarted peer is called again over a new connection', async () => {
    const first = opened.server();
    const port = await first.start();
    const client = opened.client(port, { retry: RETRY_POLICY });
    expect(await client.echo('one')).toBe('one');
    await first.stop();
    await opened.server({ echo: (text) => `again ${text}` }, { port }).start();
    expect(await client.echo('two')).toBe('again two');
  });

  test('a connection that breaks in the middle of a call is a retry', async () => {
    const sockets: Socket[] = [];
    const breaker = createServer((socket) => {
      sockets.push(socket);
      socket.once('data', () => socket.destroy());
    });
    const port = await listen(breaker, { what: 'test', host: '127.0.0.1', port: 0, log: silentLog });
    const client = opened.client(port, { retry: RETRY_POLICY });
    const call = client.echo('x');
    await new Promise((resolve) => breaker.once('connection', resolve));
    await new Promise((resolve) => breaker.close(resolve));
    await opened.server({}, { port }).start();
    expect(await call).toBe('x');
    expect(sockets.length).toBeGreaterThan(0);
  });
});

describe('deadline', () => {
  const never = () => new Promise<string>(() => undefined);

  test('a call without an answer ends with DEADLINE_EXCEEDED, and the server is told', async () => {
    const told = Promise.withResolvers<void>();
    const server = opened.server({
      echo: (_, call) => {
        call.signal.addEventListener('abort', () => told.resolve());
        return never();
      },
    });
    const client = opened.client(await server.start(), { deadlineMs: 50, retry: RETRY_POLICY });
    await expect(client.echo('x')).rejects.toMatchObject({ grpcCode: GrpcStatus.DEADLINE_EXCEEDED });
    await told.promise;
  });

  test('a deadline covers the retries, too', async () => {
    const client = opened.client(await freePort(), { retry: RETRY_POLICY });
    const start = performance.now();
    await expect(client.echo('x', { deadlineMs: 300 })).rejects.toBeInstanceOf(RpcError);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test.each([
    ['/executor.ExecutorService/Exec', false],
    ['/storage.StorageService/Store', false],
    ['/controller.Consensus2ControllerService/CommitBlock', false],
    ['/storage.StorageService/Load', true],
  ])('%s carries a deadline: %s', async (path, hasDeadline) => {
    const method = { path, request: textCodec, response: textCodec };
    const server = opened.server();
    const deadlines: (number | undefined)[] = [];
    server.addRaw(method, (bytes, call) => {
      deadlines.push(call.deadlineMs);
      return bytes;
    });
    const address = `127.0.0.1:${await server.start()}`;
    const client = connect({ name: 's', methods: { call: method } }, { address, log: silentLog });
    opened.onClose(() => client.close());
    await client.call('x');
    await client.call('x', { deadlineMs: hasDeadline ? 'none' : 5_000 });
    expect(deadlines.map((ms) => ms !== undefined)).toEqual([hasDeadline, !hasDeadline]);
  });
});

describe('cancelling', () => {
  test('ends a call that runs', async () => {
    const reached = Promise.withResolvers<void>();
    const told = Promise.withResolvers<void>();
    const server = opened.server({
      echo: (_, call) => {
        call.signal.addEventListener('abort', () => told.resolve());
        reached.resolve();
        return new Promise<string>(() => undefined);
      },
    });
    const client = opened.client(await server.start());
    const aborter = new AbortController();
    const call = client.echo('x', { signal: aborter.signal });
    await reached.promise;
    aborter.abort();
    await expect(call).rejects.toMatchObject({ grpcCode: GrpcStatus.CANCELLED });
    await told.promise;
  });

  test('ends the wait between two attempts, and is obeyed before the first', async () => {
    const failed = Promise.withResolvers<void>();
    const fail = () => {
      failed.resolve();
      throw new RpcError(GrpcStatus.UNAVAILABLE, 'no');
    };
    const retry = { ...RETRY_POLICY, firstDelayMs: 8_000, maxDelayMs: 8_000 };
    const client = opened.client(await opened.server({ echo: fail }).start(), { retry });
    const aborter = new AbortController();
    const call = client.echo('x', { signal: aborter.signal });
    await failed.promise;
    setImmediate(() => aborter.abort());
    await expect(call).rejects.toMatchObject({ grpcCode: GrpcStatus.CANCELLED });
    await expect(client.echo('x', { signal: aborter.signal })).rejects.toMatchObject({
      details: 'cancelled by the caller',
    });
  });
});

test('trailers are told before the call resolves, also those of an error', async () => {
  const server = opened.server({
    echo: (text, call) => {
      call.setTrailer('failing-indexes', '1,2');
      return text;
    },
    other: (_, call) => {
      call.setTrailer('failing-indexes', '3');
      throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'no');
    },
  });
  const client = opened.client(await server.start());
  const seen: (string | undefined)[] = [];
  const onTrailers = (get: (key: string) => string | undefined) =>
    seen.push(get('failing-indexes'), get('absent'));
  await client.echo('x', { onTrailers });
  await client.other('x', { onTrailers }).catch(() => undefined);
  expect(seen).toEqual(['1,2', undefined, '3', undefined]);
});

test('an answer that cannot be read is INTERNAL with the reason', async () => {
  const client = opened.client(await opened.server({ echo: () => 'bad' }).start());
  await expect(client.echo('x')).rejects.toThrow(
    '/test.EchoService/Echo: INTERNAL: the answer cannot be read: message test.Text: field 1: bad bytes',
  );
});

test('messages can stay bytes on either side', async () => {
  const port = await opened.server().start();
  const method = { path: '/test.EchoService/Echo', request: textCodec, response: textCodec };
  const service = { name: 'test', methods: { bytesIn: rawRequest(method), bytesOut: rawResponse(method) } };
  const client = connect(service, { address: `127.0.0.1:${port}`, log: silentLog });
  opened.onClose(() => client.close());
  expect(await client.bytesIn(Uint8Array.of(0x61))).toBe('a');
  expect([...(await client.bytesOut('b'))]).toEqual([0x62]);
});

test('a closed client refuses calls at once', async () => {
  const client = opened.client(await opened.server().start(), { retry: RETRY_POLICY });
  client.close();
  await expect(client.echo('x')).rejects.toThrow('UNAVAILABLE: the client is closed');
});
