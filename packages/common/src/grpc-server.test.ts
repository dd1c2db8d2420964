import { createServer } from 'node:net';
import { credentials, Client as GrpcClient } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type EchoHandlers, EchoService, Opened } from '../test/fixtures/echo.ts';
import { identity } from './grpc-method.ts';
import { listen } from './listen.ts';
import { recordingLog, silentLog } from './log.ts';
import { Metrics } from './metrics.ts';
import { GrpcStatus, RpcError } from './rpc-error.ts';
import { PortTakenError } from './startup-error.ts';

let opened: Opened;
beforeEach(() => {
  opened = new Opened();
});
afterEach(() => opened.close());

/** A call without our client: the bytes and the path as given. */
async function rawCall(port: number, path: string, bytes: Uint8Array): Promise<Uint8Array> {
  const client = new GrpcClient(`127.0.0.1:${port}`, credentials.createInsecure());
  opened.onClose(() => client.close());
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (buffer: Buffer) => buffer,
      identity.decode,
      Buffer.from(bytes),
      (error, answer) => (answer ? resolve(answer) : reject(error)),
    );
  });
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A handler that says when it is reached and answers when told to. */
function held() {
  const reached = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const echo: EchoHandlers['echo'] = async (text) => {
    reached.resolve();
    await release.promise;
    return text;
  };
  return { echo, reached: reached.promise, release: release.resolve };
}

describe('a handler', () => {
  test('sees the caller, and what it throws as RpcError is answered as it is', async () => {
    const server = opened.server({
      echo: (text, call) => `${text} from ${call.clientName} to ${call.path}`,
      other: () => {
        throw new RpcError(GrpcStatus.INVALID_ARGUMENT, 'InvalidValidUntilBlock');
      },
    });
    const port = await server.start();
    expect(await opened.client(port).echo('hello')).toBe('hello from controller to /test.EchoService/Echo');
    await expect(opened.client(port).other('x')).rejects.toMatchObject({
      grpcCode: 3,
      details: 'InvalidValidUntilBlock',
    });
    expect(new TextDecoder().decode(await rawCall(port, '/test.EchoService/Echo', utf8('a')))).toContain(
      'from undefined',
    );
  });

  test('that fails by a bug is answered INTERNAL, its stack is logged, and the server lives', async () => {
    const { log, lines } = recordingLog();
    const metrics = new Metrics();
    const handlers = {
      echo: () => Promise.reject(new TypeError('x is not a function')),
      other: () => 7 as unknown as string,
    };
    const client = opened.client(await opened.server(handlers, { log, metrics }).start());
    await expect(client.echo('x')).rejects.toMatchObject({
      grpcCode: GrpcStatus.INTERNAL,
      details: 'internal error',
    });
    await expect(client.echo('x')).rejects.toMatchObject({ grpcCode: GrpcStatus.INTERNAL });
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^ERROR test - \/test.EchoService\/Echo failed: x is not a function caller=controller bytes=1\n/,
    );
    expect(lines[0]).toContain('grpc-server.test.ts');
    expect(await metrics.text()).toContain('hexapod_grpc_handler_errors_total 2\n');
  });

  test.each([
    ['text with line\nbreaks, ünïcode and 100 %', 'text with line\nbreaks, ünïcode and 100 %'],
    ['half a pair \ud800', 'half a pair \ufffd'],
  ])('may use any text in an error: %j', async (text, arrives) => {
    const fail = () => {
      throw new RpcError(GrpcStatus.INVALID_ARGUMENT, text);
    };
    const client = opened.client(await opened.server({ echo: fail }).start());
    await expect(client.echo('x')).rejects.toMatchObject({ details: arrives });
  });

  test('may even use a very long text: it is cut', async () => {
    const fail = () => {
      throw new RpcError(GrpcStatus.INVALID_ARGUMENT, `Reverted: ${'ü '.repeat(100_000)}`);
    };
    const client = opened.client(await opened.server({ echo: fail }).start());
    await expect(client.echo('x')).rejects.toMatchObject({
      details: expect.stringMatching(/^Reverted: (ü )+.?…$/),
    });
  });
});

describe('requests', () => {
  test('that do not parse are answered INTERNAL with the text of the parser, and logged in one line', async () => {
    const { log, lines } = recordingLog();
    const client = opened.client(await opened.server({}, { log }).start());
    await expect(client.echo('bad')).rejects.toMatchObject({
      grpcCode: GrpcStatus.INTERNAL,
      details: 'message test.Text: field 1: bad bytes',
    });
    expect(lines).toEqual([
      'WARN test - /test.EchoService/Echo: message test.Text: field 1: bad bytes caller=controller bytes=3',
    ]);
    expect(await client.echo('good')).toBe('good');
  });

  test('to what does not exist are answered UNIMPLEMENTED', async () => {
    const port = await opened.server().start();
    for (const path of [
      '/test.EchoService/Nothing',
      '/nobody.Service/Echo',
      '/grpc.health.v1.Health/Watch',
    ]) {
      await expect(rawCall(port, path, utf8('x'))).rejects.toMatchObject({ code: GrpcStatus.UNIMPLEMENTED });
    }
  });

  test('may be empty, above 4 MiB, and 64 MiB', async () => {
    const client = opened.client(await opened.server().start());
    for (const size of [0, 1, 5 << 20, 64 << 20]) {
      const text = 'x'.repeat(size);
      expect((await client.echo(text)) === text).toBe(true);
    }
  });

  test('addRaw takes the place of a typed method and sees the bytes', async () => {
    const server = opened.server().addRaw(EchoService.methods.echo, (bytes) => bytes.toReversed());
    expect(await opened.client(await server.start()).echo('abc')).toBe('cba');
  });
});

describe('overload', () => {
  test('calls beyond the bound are refused with RESOURCE_EXHAUSTED at once, users before the node itself', async () => {
    const { log, lines } = recordingLog();
    const { echo, reached, release } = held();
    const server = opened.server({ echo }, { maxCalls: 4, log });
    const port = await server.start();
    const own = opened.client(port);
    const first = own.echo('1');
    await reached;
    const running = [first, own.echo('2'), own.echo('3')];
    await own.other('passes, so the ones before have arrived');
    await expect(rawCall(port, '/test.EchoService/Other', utf8('user'))).rejects.toMatchObject({
      code: GrpcStatus.RESOURCE_EXHAUSTED,
      details: 'overloaded: 3 calls are running, try again later',
    });
    running.push(own.echo('4'));
    await expect(own.other('5')).rejects.toMatchObject({ grpcCode: GrpcStatus.RESOURCE_EXHAUSTED });
    expect(lines).toEqual([
      'WARN test - /test.EchoService/Other: overloaded: 3 calls are running, try again later refused=1',
    ]);
    release();
    expect(await Promise.all(running)).toEqual(['1', '2', '3', '4']);
    expect(await own.other('6')).toBe('6');
  });

  test('so are bytes in work, but one big request alone is taken', async () => {
    const { echo, reached, release } = held();
    const client = opened.client(await opened.server({ echo }, { maxBytesInFlight: 1000 }).start());
    const big = client.echo('x'.repeat(2000));
    await reached;
    await expect(client.echo('y')).rejects.toMatchObject({
      grpcCode: GrpcStatus.RESOURCE_EXHAUSTED,
      details: 'overloaded: 2000 bytes of requests are in work, try again later',
    });
    release();
    await big;
    expect(await client.other('y')).toBe('y');
  });
});

describe('health', () => {
  const check = async (port: number, bytes = utf8('')) => [
    ...(await rawCall(port, '/grpc.health.v1.Health/Check', bytes)),
  ];

  test('is SERVING without anything said, for any service name', async () => {
    const port = await opened.server().start();
    expect(await check(port)).toEqual([8, 1]);
    expect(await check(port, Uint8Array.of(0x0a, 1, 0x78))).toEqual([8, 1]);
  });

  test('is what the service says, and NOT_SERVING when asking it fails', async () => {
    const { log, lines } = recordingLog();
    const asked: string[] = [];
    const answers = [
      () => true,
      () => Promise.resolve(false),
      () => Promise.reject(new Error('disk is gone')),
    ];
    const server = opened.server({}, { log }).health((service) => {
      asked.push(service);
      return answers.shift()?.() ?? true;
    });
    const port = await server.start();
    expect(await check(port, Uint8Array.of(0x0a, 1, 0x78))).toEqual([8, 1]);
    expect(await check(port)).toEqual([8, 2]);
    expect(await check(port)).toEqual([8, 2]);
    expect(asked).toEqual(['x', '', '']);
    expect(lines[0]).toMatch(/^ERROR test - health check failed: disk is gone/);
  });
});

describe('stop', () => {
  test('lets running calls finish and takes no new connection', async () => {
    const { echo, reached, release } = held();
    const server = opened.server({ echo });
    const port = await server.start();
    const client = opened.client(port);
    const running = client.echo('last');
    await reached;
    const stopped = server.stop(60_000);
    await expect(opened.client(port).other('new')).rejects.toMatchObject({
      grpcCode: GrpcStatus.UNAVAILABLE,
    });
    release();
    expect(await running).toBe('last');
    await stopped;
  });

  test('cuts what still runs at the limit', async () => {
    const { log, lines } = recordingLog();
    const { echo, reached } = held();
    const server = opened.server({ echo }, { log });
    const client = opened.client(await server.start());
    const running = client.echo('never');
    await reached;
    const [cut] = await Promise.allSettled([running, server.stop(20)]);
    expect(cut).toMatchObject({ status: 'rejected', reason: { grpcCode: expect.any(Number) } });
    expect(lines).toEqual(['WARN test - 1 running calls are cut']);
  });

  test('is quick with idle connections, and before a start', async () => {
    const server = opened.server();
    await opened.client(await server.start()).echo('x');
    const start = performance.now();
    await server.stop(60_000);
    await opened.server().stop(60_000);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('the port', () => {
  test('is waited for while somebody else has it', async () => {
    const other = createServer();
    const port = await listen(other, { what: 'test', host: '127.0.0.1', port: 0, log: silentLog });
    const { log, lines } = recordingLog();
    const starting = opened.server({}, { port, log }).start();
    setImmediate(() => other.close());
    expect(await starting).toBe(port);
    expect(lines).toEqual([`WARN test - the gRPC port 127.0.0.1:${port} is in use, trying for 10 s`]);
    expect(await opened.client(port).echo('x')).toBe('x');
  });

  test('that stays taken is a clear error', async () => {
    const port = await opened.server().start();
    const starting = opened.server({}, { port, patienceMs: 10 }).start();
    await expect(starting).rejects.toThrow(PortTakenError);
    await expect(starting).rejects.toThrow(`the gRPC port 127.0.0.1:${port} is in use by another process`);
  });

  test('of an address that is not ours is a clear error', async () => {
    await expect(opened.server({}, { host: '192.0.2.1' }).start()).rejects.toThrow(
      /^cannot listen on the gRPC port 192\.0\.2\.1:0: .*EADDRNOTAVAIL/,
    );
  });
});

test('each caller and method has its latency histogram; users have none', async () => {
  const metrics = new Metrics({ buckets: [1000] });
  const port = await opened.server({}, { metrics }).start();
  const client = opened.client(port);
  await client.echo('x');
  await client.echo('bad').catch(() => undefined);
  await opened.client(port, { clientName: 'not a name' }).echo('x');
  await rawCall(port, '/test.EchoService/Echo', utf8('x'));
  const text = (await metrics.text()).split('\n').filter((line) => line.includes('_to_'));
  const sum = text.find((line) => line.startsWith('controller_to_Echo_sum '));
  expect(text).toEqual([
    '# HELP controller_to_Echo request latencies in milliseconds(ms)',
    '# TYPE controller_to_Echo histogram',
    'controller_to_Echo_bucket{le="1000"} 2',
    'controller_to_Echo_bucket{le="+Inf"} 2',
    sum,
    'controller_to_Echo_count 2',
  ]);
});
