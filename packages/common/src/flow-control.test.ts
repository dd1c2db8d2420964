import { once } from 'node:events';
import { connect } from 'node:http2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Opened } from '../test/fixtures/echo.ts';
import { WINDOW_BYTES } from './grpc-library.ts';

let opened: Opened;
beforeEach(() => {
  opened = new Opened();
});
afterEach(() => opened.close());

test('a caller gets a wide window with the first call of a connection, and no further word with the next', async () => {
  const port = await opened.server({}).start();
  const session = connect(`http://127.0.0.1:${port}`);
  opened.onClose(() => session.destroy());
  const windows: (number | undefined)[] = [];
  session.on('remoteSettings', ({ initialWindowSize }) => windows.push(initialWindowSize));
  const call = async (): Promise<void> => {
    const headers = {
      ':method': 'POST',
      ':path': '/test.EchoService/Echo',
      'content-type': 'application/grpc',
    };
    const stream = session.request({ ...headers, te: 'trailers' });
    // A message of no bytes.
    stream.end(Buffer.alloc(5));
    stream.resume();
    await once(stream, 'end');
  };
  await once(session, 'remoteSettings');
  expect(windows).toEqual([65_535]);
  await call();
  await expect.poll(() => windows).toEqual([65_535, WINDOW_BYTES]);
  expect(session.state.remoteWindowSize).toBeGreaterThan(WINDOW_BYTES - 100);
  await call();
  await call();
  expect(windows).toEqual([65_535, WINDOW_BYTES]);
});

test('a message larger than the window arrives whole', async () => {
  const client = opened.client(await opened.server({}).start());
  const text = 'x'.repeat(2 * WINDOW_BYTES + 1);
  expect(await client.echo(text)).toBe(text);
  expect(await client.echo(text)).toBe(text);
});
