// What a stranger can send to a gRPC port below the level of calls. The server has to live through all of it.

import {
  connect as connectHttp2,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Opened } from '../test/fixtures/echo.ts';

let opened: Opened;
let port: number;
beforeEach(async () => {
  opened = new Opened();
  port = await opened.server().start();
});
afterEach(async () => {
  expect(await opened.client(port).echo('still there')).toBe('still there');
  await opened.close();
});

const frame = (body: Uint8Array, flag = 0) => {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag, 0);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
};

/** One HTTP/2 request; answers what came back, headers and trailers in one. */
async function request(headers: OutgoingHttpHeaders, body: Uint8Array): Promise<IncomingHttpHeaders> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  opened.onClose(() => session.destroy());
  const stream = session.request({
    ':method': 'POST',
    ':path': '/test.EchoService/Echo',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  const seen: IncomingHttpHeaders = {};
  stream.on('response', (more) => Object.assign(seen, more));
  stream.on('trailers', (more) => Object.assign(seen, more));
  stream.on('error', () => undefined);
  stream.resume();
  stream.end(body);
  await new Promise((resolve) => stream.once('close', resolve));
  return seen;
}

test.each<[string, OutgoingHttpHeaders, Uint8Array, Partial<Record<string, unknown>>]>([
  ['no message at all', {}, Buffer.alloc(0), { 'grpc-status': '12' }],
  [
    'two messages',
    {},
    Buffer.concat([frame(Buffer.from('a')), frame(Buffer.from('b'))]),
    { 'grpc-status': '12' },
  ],
  ['half a message', {}, frame(Buffer.from('abc')).subarray(0, 6), { 'grpc-status': '12' }],
  ['a length above the bound', {}, Buffer.from('00ffffffff00', 'hex'), { 'grpc-status': '8' }],
  [
    'a compressed message that is none',
    { 'grpc-encoding': 'gzip' },
    frame(Buffer.from('abc'), 1),
    { 'grpc-status': '13' },
  ],
  [
    'an unknown compression',
    { 'grpc-encoding': 'zip' },
    frame(Buffer.from('abc'), 1),
    { 'grpc-status': '12' },
  ],
  ['a time limit that is none', { 'grpc-timeout': 'soon' }, frame(Buffer.from('a')), { 'grpc-status': '13' }],
  ['a path with other characters', { ':path': '/te%00st/\u00fc\u00e4' }, frame(Buffer.from('a')), {}],
  ['no gRPC content type', { 'content-type': 'text/html' }, Buffer.alloc(0), { ':status': 415 }],
  ['another method', { ':method': 'PUT' }, frame(Buffer.from('a')), {}],
  ['a binary header that is none', { 'x-bin': '***' }, frame(Buffer.from('a')), { 'grpc-status': '0' }],
  [
    'a client name with other characters',
    { 'client-name': '\u00fc{}" \u00a0' },
    frame(Buffer.from('a')),
    { 'grpc-status': '0' },
  ],
])('%s', async (_what, headers, body, answer) => {
  expect(await request(headers, body)).toMatchObject(answer);
});

test('a thousand requests given up at once', async () => {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  const streams = Array.from({ length: 1000 }, () => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/test.EchoService/Echo',
      'content-type': 'application/grpc',
    });
    stream.on('error', () => undefined);
    stream.write(frame(Buffer.from('a')));
    stream.close(constants.NGHTTP2_CANCEL);
    return new Promise((resolve) => stream.once('close', resolve));
  });
  await Promise.all(streams);
  session.destroy();
});

test.each([
  ['nothing', ''],
  ['HTTP/1.1', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['noise', '\x00\xff\x16\x03\x01\x02'.repeat(1000)],
  ['a preface and noise', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\xff\xff\xff\xff\xff\xff'],
])('a connection that speaks %s and goes', async (_what, text) => {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.end(Buffer.from(text, 'latin1'));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
});

test('with keepalive, a connection whose other end answers no ping is closed', async () => {
  const keepalive = { intervalMs: 20, timeoutMs: 20, tcpMs: 60_000 };
  const pinging = await opened.server({}, { keepalive }).start();
  const socket = connectTcp(pinging, '127.0.0.1');
  socket.on('error', () => undefined);
  // The preface and an empty SETTINGS frame: a client that begins well and then falls silent.
  socket.write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'));
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(await opened.client(pinging).echo('x')).toBe('x');
});
